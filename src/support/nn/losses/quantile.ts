import * as tf from "@tensorflow/tfjs-core";
import { type Features, rowsOf } from "../sequence.ts";
import type { LossOutput, Weighting } from "./loss.ts";
import { mean } from "./mean-over-outputs.ts";

export interface QuantileOptions {
  /** The quantile that every output estimates, or one for each. */
  readonly quantiles: readonly number[];
}

/**
 * Pinball loss max(q e, (q - 1) e), e = y - p (Koenker & Bassett 1978): its least value is at the quantile q.
 * With several quantiles, predictions have targets · quantiles outputs: all quantiles of the first target first.
 */
export function quantile<P extends Features>(
  predictions: P,
  targets: Features,
  { quantiles }: QuantileOptions,
  weighting: Weighting = {},
): LossOutput<P> {
  const p = rowsOf(predictions);
  const y = rowsOf(targets);
  const levels = tf.tensor2d([...quantiles], [1, quantiles.length]);
  const values = y.shape[0] * y.shape[1];
  const error = tf.sub(tf.reshape(y, [values, 1]), tf.reshape(p, [values, quantiles.length]));
  const tilt = tf.sub(levels, 0.5);
  // max(q e, (q - 1) e) = (q - ½) e + ½ |e|
  const losses = tf.add(tf.mul(error, tilt), tf.mul(tf.abs(error), 0.5));
  const gradient = tf.neg(tf.add(tf.mul(tf.sign(error), 0.5), tilt));
  return mean(predictions, { losses: tf.reshape(losses, p.shape), gradient: tf.reshape(gradient, p.shape) }, weighting);
}
