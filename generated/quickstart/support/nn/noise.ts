import * as tf from "@tensorflow/tfjs-core";
import { type GradientRequest, type InputGradient, whenWanted } from "./gradients.ts";
import { type Features, rowsOf, withRows } from "./sequence.ts";
import type { StepRandom } from "./step-random.ts";

/** Where a layer draws from: the numbers of this step, and the layer's name. */
export interface RandomSource {
  readonly random: StepRandom;
  readonly name: string;
}

/** Standard normal numbers (Box & Muller 1958), from two streams of uniform ones. */
export function normalNumbers(shape: [number, number], { random, name }: RandomSource): tf.Tensor2D {
  const radius = random.uniform(`${name}/radius`, shape);
  const angle = random.uniform(`${name}/angle`, shape);
  return tf.mul(tf.sqrt(tf.mul(tf.log(tf.sub(1, radius)), -2)), tf.cos(tf.mul(angle, 2 * Math.PI)));
}

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
