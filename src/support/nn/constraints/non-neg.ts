import * as tf from "@tensorflow/tfjs-core";
import type { Constraint } from "./constraint.ts";

/** Negative entries become 0. */
export const nonNeg: Constraint = (w) => tf.maximum(w, 0);
