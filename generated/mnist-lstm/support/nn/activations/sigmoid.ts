import * as tf from "@tensorflow/tfjs-core";
import { executeOp, tensorFlowBackend } from "lstm-compile-runtime/capture/tensorflow.js";
import { fromOutput } from "./activation.ts";

/** dy · y (1 - y): one operation in TensorFlow, composed elsewhere. */
function sigmoidGrad<T extends tf.Tensor>(dy: T, y: T): T {
  const backend = tensorFlowBackend();
  return backend === undefined ? tf.mul(dy, tf.mul(y, tf.sub(1, y))) : executeOp(backend, "SigmoidGrad", [y, dy]);
}

/** 1 / (1 + e^-z). */
export const SIGMOID = fromOutput("sigmoid", (z) => tf.sigmoid(z), sigmoidGrad);
