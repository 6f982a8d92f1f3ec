import * as tf from "@tensorflow/tfjs-core";
import type { RegularizerFunction } from "./regularizer.ts";

export function l1(factor: number): RegularizerFunction {
  return {
    penalty: (w) => tf.mul(tf.sum(tf.abs(w)), factor),
    gradient: (w) => tf.mul(tf.sign(w), factor),
  };
}
