import * as tf from "@tensorflow/tfjs-core";
import { type Features, type Mask, rowsOf } from "../sequence.ts";
import { denseOf, maskRows } from "./dense-targets.ts";
import { quotient } from "./mean.ts";
import { asNumber, type MetricTargets } from "./metric.ts";

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
  const actual = maskRows(denseOf(targets, p.shape[1]), mask);
  // As in Keras: all outputs that equal the largest one, unless it is 0.
  const chosen =
    threshold === undefined
      ? tf.mul(asNumber(tf.greaterEqual(p, tf.max(p, 1, true))), asNumber(tf.greater(tf.abs(p), 1e-9)))
      : asNumber(tf.greater(p, threshold));
  const predicted = maskRows(chosen, mask);
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
