import * as tf from "@tensorflow/tfjs-core";
import { type Features, rowsOf } from "../sequence.ts";
import { weightsOfRows } from "./loss.ts";

/** Weights of samples, [B] or [R], times those of their classes, [R]. */
export function timesClassWeights(weights: tf.Tensor1D, byClass: tf.Tensor1D): tf.Tensor1D {
  return tf.mul(weightsOfRows(weights, byClass.shape[0]), byClass);
}

/** The weight of each label's class, [R]. labels: [R] int32; table: weight by class. */
export function classWeights(labels: tf.Tensor1D, table: readonly number[]): tf.Tensor1D {
  return tf.gather(tf.tensor1d([...table]), labels);
}

/** The class of each row of one-hot targets, or of 0 and 1 in a single column: [R] int32. */
export function classLabels(targets: Features): tf.Tensor1D {
  const rows = rowsOf(targets);
  if (rows.shape[1] > 1) return tf.argMax(rows, 1);
  return tf.cast(tf.round(tf.reshape(rows, [rows.shape[0]]) as tf.Tensor1D), "int32");
}
