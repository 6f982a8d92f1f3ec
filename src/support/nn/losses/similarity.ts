import * as tf from "@tensorflow/tfjs-core";
import { type LossOutput, reduceLoss, type Weighting } from "../losses.ts";
import { type Features, rowsOf } from "../sequence.ts";
import { clipped } from "./cross-entropy.ts";

const EPSILON = 1e-7;

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

/** Minus the cosine of the angle between prediction and target: -1 where they point the same way. */
export function cosineSimilarity<P extends Features>(
  predictions: P,
  targets: Features,
  _options: object = {},
  weighting: Weighting = {},
): LossOutput<P> {
  const p = unit(rowsOf(predictions));
  const y = unit(rowsOf(targets));
  const cosine = tf.sum(tf.mul(p.direction, y.direction), 1, true);
  // d(-cos)/dp = (cos · p̂ - ŷ) / |p|
  const gradient = tf.mul(tf.sub(tf.mul(p.direction, cosine), y.direction), p.inverse);
  return reduceLoss(predictions, { losses: tf.neg(cosine), gradient }, weighting);
}

/** Rows of length one, and 1 / length, at most 1e7, as in Keras. */
function unit(x: tf.Tensor2D): { direction: tf.Tensor; inverse: tf.Tensor } {
  const length = tf.sqrt(tf.sum(tf.square(x), 1, true));
  const inverse = tf.div(1, tf.maximum(length, EPSILON));
  return { direction: tf.mul(x, inverse), inverse };
}

/** max(1 - y p, 0), mean over the outputs; targets are -1 or 1, or 0 or 1, which become -1 or 1. */
export function hinge<P extends Features>(
  predictions: P,
  targets: Features,
  _options: object = {},
  weighting: Weighting = {},
): LossOutput<P> {
  const { margin, y, scale } = margins(predictions, targets);
  const losses = tf.relu(margin);
  const gradient = tf.mul(y, tf.cast(tf.greater(margin, 0), "float32"));
  return reduceLoss(predictions, { losses, lossScale: scale, gradient, gradientScale: -scale }, weighting);
}

/** max(1 - y p, 0)², mean over the outputs; targets as for {@link hinge}. */
export function squaredHinge<P extends Features>(
  predictions: P,
  targets: Features,
  _options: object = {},
  weighting: Weighting = {},
): LossOutput<P> {
  const { margin, y, scale } = margins(predictions, targets);
  const positive = tf.relu(margin);
  const gradient = tf.mul(y, positive);
  return reduceLoss(
    predictions,
    { losses: tf.square(positive), lossScale: scale, gradient, gradientScale: -2 * scale },
    weighting,
  );
}

function margins(predictions: Features, targets: Features): { margin: tf.Tensor; y: tf.Tensor; scale: number } {
  const p = rowsOf(predictions);
  const raw = rowsOf(targets);
  // 1 where every target of the batch is 0 or 1, y (y - 1) = 0: then y becomes 2y - 1.
  const binary = tf.cast(tf.equal(tf.sum(tf.abs(tf.mul(raw, tf.sub(raw, 1)))), 0), "float32");
  const y = tf.add(raw, tf.mul(tf.sub(raw, 1), binary));
  return { margin: tf.sub(1, tf.mul(y, p)), y, scale: 1 / p.shape[1] };
}

/** max(0, 1 + the largest output of a wrong class - the output of the right one); targets are one-hot. */
export function categoricalHinge<P extends Features>(
  predictions: P,
  targets: Features,
  _options: object = {},
  weighting: Weighting = {},
): LossOutput<P> {
  const p = rowsOf(predictions);
  const y = rowsOf(targets);
  const wrong = tf.sub(1, y);
  const others = tf.mul(wrong, p);
  const largest = tf.max(others, 1, true);
  const loss = tf.relu(tf.add(tf.sub(largest, tf.sum(tf.mul(y, p), 1, true)), 1)); // [R, 1]
  const isLargest = tf.cast(tf.equal(others, largest), "float32");
  const share = tf.div(isLargest, tf.sum(isLargest, 1, true)); // equal maxima share the gradient
  const gradient = tf.mul(tf.sub(tf.mul(share, wrong), y), tf.cast(tf.greater(loss, 0), "float32"));
  return reduceLoss(predictions, { losses: loss, gradient }, weighting);
}
