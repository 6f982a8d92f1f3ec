import type { RandomStream } from "../random.ts";
import { filled, type InitializerFunction, size } from "./initializer.ts";
import { type FanScaling, varianceOf } from "./scaling.ts";

/** Normal values beyond two standard deviations are drawn again, as Keras does. */
export function truncated(shape: readonly number[], random: RandomStream, stddev: number, mean = 0): Float32Array {
  const count = size(shape);
  return filled(shape, (i) => {
    for (let draw = 0; ; draw++) {
      const value = random.normal(i + draw * count);
      if (Math.abs(value) <= 2) return mean + value * stddev;
    }
  });
}

/** The standard deviation of a unit normal that is cut off at ±2; Keras divides by it so that the variance is as asked. */
const TRUNCATED_STDDEV = 0.8796256610342398;

/** A truncated normal of the variance that `scaling` asks for. */
export function scaledTruncated(scaling: FanScaling): InitializerFunction {
  return (shape, random) => truncated(shape, random, Math.sqrt(varianceOf(shape, scaling)) / TRUNCATED_STDDEV);
}
