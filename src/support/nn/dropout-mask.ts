import * as tf from "@tensorflow/tfjs-core";
import type { RandomSource } from "./step-random.ts";

/** 0 with probability `rate`, else 1 / (1 - rate). */
export function dropoutMask(shape: [number, number], rate: number, { random, name }: RandomSource): tf.Tensor2D {
  const keep = 1 - rate;
  // u + keep ≥ 1 with probability keep, and it is below 2: its integer part is the mask.
  const kept = tf.floor(tf.add(random.uniform(name, shape), keep));
  return tf.mul(kept, 1 / keep);
}
