import type { InitializerFunction } from "./initializer.ts";
import { randomNormalWith } from "./random-normal.ts";
import { type FanScaling, varianceOf } from "./scaling.ts";
import { scaledTruncated } from "./truncated.ts";
import { scaledUniform } from "./uniform.ts";

export interface VarianceScaling extends FanScaling {
  readonly distribution: "truncatedNormal" | "untruncatedNormal" | "uniform";
}

/** Values of mean 0 and variance scale / n, where n is the fan that `mode` names; at least 1. */
export function varianceScaling({ distribution, ...scaling }: VarianceScaling): InitializerFunction {
  if (distribution === "uniform") return scaledUniform(scaling);
  if (distribution === "truncatedNormal") return scaledTruncated(scaling);
  return (shape, random) => randomNormalWith(0, Math.sqrt(varianceOf(shape, scaling)))(shape, random);
}
