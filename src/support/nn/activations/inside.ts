import * as tf from "@tensorflow/tfjs-core";

/** 1 where 0 < y < upper, and 0 at these ends; y lies in 0..upper. */
export function inside(y: tf.Tensor, upper: number): tf.Tensor {
  return tf.sign(tf.mul(y, tf.sub(upper, y)));
}
