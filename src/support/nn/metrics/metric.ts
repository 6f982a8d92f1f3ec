import * as tf from "@tensorflow/tfjs-core";
import { type Features, rowsOf, Sequence } from "../sequence.ts";

/**
 * A metric is a vector of sums over a batch (`…State`, on the device) that adds up over batches, and a function from the sums of all
 * batches to the value (`…Value`), so the value is that of all data at once. As in Keras, sample weights do not enter.
 *
 * Targets are int32 labels, one per row, or dense: like the predictions. R = B rows, or T·B of a sequence.
 */
export type MetricTargets = Features | tf.Tensor1D;

export function isLabels(targets: MetricTargets): targets is tf.Tensor1D {
  return !(targets instanceof Sequence) && targets.rank === 1;
}

/** [R] int32: the labels, or the largest of each one-hot row. */
export function labelsOf(targets: MetricTargets): tf.Tensor1D {
  return isLabels(targets) ? targets : tf.argMax(rowsOf(targets), 1);
}

export function asNumber(condition: tf.Tensor): tf.Tensor {
  return tf.cast(condition, "float32");
}
