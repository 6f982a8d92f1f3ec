import * as tf from "@tensorflow/tfjs-core";
import { fromOutput } from "./activation.ts";

/** e^z. */
export const EXPONENTIAL = fromOutput(
  "exponential",
  (z) => tf.exp(z),
  (dy, y) => tf.mul(dy, y),
);
