import * as tf from "@tensorflow/tfjs-core";
import { EPSILON } from "../epsilon.ts";
import { type Features, rowsOf } from "../sequence.ts";
import { clipped } from "./clipped.ts";
import { type LossOutput, reduceLoss, type Weighting } from "./loss.ts";

/** Kullback-Leibler divergence Σ y log(y / p) of two distributions, both clipped to [1e-7, 1]. */
export function kullbackLeiblerDivergence<P extends Features>(
  predictions: P,
  targets: Features,
  _options: object = {},
  weighting: Weighting = {},
): LossOutput<P> {
  const { q, inside } = clipped(rowsOf(predictions), EPSILON, 1);
  const y = tf.clipByValue(rowsOf(targets), EPSILON, 1);
  const ratio = tf.div(y, q);
  const losses = tf.mul(y, tf.log(ratio));
  return reduceLoss(predictions, { losses, gradient: tf.mul(ratio, inside), gradientScale: -1 }, weighting);
}
