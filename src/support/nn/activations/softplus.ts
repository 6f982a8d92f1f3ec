import * as tf from "@tensorflow/tfjs-core";
import { fromPreactivation } from "./from-preactivation.ts";

export function softplus(z: tf.Tensor): tf.Tensor {
  // max(z, 0) + log(1 + e^-|z|) overflows for no z.
  return tf.add(tf.relu(z), tf.log(tf.add(tf.exp(tf.neg(tf.abs(z))), 1)));
}

/** log(1 + e^z). */
export const SOFTPLUS = fromPreactivation("softplus", softplus, (dy, _y, z) => tf.mul(dy, tf.sigmoid(z)));
