import * as tf from "@tensorflow/tfjs-core";
import type { Regularizer } from "./regularizer.ts";

export function l1(factor: number): Regularizer {
  return {
    penalty: (w) => tf.mul(tf.sum(tf.abs(w)), factor),
    gradient: (w) => tf.mul(tf.sign(w), factor),
  };
}
