import * as tf from "@tensorflow/tfjs-core";
import type { RegularizerFunction } from "./regularizer.ts";

export function l2(factor: number): RegularizerFunction {
  return {
    penalty: (w) => tf.mul(tf.sum(tf.square(w)), factor),
    gradient: (w) => tf.mul(w, 2 * factor),
  };
}
