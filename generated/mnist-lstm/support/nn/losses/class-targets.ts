import * as tf from "@tensorflow/tfjs-core";

/** Labels as the targets of losses that compare all outputs: one-hot [R, classes], or [R, 1] for a single output of two classes. */
export function classTargets(labels: tf.Tensor1D, outputs: number): tf.Tensor2D {
  if (outputs === 1) return tf.cast(tf.reshape(labels, [labels.shape[0], 1]) as tf.Tensor2D, "float32");
  return tf.cast(tf.oneHot(labels, outputs) as tf.Tensor2D, "float32"); // the wasm kernel writes integers whatever it is asked
}
