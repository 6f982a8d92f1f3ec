import * as tf from "@tensorflow/tfjs-core";
import { type FeaturesOf, fromSamples, type SampleShape, sampleShape, toSamples } from "./batch-major.ts";
import { type GradientRequest, type InputGradient, whenWanted } from "./gradients.ts";
import { type Features, Sequence } from "./sequence.ts";

interface ReshapedOutput<X extends Features, Y extends Features> {
  readonly y: Y;
  readonly x: X;
}

function likeInput<X extends Features>(dy: Features, x: X): X {
  return fromSamples(toSamples(dy), sampleShape(x)) as Features as X;
}

/** All values of a sample as one vector, [B, T·F]: all features of step 0 first. */
export function flattenForward<X extends Features>(x: X): ReshapedOutput<X, tf.Tensor2D> {
  return { y: toSamples(x), x };
}

export function flattenBackward<X extends Features, G extends boolean>(
  dy: tf.Tensor2D,
  { x }: ReshapedOutput<X, tf.Tensor2D>,
  request: GradientRequest<G>,
): { dx: InputGradient<G, X> } {
  return { dx: whenWanted(request, () => likeInput(dy, x)) };
}

export interface ReshapeOptions<S extends SampleShape = SampleShape> {
  /** [F] or [T, F], without -1 */
  readonly targetShape: S;
}

/** The values of a sample in another shape; their order is that of Keras, all features of step 0 first. */
export function reshapeForward<X extends Features, S extends SampleShape>(
  x: X,
  { targetShape }: ReshapeOptions<S>,
): ReshapedOutput<X, FeaturesOf<S>> {
  return { y: fromSamples(toSamples(x), targetShape), x };
}

export function reshapeBackward<X extends Features, S extends SampleShape, G extends boolean>(
  dy: FeaturesOf<S>,
  { x }: ReshapedOutput<X, FeaturesOf<S>>,
  _options: ReshapeOptions<S>,
  request: GradientRequest<G>,
): { dx: InputGradient<G, X> } {
  return { dx: whenWanted(request, () => likeInput(dy, x)) };
}

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

export interface RepeatVectorOptions {
  /** Steps of the output. */
  readonly n: number;
}

/** A sequence of n times x: [B, F]. */
export function repeatVectorForward(x: tf.Tensor2D, { n }: RepeatVectorOptions): { readonly y: Sequence } {
  return { y: Sequence.fromRows(tf.tile(x, [n, 1]), n) };
}

export function repeatVectorBackward<G extends boolean>(
  dy: Sequence,
  _forward: { readonly y: Sequence },
  _options: RepeatVectorOptions,
  request: GradientRequest<G>,
): { dx: InputGradient<G, tf.Tensor2D> } {
  return { dx: whenWanted(request, () => tf.sum<tf.Tensor2D>(dy.tensor, 0)) };
}
