import * as tf from "@tensorflow/tfjs-core";
import { fromOutput } from "./activation.ts";

/** z for z > 0, else e^z - 1. */
export const ELU = fromOutput(
  "elu",
  (z) => tf.add(tf.relu(z), tf.sub(tf.exp(tf.minimum(z, 0)), 1)),
  (dy, y) => tf.mul(dy, tf.add(tf.minimum(y, 0), 1)),
);
