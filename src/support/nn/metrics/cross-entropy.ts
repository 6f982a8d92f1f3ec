import * as tf from "@tensorflow/tfjs-core";
import { type Features, type Mask, rowsOf } from "../sequence.ts";
import { denseOf } from "./dense-targets.ts";
import { meanState } from "./mean.ts";
import type { MetricTargets } from "./metric.ts";

/** Cross-entropy of probabilities, clipped to [1e-7, 1 - 1e-7]: the mean of -log p[label]. Labels or one-hot targets. */
export function crossEntropyState(
  predictions: Features,
  targets: MetricTargets,
  _options: object = {},
  mask?: Mask,
): tf.Tensor1D {
  const p = rowsOf(predictions);
  const ofLabel = tf.sum(tf.mul(p, denseOf(targets, p.shape[1])), 1);
  return meanState(tf.neg(tf.log(tf.clipByValue(ofLabel, 1e-7, 1 - 1e-7))), predictions, mask);
}
