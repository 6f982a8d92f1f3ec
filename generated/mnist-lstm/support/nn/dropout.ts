import * as tf from "@tensorflow/tfjs-core";
import { RandomStream } from "../random.ts";
import { Sequence } from "./sequence.ts";

/** Names the numbers that one training step draws: the same seed and iteration give the same masks. */
export interface StepRandom {
  readonly seed: number;
  /** Training steps taken before this one. */
  readonly iteration: number;
}

/** Inverted dropout (Srivastava et al. 2014): 0 with probability `rate`, else 1 / (1 - rate). */
export function dropoutMask(shape: [number, number], rate: number, layer: string, step: StepRandom): tf.Tensor2D {
  const random = new RandomStream(step.seed, `dropout/${layer}`, step.iteration);
  const kept = Math.fround(1 / (1 - rate));
  const values = new Float32Array(shape[0] * shape[1]);
  for (let i = 0; i < values.length; i++) values[i] = random.uniform(i) < rate ? 0 : kept;
  return tf.tensor2d(values, shape);
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
