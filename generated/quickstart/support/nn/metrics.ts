import * as tf from "@tensorflow/tfjs-core";
import { classTargets } from "./losses.ts";
import { type Features, type Mask, rowsOf, Sequence } from "./sequence.ts";

/**
 * A metric is a vector of sums over a batch (`…State`, on the device) that adds up over batches, and a function from the sums of all
 * batches to the value (`…Value`), so the value is that of all data at once. As in Keras, sample weights do not enter.
 *
 * Targets are int32 labels, one per row, or dense: like the predictions. R = B rows, or T·B of a sequence.
 */
export type MetricTargets = Features | tf.Tensor1D;

/** Value of the `…State`s that are means: one sum over samples, or the sum and the number of rows that count. */
export function meanValue(sums: readonly number[], samples: number): number {
  return quotient(sums[0]!, sums[1] ?? samples);
}

/** Square root of the mean: with {@link meanSquaredErrorState}, the root mean squared error. */
export function rootMeanValue(sums: readonly number[], samples: number): number {
  return Math.sqrt(meanValue(sums, samples));
}

/** e to the mean: with {@link crossEntropyState}, the perplexity. */
export function perplexityValue(sums: readonly number[], samples: number): number {
  return Math.exp(meanValue(sums, samples));
}

function quotient(a: number, b: number): number {
  return b === 0 ? 0 : a / b;
}

/** [sum over samples] of a value per row, [R] or [R, 1], a sequence counting as the mean over its steps; with a mask: [sum, rows that count]. */
function meanState(rows: tf.Tensor, predictions: Features, mask: Mask | undefined): tf.Tensor1D {
  if (mask !== undefined) {
    const column = tf.reshape(rows, mask.rows.shape);
    return tf.stack([tf.sum(tf.mul(column, mask.rows)), tf.sum(mask.rows)]) as tf.Tensor1D;
  }
  const sum = tf.reshape(tf.sum(rows), [1]) as tf.Tensor1D;
  return predictions instanceof Sequence ? tf.div(sum, predictions.timesteps) : sum;
}

function isLabels(targets: MetricTargets): targets is tf.Tensor1D {
  return !(targets instanceof Sequence) && targets.rank === 1;
}

/** [R] int32: the labels, or the largest of each one-hot row. */
function labelsOf(targets: MetricTargets): tf.Tensor1D {
  return isLabels(targets) ? targets : tf.argMax(rowsOf(targets), 1);
}

/** [R, outputs] */
function denseOf(targets: MetricTargets, outputs: number): tf.Tensor2D {
  return isLabels(targets) ? classTargets(targets, outputs) : rowsOf(targets);
}

function asNumber(condition: tf.Tensor): tf.Tensor {
  return tf.cast(condition, "float32");
}

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

export interface ThresholdOptions {
  /** An output above it is a yes. */
  readonly threshold: number;
}

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

/** The mean squared error; with {@link rootMeanValue} its root. */
export function meanSquaredErrorState(
  predictions: Features,
  targets: Features,
  _options: object = {},
  mask?: Mask,
): tf.Tensor1D {
  return meanState(tf.mean(tf.square(tf.sub(rowsOf(predictions), rowsOf(targets))), 1), predictions, mask);
}

export function meanAbsoluteErrorState(
  predictions: Features,
  targets: Features,
  _options: object = {},
  mask?: Mask,
): tf.Tensor1D {
  return meanState(tf.mean(tf.abs(tf.sub(rowsOf(predictions), rowsOf(targets))), 1), predictions, mask);
}

/** 100 |y - p| / max(|y|, 1e-7) */
export function meanAbsolutePercentageErrorState(
  predictions: Features,
  targets: Features,
  _options: object = {},
  mask?: Mask,
): tf.Tensor1D {
  const y = rowsOf(targets);
  const share = tf.div(tf.abs(tf.sub(rowsOf(predictions), y)), tf.maximum(tf.abs(y), 1e-7));
  return meanState(tf.mul(tf.mean(share, 1), 100), predictions, mask);
}

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

/** [true positives, predicted positives, positives] over all outputs alike. */
function thresholdState(
  predictions: Features,
  targets: MetricTargets,
  { threshold }: ThresholdOptions,
  mask?: Mask,
): tf.Tensor1D {
  const p = rowsOf(predictions);
  const predicted = masked(asNumber(tf.greater(p, threshold)), mask);
  const actual = masked(denseOf(targets, p.shape[1]), mask);
  return tf.stack([tf.sum(tf.mul(predicted, actual)), tf.sum(predicted), tf.sum(actual)]) as tf.Tensor1D;
}

function masked(x: tf.Tensor, mask: Mask | undefined): tf.Tensor {
  return mask === undefined ? x : tf.mul(x, mask.rows);
}

/** Elementwise over all outputs ("micro"), as in Keras: of all that are above the threshold. */
export const precisionState = thresholdState;

export function precisionValue([truePositives, predicted]: readonly number[]): number {
  return quotient(truePositives!, predicted!);
}

/** Elementwise over all outputs ("micro"), as in Keras: of all targets that are 1. */
export const recallState = thresholdState;

export function recallValue([truePositives, , positives]: readonly number[]): number {
  return quotient(truePositives!, positives!);
}

export interface F1Options {
  readonly average: "macro" | "micro" | "weighted";
  /** Without it, the predicted class is that of the largest output. */
  readonly threshold?: number;
}

