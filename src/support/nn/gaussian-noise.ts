import * as tf from "@tensorflow/tfjs-core";
import { type GradientRequest, type InputGradient, whenWanted } from "./gradients.ts";
import { normalNumbers } from "./normal-numbers.ts";
import { type Features, rowsOf, withRows } from "./sequence.ts";
import type { RandomSource } from "./step-random.ts";

export interface GaussianNoiseOptions {
  readonly stddev: number;
}

/** Adds normal numbers of mean 0. */
export function gaussianNoiseForward<X extends Features>(
  x: X,
  { stddev }: GaussianNoiseOptions,
  source: RandomSource,
): { readonly y: X } {
  const rows = rowsOf(x);
  return { y: withRows(x, tf.add<tf.Tensor2D>(rows, tf.mul(normalNumbers(rows.shape, source), stddev))) };
}

export function gaussianNoiseBackward<X extends Features, G extends boolean>(
  dy: X,
  _forward: { readonly y: X },
  _options: GaussianNoiseOptions,
  request: GradientRequest<G>,
): { dx: InputGradient<G, X> } {
  return { dx: whenWanted(request, () => dy) };
}
