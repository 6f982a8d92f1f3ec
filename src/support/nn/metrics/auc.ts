import * as tf from "@tensorflow/tfjs-core";
import { type Features, type Mask, rowsOf } from "../sequence.ts";
import { denseOf, maskRows } from "./dense-targets.ts";
import { quotient } from "./mean.ts";
import { asNumber, type MetricTargets } from "./metric.ts";

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
  const sides = tf.stack([maskRows(y, mask), maskRows(tf.sub(1, y), mask)]);
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
