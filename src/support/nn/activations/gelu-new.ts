import * as tf from "@tensorflow/tfjs-core";
import { fromPreactivation } from "./from-preactivation.ts";

const GELU_NEW_SCALE = Math.sqrt(2 / Math.PI);

const GELU_NEW_CUBIC = 0.044715;

/** tanh(√(2/π) (z + 0.044715 z³)), which stands in for erf(z / √2). */
function geluNewTanh(z: tf.Tensor): tf.Tensor {
  const polynomial = tf.add(tf.mul(tf.square(z), GELU_NEW_SCALE * GELU_NEW_CUBIC), GELU_NEW_SCALE);
  return tf.tanh(tf.mul(z, polynomial));
}

/** z (1 + tanh(√(2/π) (z + 0.044715 z³))) / 2, the approximate form (Hendrycks & Gimpel 2016). */
export const GELU_NEW = fromPreactivation(
  "geluNew",
  (z) => tf.mul(tf.mul(z, 0.5), tf.add(geluNewTanh(z), 1)),
  (dy, _y, z) => {
    const t = geluNewTanh(z);
    const slope = tf.add(tf.mul(tf.square(z), 3 * GELU_NEW_SCALE * GELU_NEW_CUBIC), GELU_NEW_SCALE);
    const throughTanh = tf.mul(tf.mul(z, slope), tf.sub(1, tf.square(t)));
    return tf.mul(dy, tf.mul(tf.add(tf.add(t, 1), throughTanh), 0.5));
  },
);
