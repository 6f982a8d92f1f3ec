import * as tf from "@tensorflow/tfjs-core";
import { dropoutMask } from "./dropout-mask.ts";
import { type GradientRequest, type InputGradient, whenWanted } from "./gradients.ts";
import { type Features, rowsOf, withRows } from "./sequence.ts";
import type { RandomSource } from "./step-random.ts";

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

export function multiplied<X extends Features>(x: X, mask: tf.Tensor2D): DropoutOutput<X> {
  return { y: withRows(x, tf.mul<tf.Tensor2D>(rowsOf(x), mask)), mask };
}

export function multipliedBackward<X extends Features, G extends boolean>(
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
