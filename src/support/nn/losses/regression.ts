import * as tf from "@tensorflow/tfjs-core";
import { type LossOutput, type RowLosses, reduceLoss, type Weighting } from "../losses.ts";
import { type Features, rowsOf } from "../sequence.ts";

/** Keeps logarithms and quotients finite, as in Keras. */
const EPSILON = 1e-7;

/** Losses between numbers: predictions p and targets y, both [B, outputs] or a sequence; the loss of a row is the mean over its outputs. */
function mean<P extends Features>(predictions: P, elements: RowLosses, weighting: Weighting): LossOutput<P> {
  const scale = 1 / rowsOf(predictions).shape[1];
  const { losses, lossScale = 1, gradient, gradientScale = 1 } = elements;
  return reduceLoss(
    predictions,
    { losses, lossScale: lossScale * scale, gradient, gradientScale: gradientScale * scale },
    weighting,
  );
}

/** (p - y)² */
export function meanSquaredError<P extends Features>(
  predictions: P,
  targets: Features,
  _options: object = {},
  weighting: Weighting = {},
): LossOutput<P> {
  const error = tf.sub(rowsOf(predictions), rowsOf(targets));
  return mean(predictions, { losses: tf.square(error), gradient: error, gradientScale: 2 }, weighting);
}

/** |p - y| */
export function meanAbsoluteError<P extends Features>(
  predictions: P,
  targets: Features,
  _options: object = {},
  weighting: Weighting = {},
): LossOutput<P> {
  const error = tf.sub(rowsOf(predictions), rowsOf(targets));
  return mean(predictions, { losses: tf.abs(error), gradient: tf.sign(error) }, weighting);
}

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

/** (log(1 + p) - log(1 + y))², both clipped below at 1e-7; the gradient is 0 where p was clipped. */
export function meanSquaredLogarithmicError<P extends Features>(
  predictions: P,
  targets: Features,
  _options: object = {},
  weighting: Weighting = {},
): LossOutput<P> {
  const p = rowsOf(predictions);
  const raised = tf.maximum(p, EPSILON);
  const onePlus = tf.add(raised, 1);
  const error = tf.sub(tf.log(onePlus), tf.log(tf.add(tf.maximum(rowsOf(targets), EPSILON), 1)));
  const inside = tf.cast(tf.equal(raised, p), "float32");
  const gradient = tf.mul(tf.div(error, onePlus), inside);
  return mean(predictions, { losses: tf.square(error), gradient, gradientScale: 2 }, weighting);
}

/** ½ e² for |e| ≤ delta, else delta |e| - ½ delta² (Huber 1964). The gradient is e, clipped to ±delta. */
export function huber<P extends Features>(
  predictions: P,
  targets: Features,
  { delta = 1 }: { readonly delta?: number } = {},
  weighting: Weighting = {},
): LossOutput<P> {
  const error = tf.sub(rowsOf(predictions), rowsOf(targets));
  const inner = tf.clipByValue(error, -delta, delta);
  const losses = tf.mul(inner, tf.sub(error, tf.mul(inner, 0.5))); // c (e - c/2) is both cases in one
  return mean(predictions, { losses, gradient: inner }, weighting);
}

/** log cosh(p - y), as |e| + log(1 + e^-2|e|) - log 2, which overflows for no e. */
export function logcosh<P extends Features>(
  predictions: P,
  targets: Features,
  _options: object = {},
  weighting: Weighting = {},
): LossOutput<P> {
  const error = tf.sub(rowsOf(predictions), rowsOf(targets));
  const size = tf.abs(error);
  const losses = tf.sub(tf.add(size, tf.log(tf.add(tf.exp(tf.mul(size, -2)), 1))), Math.LN2);
  return mean(predictions, { losses, gradient: tf.tanh(error) }, weighting);
}

/** p - y log(p + 1e-7): the Poisson likelihood of counts y, up to a constant. */
export function poisson<P extends Features>(
  predictions: P,
  targets: Features,
  _options: object = {},
  weighting: Weighting = {},
): LossOutput<P> {
  const p = rowsOf(predictions);
  const y = rowsOf(targets);
  const raised = tf.add(p, EPSILON);
  const losses = tf.sub(p, tf.mul(y, tf.log(raised)));
  return mean(predictions, { losses, gradient: tf.sub(1, tf.div(y, raised)) }, weighting);
}

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
