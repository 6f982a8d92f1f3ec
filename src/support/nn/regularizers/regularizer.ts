import type * as tf from "@tensorflow/tfjs-core";

/** A penalty on a weight that is added to the loss, l1 · Σ|w| + l2 · Σw² (`keras.regularizers`), and its gradient. */
export interface RegularizerFunction {
  penalty(w: tf.Tensor): tf.Scalar;
  /** Of the shape of w. */
  gradient<T extends tf.Tensor>(w: T): T;
}
