import * as tf from "@tensorflow/tfjs-core";
import { fromOutput } from "./activation.ts";
import { inside } from "./inside.ts";

/** relu6(z + 3) / 6, the formula of Keras 3. */
export const HARD_SIGMOID = fromOutput(
  "hardSigmoid",
  (z) => tf.div(tf.relu6(tf.add(z, 3)), 6),
  (dy, y) => tf.mul(dy, tf.mul(inside(y, 1), 1 / 6)),
);
