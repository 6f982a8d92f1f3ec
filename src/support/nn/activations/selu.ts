import * as tf from "@tensorflow/tfjs-core";
import { fromOutput } from "./activation.ts";

const SELU_ALPHA = 1.6732632423543772;

const SELU_SCALE = 1.0507009873554805;

/** scale · (z for z > 0, else alpha (e^z - 1)) (Klambauer et al. 2017). */
export const SELU = fromOutput(
  "selu",
  (z) => tf.mul(tf.add(tf.relu(z), tf.mul(tf.sub(tf.exp(tf.minimum(z, 0)), 1), SELU_ALPHA)), SELU_SCALE),
  (dy, y) => {
    // The derivative is y + scale · alpha where y < 0, and scale elsewhere.
    const negative = tf.minimum(y, 0);
    const jump = tf.mul(tf.sign(negative), SELU_SCALE * (SELU_ALPHA - 1));
    return tf.mul(dy, tf.add(tf.sub(negative, jump), SELU_SCALE));
  },
);
