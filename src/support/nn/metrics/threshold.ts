import * as tf from "@tensorflow/tfjs-core";
import { type Features, type Mask, rowsOf } from "../sequence.ts";
import { denseOf, maskRows } from "./dense-targets.ts";
import { asNumber, type MetricTargets } from "./metric.ts";

export interface ThresholdOptions {
  /** An output above it is a yes. */
  readonly threshold: number;
}

/** [true positives, predicted positives, positives] over all outputs alike. */
export function thresholdState(
  predictions: Features,
  targets: MetricTargets,
  { threshold }: ThresholdOptions,
  mask?: Mask,
): tf.Tensor1D {
  const p = rowsOf(predictions);
  const predicted = maskRows(asNumber(tf.greater(p, threshold)), mask);
  const actual = maskRows(denseOf(targets, p.shape[1]), mask);
  return tf.stack([tf.sum(tf.mul(predicted, actual)), tf.sum(predicted), tf.sum(actual)]) as tf.Tensor1D;
}
