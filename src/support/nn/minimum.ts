import * as tf from "@tensorflow/tfjs-core";
import { type ExtremumOutput, extremum, extremumBackward } from "./extremum.ts";
import type { GradientRequest } from "./gradients.ts";
import type { Gradients, MergeMasks } from "./merge.ts";
import type { Features } from "./sequence.ts";

/** The smallest value; of equal ones the first gets the gradient, as in TensorFlow. Masked steps lose against those that count. */
export function minimumForward<X extends Features>(x: readonly X[], masks: MergeMasks = {}): ExtremumOutput<X> {
  return extremum(x, masks, (a, b) => tf.lessEqual(a, b));
}

export function minimumBackward<X extends Features, G extends boolean>(
  dy: X,
  forward: ExtremumOutput<X>,
  request: GradientRequest<G>,
): Gradients<G, X> {
  return extremumBackward(dy, forward, request);
}