/** Per class: true positives, then predicted, then actual ones. [3 · classes] */
export function f1State(
  predictions: Features,
  targets: MetricTargets,
  { threshold }: F1Options,
  mask?: Mask,
): tf.Tensor1D {
  const p = rowsOf(predictions);
  const actual = masked(denseOf(targets, p.shape[1]), mask);
  // As in Keras: all outputs that equal the largest one, unless it is 0.
  const chosen =
    threshold === undefined
      ? tf.mul(asNumber(tf.greaterEqual(p, tf.max(p, 1, true))), asNumber(tf.greater(tf.abs(p), 1e-9)))
      : asNumber(tf.greater(p, threshold));
  const predicted = masked(chosen, mask);
  return tf.concat([tf.sum(tf.mul(predicted, actual), 0), tf.sum(predicted, 0), tf.sum(actual, 0)]) as tf.Tensor1D;
}

/** F1 = 2 P R / (P + R): of all classes together (micro), or the mean over classes, equal (macro) or by their share (weighted). */
export function f1Value(sums: readonly number[], _samples: number, { average }: F1Options): number {
  const classes = sums.length / 3;
  const counts = Array.from(
    { length: classes },
    (_, c) => [sums[c]!, sums[classes + c]!, sums[2 * classes + c]!] as const,
  );
  const total = (k: 0 | 1 | 2): number => counts.reduce((sum, count) => sum + count[k], 0);
  if (average === "micro") return f1(total(0), total(1), total(2));
  const score = (weight: (actual: number) => number): number =>
    counts.reduce((sum, [hits, predicted, actual]) => sum + weight(actual) * f1(hits, predicted, actual), 0);
  if (average === "macro") return score(() => 1 / classes);
  return quotient(
    score((actual) => actual),
    total(2),
  );
}

function f1(truePositives: number, predicted: number, actual: number): number {
  return quotient(2 * truePositives, predicted + actual);
}

export interface AucOptions {
  readonly numThresholds: number;
}

/**
 * True and false positives above each of the thresholds i / (n - 1), the first of which all are above: [2 · (n - 1)].
 * The n-th threshold, above 1, has none. Probabilities; targets are 0 or 1.
 */
export function aucState(
  predictions: Features,
  targets: MetricTargets,
  { numThresholds }: AucOptions,
  mask?: Mask,
): tf.Tensor1D {
  const p = rowsOf(predictions);
  const y = denseOf(targets, p.shape[1]);
  const values = p.shape[0] * p.shape[1];
  const steps = tf.tensor2d(
    [-1, ...Array.from({ length: numThresholds - 2 }, (_, i) => i + 1)],
    [1, numThresholds - 1],
  );
  const above = asNumber(tf.greater(tf.reshape(tf.mul(p, numThresholds - 1), [values, 1]), steps)) as tf.Tensor2D;
  const sides = tf.stack([masked(y, mask), masked(tf.sub(1, y), mask)]);
  return tf.reshape(tf.matMul(tf.reshape(sides, [2, values]) as tf.Tensor2D, above), [
    2 * (numThresholds - 1),
  ]) as tf.Tensor1D;
}

/** Area under the ROC curve by the trapezoid rule, as Keras approximates it. */
export function aucValue(sums: readonly number[]): number {
  const n = sums.length / 2;
  const rate = (k: number, i: number): number => (i === n ? 0 : quotient(sums[k * n + i]!, sums[k * n]!));
  let area = 0;
  for (let i = 0; i < n; i++) area += ((rate(1, i) - rate(1, i + 1)) * (rate(0, i) + rate(0, i + 1))) / 2;
  return area;
}

/**
 * Area under the precision-recall curve of the same sums. Between two thresholds true positives grow in proportion to predicted ones, as
 * Davis & Goadrich (2006, section 4) interpolate; Keras integrates that in closed form.
 */
export function prAucValue(sums: readonly number[]): number {
  const n = sums.length / 2;
  const truePositives = (i: number): number => (i === n ? 0 : sums[i]!);
  const predicted = (i: number): number => (i === n ? 0 : sums[i]! + sums[n + i]!);
  let area = 0;
  for (let i = 0; i < n; i++) {
    const gained = truePositives(i) - truePositives(i + 1);
    const slope = quotient(gained, predicted(i) - predicted(i + 1));
    const intercept = truePositives(i + 1) - slope * predicted(i + 1);
    const ratio = predicted(i + 1) > 0 ? predicted(i) / predicted(i + 1) : 1;
    area += slope * (gained + intercept * Math.log(ratio));
  }
  return quotient(area, truePositives(0));
}

/** How often each class (row) is predicted as each (column): [classes²]. Labels or one-hot targets. */
export function confusionMatrixState(
  predictions: Features,
  targets: MetricTargets,
  _options: object = {},
  mask?: Mask,
): tf.Tensor1D {
  const p = rowsOf(predictions);
  const classes = p.shape[1];
  const predicted = classTargets(tf.argMax(p, 1), classes);
  const actual = tf.transpose(masked(classTargets(labelsOf(targets), classes), mask)) as tf.Tensor2D; // not in matMul: slow on wasm
  return tf.reshape(tf.matMul(actual, predicted), [classes * classes]) as tf.Tensor1D;
}

export function confusionMatrixValue(sums: readonly number[]): number[][] {
  const classes = Math.sqrt(sums.length);
  return Array.from({ length: classes }, (_, c) => sums.slice(c * classes, (c + 1) * classes));
}
