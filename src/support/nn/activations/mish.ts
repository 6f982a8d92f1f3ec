import * as tf from "@tensorflow/tfjs-core";
import { fromPreactivation } from "./from-preactivation.ts";
import { softplus } from "./softplus.ts";

/** z · tanh(softplus(z)) (Misra 2019). */
export const MISH = fromPreactivation(
  "mish",
  (z) => tf.mul(z, tf.tanh(softplus(z))),
  (dy, _y, z) => {
    const t = tf.tanh(softplus(z));
    return tf.mul(dy, tf.add(t, tf.mul(tf.mul(z, tf.sigmoid(z)), tf.sub(1, tf.square(t)))));
  },
);
