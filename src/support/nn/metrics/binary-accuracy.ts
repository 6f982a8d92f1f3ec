import * as tf from "@tensorflow/tfjs-core";
import { type Features, type Mask, rowsOf } from "../sequence.ts";
import { denseOf } from "./dense-targets.ts";
import { meanState } from "./mean.ts";
import { asNumber, type MetricTargets } from "./metric.ts";
import type { ThresholdOptions } from "./threshold.ts";

/** Share of outputs that are on the target's side of the threshold; targets are 0 or 1. */
export function binaryAccuracyState(
  predictions: Features,
  targets: MetricTargets,
  { threshold }: ThresholdOptions,
  mask?: Mask,
): tf.Tensor1D {
  const p = rowsOf(predictions);
  const right = tf.equal(asNumber(tf.greater(p, threshold)), denseOf(targets, p.shape[1]));
  return meanState(tf.mean(asNumber(right), 1), predictions, mask);
}
