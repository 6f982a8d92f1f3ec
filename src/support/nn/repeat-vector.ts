import * as tf from "@tensorflow/tfjs-core";
import { type GradientRequest, type InputGradient, whenWanted } from "./gradients.ts";
import { Sequence } from "./sequence.ts";

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
