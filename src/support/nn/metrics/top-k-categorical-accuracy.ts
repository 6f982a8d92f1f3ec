import * as tf from "@tensorflow/tfjs-core";
import { classTargets } from "../losses/class-targets.ts";
import { type Features, type Mask, rowsOf } from "../sequence.ts";
import { meanState } from "./mean.ts";
import { asNumber, labelsOf, type MetricTargets } from "./metric.ts";

/** Share of rows of which fewer than k outputs are greater than that of the label, so equal outputs all count. Labels or one-hot targets. */
export function topKCategoricalAccuracyState(
  predictions: Features,
  targets: MetricTargets,
  { k }: { readonly k: number },
  mask?: Mask,
): tf.Tensor1D {
  const p = rowsOf(predictions);
  const ofLabel = tf.sum(tf.mul(p, classTargets(labelsOf(targets), p.shape[1])), 1, true);
  const greater = tf.sum(asNumber(tf.greater(p, ofLabel)), 1);
  return meanState(asNumber(tf.less(greater, k)), predictions, mask);
}
