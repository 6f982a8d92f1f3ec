import * as tf from "@tensorflow/tfjs-core";
import { fromPreactivation } from "./from-preactivation.ts";

/** z · sigmoid(z), also known as SiLU (Ramachandran et al. 2017). */
export const SWISH = fromPreactivation(
  "swish",
  (z) => tf.mul(z, tf.sigmoid(z)),
  (dy, y, z) => {
    const s = tf.sigmoid(z);
    return tf.mul(dy, tf.add(s, tf.mul(y, tf.sub(1, s)))); // y + s (1 - y) would cancel where y is large
  },
);
