import * as tf from "@tensorflow/tfjs-core";
import { type Features, type Mask, Sequence } from "../sequence.ts";

/** Value of the `…State`s that are means: one sum over samples, or the sum and the number of rows that count. */
export function meanValue(sums: readonly number[], samples: number): number {
  return quotient(sums[0]!, sums[1] ?? samples);
}

export function quotient(a: number, b: number): number {
  return b === 0 ? 0 : a / b;
}

/** [sum over samples] of a value per row, [R] or [R, 1], a sequence counting as the mean over its steps; with a mask: [sum, rows that count]. */
export function meanState(rows: tf.Tensor, predictions: Features, mask: Mask | undefined): tf.Tensor1D {
  if (mask !== undefined) {
    const column = tf.reshape(rows, mask.rows.shape);
    return tf.stack([tf.sum(tf.mul(column, mask.rows)), tf.sum(mask.rows)]) as tf.Tensor1D;
  }
  const sum = tf.reshape(tf.sum(rows), [1]) as tf.Tensor1D;
  return predictions instanceof Sequence ? tf.div(sum, predictions.timesteps) : sum;
}
