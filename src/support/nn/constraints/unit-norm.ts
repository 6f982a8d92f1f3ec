import * as tf from "@tensorflow/tfjs-core";
import { EPSILON } from "../epsilon.ts";
import type { ConstraintFunction } from "./constraint.ts";
import { type Axis, norms } from "./norms.ts";

/** Vectors along `axis` get the norm 1. */
export function unitNorm(axis: Axis = 0): ConstraintFunction {
  return (w) => tf.div(w, tf.add(norms(w, axis), EPSILON));
}
