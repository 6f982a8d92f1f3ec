import * as tf from "@tensorflow/tfjs-core";
import { type GradientRequest, type InputGradient, whenWanted } from "./gradients.ts";
import { type Mask, Sequence } from "./sequence.ts";

export interface GlobalAveragePoolingOutput {
  /** [B, F] */
  readonly y: tf.Tensor2D;
  readonly timesteps: number;
  /** With a mask: each step's weight in the mean, T × [B, 1] */
  readonly weights: Sequence | undefined;
}

/**
 * The mean of each feature over all steps; with a mask over the steps that count. Where no step of a sample counts the mean is 0
 * (Keras divides by 0 there).
 */
export function globalAveragePooling1dForward(
  x: Sequence,
  { mask }: { mask?: Mask | undefined } = {},
): GlobalAveragePoolingOutput {
  const { timesteps } = x;
  if (mask === undefined) return { y: tf.mean<tf.Tensor2D>(x.tensor, 0), timesteps, weights: undefined };
  const counted = tf.maximum(tf.sum(mask.tensor, 0, true), 1); // [1, B, 1]
  const weights = Sequence.fromTensor(tf.div(mask.tensor, counted));
  return { y: tf.sum<tf.Tensor2D>(tf.mul(x.tensor, weights.tensor), 0), timesteps, weights };
}

export function globalAveragePooling1dBackward<G extends boolean>(
  dy: tf.Tensor2D,
  { timesteps, weights }: GlobalAveragePoolingOutput,
  request: GradientRequest<G>,
): { dx: InputGradient<G, Sequence> } {
  return {
    dx: whenWanted(request, () => {
      if (weights !== undefined) return Sequence.fromTensor(tf.mul(tf.expandDims(dy, 0), weights.tensor));
      return Sequence.fromRows(tf.tile(tf.mul<tf.Tensor2D>(dy, 1 / timesteps), [timesteps, 1]), timesteps);
    }),
  };
}
