import * as tf from "@tensorflow/tfjs-core";
import { classTargets } from "../losses/class-targets.ts";
import { type Features, type Mask, rowsOf } from "../sequence.ts";
import { maskRows } from "./dense-targets.ts";
import { labelsOf, type MetricTargets } from "./metric.ts";

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
  const actual = tf.transpose(maskRows(classTargets(labelsOf(targets), classes), mask)) as tf.Tensor2D; // not in matMul: slow on wasm
  return tf.reshape(tf.matMul(actual, predicted), [classes * classes]) as tf.Tensor1D;
}

export function confusionMatrixValue(sums: readonly number[]): number[][] {
  const classes = Math.sqrt(sums.length);
  return Array.from({ length: classes }, (_, c) => sums.slice(c * classes, (c + 1) * classes));
}
