import type { RandomStream } from "../random.ts";
import { filled, type InitializerFunction } from "./initializer.ts";
import { type FanScaling, varianceOf } from "./scaling.ts";

/** Values in [-limit, limit). */
export function uniform(shape: readonly number[], random: RandomStream, limit: number): Float32Array {
  return filled(shape, (i) => (2 * random.uniform(i) - 1) * limit);
}

/** U(-l, l) of the variance that `scaling` asks for. */
export function scaledUniform(scaling: FanScaling): InitializerFunction {
  return (shape, random) => uniform(shape, random, Math.sqrt(3 * varianceOf(shape, scaling)));
}
