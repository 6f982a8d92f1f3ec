import * as tf from "@tensorflow/tfjs-core";

/** Values kept in a range, and 1 where they were in it: the derivative of clipping. */
export function clipped(x: tf.Tensor, low: number, high: number): { q: tf.Tensor; inside: tf.Tensor } {
  const q = tf.clipByValue(x, low, high);
  return { q, inside: tf.cast(tf.equal(q, x), "float32") };
}
