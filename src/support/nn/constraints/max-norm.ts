import * as tf from "@tensorflow/tfjs-core";
import type { ConstraintFunction } from "./constraint.ts";
import { type Axis, norms, scaledTo } from "./norms.ts";

/** Vectors along `axis` get a norm of at most `maxValue`. Axis 0 is what enters each unit of a dense kernel. */
export function maxNorm(maxValue: number, axis: Axis = 0): ConstraintFunction {
  return (w) => {
    const norm = norms(w, axis);
    return scaledTo(w, norm, tf.clipByValue(norm, 0, maxValue));
  };
}
