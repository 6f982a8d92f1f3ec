import * as tf from "@tensorflow/tfjs-core";
import { classTargets, type LossOutput, reduceLoss, type Weighting } from "../losses.ts";
import { type Features, rowsOf } from "../sequence.ts";

/** Probabilities are kept this far from 0 and 1 before the logarithm, as in Keras. */
const EPSILON = 1e-7;

export interface SmoothingOptions {
  /** Targets y become y · (1 - s) + s / classes; binary ones y · (1 - s) + s / 2. */
  readonly labelSmoothing?: number;
}

/**
 * Softmax and sparse categorical cross-entropy in one, stable for any logits: loss = log Σ e^z - z[label].
 * logits: [B, classes] or a sequence; labels: int32, one per row. The gradient, softmax(z) - onehot(label), is with respect to the logits.
 */
export function softmaxCrossEntropy<P extends Features>(
  logits: P,
  labels: tf.Tensor1D,
  _options: object = {},
  weighting: Weighting = {},
): LossOutput<P> {
  return fromLogits(logits, classTargets(labels, rowsOf(logits).shape[1]), weighting);
}

/** Softmax and categorical cross-entropy in one. logits, targets: [B, classes] or a sequence; each target sums to 1. */
export function softmaxCategoricalCrossEntropy<P extends Features>(
  logits: P,
  targets: Features,
  { labelSmoothing = 0 }: SmoothingOptions = {},
  weighting: Weighting = {},
): LossOutput<P> {
  const classes = rowsOf(logits).shape[1];
  return fromLogits(logits, smoothed(rowsOf(targets), labelSmoothing, classes), weighting);
}

/** loss = Σ y · log Σ e^z - Σ y z, with z shifted by its largest value; gradient Σ y · softmax(z) - y, Σ y = 1. */
function fromLogits<P extends Features>(logits: P, y: tf.Tensor2D, weighting: Weighting): LossOutput<P> {
  const z = rowsOf(logits);
  const shifted = tf.sub(z, tf.max(z, 1, true));
  const exponentials = tf.exp(shifted);
  const normalizer = tf.sum(exponentials, 1, true); // [R, 1]
  const losses = tf.sub(tf.log(normalizer), tf.sum(tf.mul(shifted, y), 1, true));
  return reduceLoss(logits, { losses, gradient: tf.sub(tf.div(exponentials, normalizer), y) }, weighting);
}

/**
 * Sparse categorical cross-entropy of probabilities p, as in Keras: q = clip(p), loss = log Σ q - log q[label].
 * The gradient is 0 where p was clipped. labels: int32, one per row.
 */
export function sparseCategoricalCrossentropy<P extends Features>(
  probabilities: P,
  labels: tf.Tensor1D,
  _options: object = {},
  weighting: Weighting = {},
): LossOutput<P> {
  const { q, inside } = clipped(rowsOf(probabilities), EPSILON, 1 - EPSILON);
  const y = classTargets(labels, q.shape[1]!);
  const sum = tf.sum(q, 1, true);
  const losses = tf.sub(tf.log(sum), tf.sum(tf.mul(y, tf.log(q)), 1, true));
  return reduceLoss(
    probabilities,
    { losses, gradient: tf.mul(tf.sub(tf.div(1, sum), tf.div(y, q)), inside) },
    weighting,
  );
}

/**
 * Categorical cross-entropy of probabilities p, as in Keras: q = p / Σ p, loss = -Σ y log clip(q).
 * targets: like the probabilities; each sums to 1.
 */
export function categoricalCrossentropy<P extends Features>(
  probabilities: P,
  targets: Features,
  { labelSmoothing = 0 }: SmoothingOptions = {},
  weighting: Weighting = {},
): LossOutput<P> {
  const p = rowsOf(probabilities);
  const y = smoothed(rowsOf(targets), labelSmoothing, p.shape[1]);
  const sum = tf.sum(p, 1, true);
  const normalized = tf.div(p, sum);
  const { q, inside } = clipped(normalized, EPSILON, 1 - EPSILON);
  const losses = tf.neg(tf.mul(y, tf.log(q)));
  const dq = tf.neg(tf.mul(tf.div(y, q), inside)); // with respect to p / Σ p
  const gradient = tf.div(tf.sub(dq, tf.sum(tf.mul(dq, normalized), 1, true)), sum);
  return reduceLoss(probabilities, { losses, gradient }, weighting);
}

/**
 * Sigmoid and binary cross-entropy in one, stable for any logits: max(z, 0) - z y + log(1 + e^-|z|), mean over the outputs.
 * logits, targets: [B, outputs] or a sequence, targets in 0..1. The gradient, sigmoid(z) - y, is with respect to the logits.
 */
export function sigmoidCrossEntropy<P extends Features>(
  logits: P,
  targets: Features,
  { labelSmoothing = 0 }: SmoothingOptions = {},
  weighting: Weighting = {},
): LossOutput<P> {
  const z = rowsOf(logits);
  const y = smoothed(rowsOf(targets), labelSmoothing, 2);
  const softplus = tf.log(tf.add(tf.exp(tf.neg(tf.abs(z))), 1));
  const losses = tf.add(tf.sub(tf.relu(z), tf.mul(z, y)), softplus);
  const scale = 1 / z.shape[1];
  return reduceLoss(
    logits,
    { losses, lossScale: scale, gradient: tf.sub(tf.sigmoid(z), y), gradientScale: scale },
    weighting,
  );
}

/** Binary cross-entropy of probabilities, clipped to [1e-7, 1 - 1e-7], mean over the outputs. targets: like the probabilities, in 0..1. */
export function binaryCrossentropy<P extends Features>(
  probabilities: P,
  targets: Features,
  { labelSmoothing = 0 }: SmoothingOptions = {},
  weighting: Weighting = {},
): LossOutput<P> {
  const y = smoothed(rowsOf(targets), labelSmoothing, 2);
  const { q, inside } = clipped(rowsOf(probabilities), EPSILON, 1 - EPSILON);
  const rest = tf.sub(1, q);
  const no = tf.sub(1, y);
  const losses = tf.neg(tf.add(tf.mul(y, tf.log(q)), tf.mul(no, tf.log(rest))));
  const gradient = tf.mul(tf.sub(tf.div(no, rest), tf.div(y, q)), inside);
  const scale = 1 / q.shape[1]!;
  return reduceLoss(probabilities, { losses, lossScale: scale, gradient, gradientScale: scale }, weighting);
}

function smoothed(targets: tf.Tensor2D, labelSmoothing: number, classes: number): tf.Tensor2D {
  if (labelSmoothing === 0) return targets;
  return tf.add(tf.mul(targets, 1 - labelSmoothing), labelSmoothing / classes);
}

/** Values kept in a range, and 1 where they were in it: the derivative of clipping. */
export function clipped(x: tf.Tensor, low: number, high: number): { q: tf.Tensor; inside: tf.Tensor } {
  const q = tf.clipByValue(x, low, high);
  return { q, inside: tf.cast(tf.equal(q, x), "float32") };
}
