import * as tf from "@tensorflow/tfjs-core";
import { type GradientRequest, type InputGradient, whenWanted } from "./gradients.ts";
import { type Features, rowsOf, withRows } from "./sequence.ts";

export interface NormalizationOptions {
  /** One for all features, or one for each. */
  readonly mean: number | readonly number[];
  readonly variance: number | readonly number[];
}

/** Keras divides by no less. */
const SMALLEST = 1e-7;

/** One value, or a row of one for each feature. */
function row(values: number | readonly number[]): tf.Tensor {
  return typeof values === "number" ? tf.scalar(values) : tf.tensor1d([...values]);
}

function deviation({ variance }: NormalizationOptions): tf.Tensor {
  return row([variance].flat().map((value) => Math.max(Math.sqrt(value), SMALLEST)));
}

/** (x - mean) / √variance, with given statistics of each feature. */
export function normalizationForward<X extends Features>(x: X, options: NormalizationOptions): { readonly y: X } {
  const centered = tf.sub<tf.Tensor2D>(rowsOf(x), row(options.mean));
  return { y: withRows(x, tf.div<tf.Tensor2D>(centered, deviation(options))) };
}

export function normalizationBackward<X extends Features, G extends boolean>(
  dy: X,
  _forward: { readonly y: X },
  options: NormalizationOptions,
  request: GradientRequest<G>,
): { dx: InputGradient<G, X> } {
  return { dx: whenWanted(request, () => withRows(dy, tf.div<tf.Tensor2D>(rowsOf(dy), deviation(options)))) };
}
