import type { Initializer } from "./initializer.ts";
import { randomNormalWith } from "./random-normal.ts";
import { type Scaling, varianceOf } from "./scaling.ts";
import { scaledTruncated } from "./truncated.ts";
import { scaledUniform } from "./uniform.ts";

export interface VarianceScaling extends Scaling {
  readonly distribution: "truncatedNormal" | "untruncatedNormal" | "uniform";
}

/** Values of mean 0 and variance scale / n, where n is the fan that `mode` names; at least 1. */
export function varianceScaling({ distribution, ...scaling }: VarianceScaling): Initializer {
  if (distribution === "uniform") return scaledUniform(scaling);
  if (distribution === "truncatedNormal") return scaledTruncated(scaling);
  return (shape, random) => randomNormalWith(0, Math.sqrt(varianceOf(shape, scaling)))(shape, random);
}
