import * as tf from "@tensorflow/tfjs-core";
import { type DropoutOptions, type DropoutOutput, multiplied, multipliedBackward } from "./dropout.ts";
import type { GradientRequest, InputGradient } from "./gradients.ts";
import { normalNumbers } from "./normal-numbers.ts";
import { type Features, rowsOf } from "./sequence.ts";
import type { RandomSource } from "./step-random.ts";

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
