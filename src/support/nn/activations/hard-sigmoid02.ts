import * as tf from "@tensorflow/tfjs-core";
import { fromOutput } from "./activation.ts";
import { inside } from "./inside.ts";

/** clip(0.2 z + 0.5, 0, 1), which TensorFlow.js and Keras 2 call hard sigmoid. */
export const HARD_SIGMOID02 = fromOutput(
  "hardSigmoid02",
  (z) => tf.clipByValue(tf.add(tf.mul(z, 0.2), 0.5), 0, 1),
  (dy, y) => tf.mul(dy, tf.mul(inside(y, 1), 0.2)),
);
