import * as tf from "@tensorflow/tfjs-core";
import { type ActivationFunction, fromOutput } from "./activation.ts";

/** e^z / Σ e^z over the last axis; its gradient is (dy - Σ dy·y) · y. */
export const SOFTMAX: ActivationFunction = {
  ...fromOutput(
    "softmax",
    (z) => tf.softmax(z),
    (dy, y) => tf.mul(tf.sub(dy, tf.sum(tf.mul(dy, y), -1, true)), y),
  ),
  elementwise: false,
};
