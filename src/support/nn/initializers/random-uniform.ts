import { filled, type Initializer } from "./initializer.ts";
import { uniform } from "./uniform.ts";

/** Uniform in [minval, maxval). */
export function randomUniformWith(minval: number, maxval: number): Initializer {
  return (shape, random) => filled(shape, (i) => minval + random.uniform(i) * (maxval - minval));
}

export const randomUniform: Initializer = (shape, random) => uniform(shape, random, 0.05);
