import * as tf from "@tensorflow/tfjs-core";
import { type GradientRequest, whenWanted } from "./gradients.ts";
import { type Gradients, type MergeOutput, merge } from "./merge.ts";
import { type Features, rowsOf, withRows } from "./sequence.ts";

/** x[0] - x[1]. */
export function subtractForward<X extends Features>(x: readonly X[]): MergeOutput<X> {
  return { y: merge(x, (a, b) => tf.sub(a, b)), x };
}

export function subtractBackward<X extends Features, G extends boolean>(
  dy: X,
  _forward: MergeOutput<X>,
  request: GradientRequest<G>,
): Gradients<G, X> {
  return { dx: whenWanted(request, () => [dy, withRows(dy, tf.neg<tf.Tensor2D>(rowsOf(dy)))]) };
}
