import * as tf from "@tensorflow/tfjs-core";

/**
 * Dropout of what enters a cell, the same at every step (Gal & Ghahramani 2016): one mask [B, F], or one for each gate. Masks are
 * scaled by 1 / (1 - rate).
 */
export type CellDropout = tf.Tensor2D | readonly tf.Tensor2D[];

/** Multiplies the rows of every step by the mask [B, F]. */
export function masked(rows: tf.Tensor2D, mask: tf.Tensor2D): tf.Tensor2D {
  const [batch, features] = mask.shape;
  if (rows.shape[0] === batch) return tf.mul(rows, mask);
  return tf.reshape(tf.mul(tf.reshape(rows, [-1, batch, features]), mask), rows.shape);
}
