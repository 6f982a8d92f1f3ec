import * as tf from "@tensorflow/tfjs-core";
import { fromOutput } from "./activation.ts";

/** z / (1 + |z|); the derivative 1 / (1 + |z|)² is (1 - |y|)². */
export const SOFTSIGN = fromOutput(
  "softsign",
  (z) => tf.div(z, tf.add(tf.abs(z), 1)),
  (dy, y) => tf.mul(dy, tf.square(tf.sub(1, tf.abs(y)))),
);
