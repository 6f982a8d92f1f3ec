import * as tf from "@tensorflow/tfjs-core";
import { type GradientRequest, type InputGradient, whenWanted } from "./gradients.ts";
import { type Features, rowsOf, withRows } from "./sequence.ts";

export interface RescalingOptions {
  readonly scale: number;
  readonly offset: number;
}

/** scale · x + offset */
export function rescalingForward<X extends Features>(x: X, { scale, offset }: RescalingOptions): { readonly y: X } {
  return { y: withRows(x, tf.add<tf.Tensor2D>(tf.mul(rowsOf(x), scale), offset)) };
}

export function rescalingBackward<X extends Features, G extends boolean>(
  dy: X,
  _forward: { readonly y: X },
  { scale }: RescalingOptions,
  request: GradientRequest<G>,
): { dx: InputGradient<G, X> } {
  return { dx: whenWanted(request, () => withRows(dy, tf.mul<tf.Tensor2D>(rowsOf(dy), scale))) };
}
