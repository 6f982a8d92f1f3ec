import * as tf from "@tensorflow/tfjs-core";
import { executeOp, tensorFlowBackend } from "lstm-compile-runtime/capture/tensorflow.js";
import { fromOutput } from "./activation.ts";

/** dy (1 - y²): one operation in TensorFlow, composed elsewhere. */
function tanhGrad<T extends tf.Tensor>(dy: T, y: T): T {
  const backend = tensorFlowBackend();
  return backend === undefined ? tf.mul(dy, tf.sub(1, tf.square(y))) : executeOp(backend, "TanhGrad", [y, dy]);
}

export const TANH = fromOutput("tanh", (z) => tf.tanh(z), tanhGrad);
