import * as tf from "@tensorflow/tfjs-core";
import { fromOutput } from "./activation.ts";
import { inside } from "./inside.ts";

/** min(max(z, 0), 6). */
export const RELU6 = fromOutput(
  "relu6",
  (z) => tf.relu6(z),
  (dy, y) => tf.mul(dy, inside(y, 6)),
);
