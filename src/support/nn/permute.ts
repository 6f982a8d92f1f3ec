import * as tf from "@tensorflow/tfjs-core";
import { type GradientRequest, type InputGradient, whenWanted } from "./gradients.ts";
import { type Features, Sequence } from "./sequence.ts";

export interface PermuteOptions {
  /** Axes of a sample, counted from 1: [2, 1] swaps steps and features; [1, 2] and [1] change nothing. */
  readonly dims: readonly [1] | readonly [1, 2] | readonly [2, 1];
}

function permute<X extends Features>(x: X, { dims }: PermuteOptions): X {
  return dims[0] === 2 && x instanceof Sequence ? (Sequence.fromTensor(tf.transpose(x.tensor, [2, 1, 0])) as X) : x;
}

export function permuteForward<X extends Features>(x: X, options: PermuteOptions): { readonly y: X } {
  return { y: permute(x, options) };
}

/** Every such permutation is its own inverse. */
export function permuteBackward<X extends Features, G extends boolean>(
  dy: X,
  _forward: { readonly y: X },
  options: PermuteOptions,
  request: GradientRequest<G>,
): { dx: InputGradient<G, X> } {
  return { dx: whenWanted(request, () => permute(dy, options)) };
}
