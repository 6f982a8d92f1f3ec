import * as tf from "@tensorflow/tfjs-core";

/** What a loss gives back: `total` is the sum over the batch (the mean is total / B); `gradient` is that of the mean. */
export interface LossOutput {
  total: tf.Scalar;
  gradient: tf.Tensor2D;
}

/**
 * Softmax and sparse categorical cross-entropy in one, stable for any logits: loss = log Σ e^z - z[label].
 * logits: [B, classes], labels: [B] int32. The gradient, (softmax(z) - onehot(label)) / B, is with respect to the logits.
 */
export function softmaxCrossEntropy(logits: tf.Tensor2D, labels: tf.Tensor1D): LossOutput {
  const [batch, classes] = logits.shape;
  const oneHot = tf.cast(tf.oneHot(labels, classes), "float32") as tf.Tensor2D; // the wasm kernel writes integers whatever it is asked
  const shifted = tf.sub(logits, tf.max(logits, 1, true));
  const exponentials = tf.exp(shifted);
  const normalizer = tf.sum(exponentials, 1, true); // [B, 1]
  const total = tf.sub(tf.sum(tf.log(normalizer)), tf.sum(tf.mul(shifted, oneHot))) as tf.Scalar;
  const probabilities: tf.Tensor2D = tf.div(exponentials, normalizer);
  return { total, gradient: tf.div(tf.sub(probabilities, oneHot), batch) };
}

/** Mean squared error over the outputs of each sample. predictions, targets: [B, outputs]. */
export function meanSquaredError(predictions: tf.Tensor2D, targets: tf.Tensor2D): LossOutput {
  const [batch, outputs] = predictions.shape;
  const difference = tf.sub(predictions, targets);
  return {
    total: tf.div(tf.sum(tf.square(difference)), outputs),
    gradient: tf.mul(difference, 2 / (batch * outputs)),
  };
}

/** Mean absolute error over the outputs of each sample. predictions, targets: [B, outputs]. */
export function meanAbsoluteError(predictions: tf.Tensor2D, targets: tf.Tensor2D): LossOutput {
  const [batch, outputs] = predictions.shape;
  const difference = tf.sub(predictions, targets);
  return {
    total: tf.div(tf.sum(tf.abs(difference)), outputs),
    gradient: tf.mul(tf.sign(difference), 1 / (batch * outputs)),
  };
}

/** How many of the batch have their largest output at the label. outputs: [B, classes], labels: [B] int32. */
export function correctPredictions(outputs: tf.Tensor2D, labels: tf.Tensor1D): tf.Scalar {
  return tf.sum(tf.cast(tf.equal(tf.argMax(outputs, 1), labels), "float32"));
}
