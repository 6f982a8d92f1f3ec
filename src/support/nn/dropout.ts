import * as tf from "@tensorflow/tfjs-core";
import { Sequence } from "./sequence.ts";
import type { StepRandom } from "./step-random.ts";

/** Inverted dropout (Srivastava et al. 2014): 0 with probability `rate`, else 1 / (1 - rate). `name`: of the layer. */
export function dropoutMask(shape: [number, number], rate: number, name: string, random: StepRandom): tf.Tensor2D {
  const keep = 1 - rate;
  // u + keep ≥ 1 with probability keep, and it is below 2: its integer part is the mask.
  const kept = tf.floor(tf.add(random.uniform(name, shape), keep));
  return tf.mul(kept, 1 / keep);
}

/** x, mask and y: [N, F]; y = x · mask. */
export function dropoutForward(x: tf.Tensor2D, mask: tf.Tensor2D): { y: tf.Tensor2D; mask: tf.Tensor2D } {
  return { y: tf.mul(x, mask), mask };
}

export function dropoutBackward(dy: tf.Tensor2D, forward: { mask: tf.Tensor2D }): tf.Tensor2D {
  return tf.mul(dy, forward.mask);
}

/** mask: [T·B, F]: every step of every sequence has its own. */
export function dropoutSequenceForward(x: Sequence, mask: tf.Tensor2D): { y: Sequence; mask: tf.Tensor2D } {
  return { y: Sequence.fromRows(tf.mul(x.rows, mask), x.timesteps), mask };
}

export function dropoutSequenceBackward(dy: Sequence, forward: { mask: tf.Tensor2D }): Sequence {
  return Sequence.fromRows(tf.mul(dy.rows, forward.mask), dy.timesteps);
}
