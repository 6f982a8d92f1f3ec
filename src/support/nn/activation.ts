import type * as tf from "@tensorflow/tfjs-core";
import type { ActivationFunction } from "./activations/activation.ts";
import { type GradientRequest, type InputGradient, whenWanted } from "./gradients.ts";
import { type Features, rowsOf, withRows } from "./sequence.ts";

export interface ActivationOptions {
  readonly activation: ActivationFunction;
}

export interface ActivationOutput<X extends Features> {
  readonly y: X;
  readonly x: X;
}

/** An activation as a layer of its own. */
export function activationForward<X extends Features>(x: X, { activation }: ActivationOptions): ActivationOutput<X> {
  return { y: withRows(x, activation.apply<tf.Tensor2D>(rowsOf(x))), x };
}

export function activationBackward<X extends Features, G extends boolean>(
  dy: X,
  { x, y }: ActivationOutput<X>,
  { activation }: ActivationOptions,
  request: GradientRequest<G>,
): { dx: InputGradient<G, X> } {
  return { dx: whenWanted(request, () => withRows(dy, activation.gradient(rowsOf(dy), rowsOf(y), rowsOf(x)))) };
}
