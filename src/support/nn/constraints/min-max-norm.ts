import * as tf from "@tensorflow/tfjs-core";
import type { ConstraintFunction } from "./constraint.ts";
import { type Axis, norms, scaledTo } from "./norms.ts";

/** Norms along `axis` move to `rate` · clip(norm, minValue, maxValue) + (1 - rate) · norm. */
export function minMaxNorm(minValue: number, maxValue: number, rate = 1, axis: Axis = 0): ConstraintFunction {
  return (w) => {
    const norm = norms(w, axis);
    const clipped = tf.mul(tf.clipByValue(norm, minValue, maxValue), rate);
    return scaledTo(w, norm, tf.add(clipped, tf.mul(norm, 1 - rate)));
  };
}
