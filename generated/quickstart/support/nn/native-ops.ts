import * as tf from "@tensorflow/tfjs-core";
import { executeOp, tensorFlowBackend } from "lstm-compile-runtime/capture/tensorflow.js";

/**
 * Gradients of activations as one operation each: TensorFlow has them, and tf.step alone would be three there. Elsewhere they
 * are composed. All arguments have one shape; y is the activation's output.
 */

/** dy where y > 0, else 0. */
export function reluGrad<T extends tf.Tensor>(dy: T, y: T): T {
  const backend = tensorFlowBackend();
  return backend === undefined ? tf.mul(dy, tf.step(y)) : executeOp(backend, "ReluGrad", [dy, y]);
}

/** dy · y (1 - y) */
export function sigmoidGrad<T extends tf.Tensor>(dy: T, y: T): T {
  const backend = tensorFlowBackend();
  return backend === undefined ? tf.mul(dy, tf.mul(y, tf.sub(1, y))) : executeOp(backend, "SigmoidGrad", [y, dy]);
}

/** dy (1 - y²) */
export function tanhGrad<T extends tf.Tensor>(dy: T, y: T): T {
  const backend = tensorFlowBackend();
  return backend === undefined ? tf.mul(dy, tf.sub(1, tf.square(y))) : executeOp(backend, "TanhGrad", [y, dy]);
}
