import * as tf from "@tensorflow/tfjs-core";
import { type Features, type Mask, rowsOf } from "../sequence.ts";
import { meanState } from "./mean.ts";
import { asNumber, labelsOf, type MetricTargets } from "./metric.ts";

/** Share of rows whose largest output (the first, if equal) is at the label. Labels or one-hot targets. */
export function categoricalAccuracyState(
  predictions: Features,
  targets: MetricTargets,
  _options: object = {},
  mask?: Mask,
): tf.Tensor1D {
  const predicted = tf.argMax(rowsOf(predictions), 1);
  return meanState(asNumber(tf.equal(predicted, labelsOf(targets))), predictions, mask);
}
