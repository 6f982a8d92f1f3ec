import * as tf from "@tensorflow/tfjs-core";
import { type GradientRequest, type InputGradient, whenWanted } from "./gradients.ts";
import { normalNumbers, type RandomSource } from "./noise.ts";
import { type Features, rowsOf, type Sequence, withRows } from "./sequence.ts";

export interface DropoutOptions {
  /** In 0..1, 1 excluded. */
  readonly rate: number;
}

export interface DropoutOutput<X extends Features> {
  /** x · mask */
  readonly y: X;
  /** The factor of each value: [N, F], as the rows of x */
  readonly mask: tf.Tensor2D;
}

/** 0 with probability `rate`, else 1 / (1 - rate). */
export function dropoutMask(shape: [number, number], rate: number, { random, name }: RandomSource): tf.Tensor2D {
  const keep = 1 - rate;
  // u + keep ≥ 1 with probability keep, and it is below 2: its integer part is the mask.
  const kept = tf.floor(tf.add(random.uniform(name, shape), keep));
  return tf.mul(kept, 1 / keep);
}

/** Masks of the same shape, independent of one another: one for each gate of a cell. */
export function dropoutMasks(
  count: number,
  shape: [number, number],
  rate: number,
  source: RandomSource,
): tf.Tensor2D[] {
  const [batch, features] = shape;
  return tf.split(dropoutMask([count * batch, features], rate, source), count, 0);
}

function multiplied<X extends Features>(x: X, mask: tf.Tensor2D): DropoutOutput<X> {
  return { y: withRows(x, tf.mul<tf.Tensor2D>(rowsOf(x), mask)), mask };
}

function multipliedBackward<X extends Features, G extends boolean>(
  dy: X,
  { mask }: DropoutOutput<X>,
  request: GradientRequest<G>,
): { dx: InputGradient<G, X> } {
  return { dx: whenWanted(request, () => withRows(dy, tf.mul<tf.Tensor2D>(rowsOf(dy), mask))) };
}

/** Inverted dropout (Srivastava et al. 2014); every step of a sequence drops features of its own. */
export function dropoutForward<X extends Features>(
  x: X,
  { rate }: DropoutOptions,
  source: RandomSource,
): DropoutOutput<X> {
  return multiplied(x, dropoutMask(rowsOf(x).shape, rate, source));
}

export function dropoutBackward<X extends Features, G extends boolean>(
  dy: X,
  forward: DropoutOutput<X>,
  _options: DropoutOptions,
  request: GradientRequest<G>,
): { dx: InputGradient<G, X> } {
  return multipliedBackward(dy, forward, request);
}

/** Dropout that drops a feature of a sample at all steps or at none (Tompson et al. 2015). */
export function spatialDropout1dForward(
  x: Sequence,
  { rate }: DropoutOptions,
  source: RandomSource,
): DropoutOutput<Sequence> {
  const mask = dropoutMask([x.batch, x.features], rate, source);
  return multiplied(x, tf.tile(mask, [x.timesteps, 1]));
}

export function spatialDropout1dBackward<G extends boolean>(
  dy: Sequence,
  forward: DropoutOutput<Sequence>,
  _options: DropoutOptions,
  request: GradientRequest<G>,
): { dx: InputGradient<G, Sequence> } {
  return multipliedBackward(dy, forward, request);
}

/** Multiplies by normal numbers of mean 1 and standard deviation sqrt(rate / (1 - rate)) (Srivastava et al. 2014). */
export function gaussianDropoutForward<X extends Features>(
  x: X,
  { rate }: DropoutOptions,
  source: RandomSource,
): DropoutOutput<X> {
  const noise = normalNumbers(rowsOf(x).shape, source);
  return multiplied(x, tf.add(tf.mul(noise, Math.sqrt(rate / (1 - rate))), 1));
}

export function gaussianDropoutBackward<X extends Features, G extends boolean>(
  dy: X,
  forward: DropoutOutput<X>,
  _options: DropoutOptions,
  request: GradientRequest<G>,
): { dx: InputGradient<G, X> } {
  return multipliedBackward(dy, forward, request);
}
