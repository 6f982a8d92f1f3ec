import * as tf from "@tensorflow/tfjs-core";
import { dropoutMask } from "./dropout-mask.ts";
import type { RandomSource } from "./step-random.ts";

/** Masks of the same shape, independent of one another: one for each gate of a cell. */
export function dropoutMasks(
  count: number,
  shape: [number, number],
  rate: number,
  source: RandomSource,
): tf.Tensor2D[] {
  const [batch, features] = shape;
  return tf.split(dropoutMask([count * batch, features], rate, source), count, 0);
}
