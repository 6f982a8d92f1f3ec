import * as tf from "@tensorflow/tfjs-core";
import { type GradientRequest, type InputGradient, whenWanted } from "./gradients.ts";
import { type Features, rowsOf, withRows } from "./sequence.ts";

export interface LeakyReluOptions {
  /** At least 0. */
  readonly negativeSlope: number;
}

export interface LeakyReluOutput<X extends Features> {
  readonly y: X;
  readonly x: X;
}

/** x where x > 0, else negativeSlope · x (Maas et al. 2013). */
export function leakyReluForward<X extends Features>(x: X, { negativeSlope }: LeakyReluOptions): LeakyReluOutput<X> {
  return { y: withRows(x, tf.leakyRelu(rowsOf(x), negativeSlope)), x };
}

export function leakyReluBackward<X extends Features, G extends boolean>(
  dy: X,
  { x }: LeakyReluOutput<X>,
  { negativeSlope }: LeakyReluOptions,
  request: GradientRequest<G>,
): { dx: InputGradient<G, X> } {
  return { dx: whenWanted(request, () => withRows(dy, tf.mul(rowsOf(dy), tf.step(rowsOf(x), negativeSlope)))) };
}
