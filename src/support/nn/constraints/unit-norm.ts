import * as tf from "@tensorflow/tfjs-core";
import type { Constraint } from "./constraint.ts";
import { type Axis, EPSILON, norms } from "./norms.ts";

/** Vectors along `axis` get the norm 1. */
export function unitNorm(axis: Axis = 0): Constraint {
  return (w) => tf.div(w, tf.add(norms(w, axis), EPSILON));
}
