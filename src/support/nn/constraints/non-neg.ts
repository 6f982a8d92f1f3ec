import * as tf from "@tensorflow/tfjs-core";
import type { ConstraintFunction } from "./constraint.ts";

/** Negative entries become 0. */
export const nonNeg: ConstraintFunction = (w) => tf.maximum(w, 0);
