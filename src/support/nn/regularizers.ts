import * as tf from "@tensorflow/tfjs-core";

/** A penalty on a weight that is added to the loss, l1 · Σ|w| + l2 · Σw² (`keras.regularizers`), and its gradient. */
export interface Regularizer {
  penalty(w: tf.Tensor): tf.Scalar;
  /** Of the shape of w. */
  gradient<T extends tf.Tensor>(w: T): T;
}

export function l1(factor: number): Regularizer {
  return {
    penalty: (w) => tf.mul(tf.sum(tf.abs(w)), factor),
    gradient: (w) => tf.mul(tf.sign(w), factor),
  };
}

export function l2(factor: number): Regularizer {
  return {
    penalty: (w) => tf.mul(tf.sum(tf.square(w)), factor),
    gradient: (w) => tf.mul(w, 2 * factor),
  };
}

export function l1l2(l1Factor: number, l2Factor: number): Regularizer {
  const [first, second] = [l1(l1Factor), l2(l2Factor)];
  return {
    penalty: (w) => tf.add(first.penalty(w), second.penalty(w)),
    gradient: (w) => tf.add(first.gradient(w), second.gradient(w)),
  };
}
