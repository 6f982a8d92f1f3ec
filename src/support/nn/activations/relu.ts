import * as tf from "@tensorflow/tfjs-core";
import { executeOp, tensorFlowBackend } from "../../capture/tensorflow.ts";
import { fromOutput } from "./activation.ts";

/** dy where y > 0, else 0: one operation in TensorFlow, composed elsewhere. */
function reluGrad<T extends tf.Tensor>(dy: T, y: T): T {
  const backend = tensorFlowBackend();
  return backend === undefined ? tf.mul(dy, tf.step(y)) : executeOp(backend, "ReluGrad", [dy, y]);
}

/** max(z, 0). */
export const RELU = fromOutput("relu", (z) => tf.relu(z), reluGrad);
