import { filled, type InitializerFunction } from "./initializer.ts";
import { uniform } from "./uniform.ts";

/** Uniform in [minval, maxval). */
export function randomUniformWith(minval: number, maxval: number): InitializerFunction {
  return (shape, random) => filled(shape, (i) => minval + random.uniform(i) * (maxval - minval));
}

export const randomUniform: InitializerFunction = (shape, random) => uniform(shape, random, 0.05);
