import * as tf from "@tensorflow/tfjs-core";
import { EPSILON } from "../epsilon.ts";
import { type Features, rowsOf } from "../sequence.ts";
import type { LossOutput, Weighting } from "./loss.ts";
import { mean } from "./mean-over-outputs.ts";

/** 100 |y - p| / max(|y|, 1e-7) */
export function meanAbsolutePercentageError<P extends Features>(
  predictions: P,
  targets: Features,
  _options: object = {},
  weighting: Weighting = {},
): LossOutput<P> {
  const y = rowsOf(targets);
  const error = tf.div(tf.sub(rowsOf(predictions), y), tf.maximum(tf.abs(y), EPSILON));
  const gradient = tf.div(tf.sign(error), tf.maximum(tf.abs(y), EPSILON));
  return mean(predictions, { losses: tf.abs(error), lossScale: 100, gradient, gradientScale: 100 }, weighting);
}
