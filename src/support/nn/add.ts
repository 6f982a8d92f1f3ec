import * as tf from "@tensorflow/tfjs-core";
import { type GradientRequest, whenWanted } from "./gradients.ts";
import { type Gradients, type MergeOutput, merge } from "./merge.ts";
import type { Features } from "./sequence.ts";

export function addForward<X extends Features>(x: readonly X[]): MergeOutput<X> {
  return { y: merge(x, (a, b) => tf.add(a, b)), x };
}

export function addBackward<X extends Features, G extends boolean>(
  dy: X,
  { x }: MergeOutput<X>,
  request: GradientRequest<G>,
): Gradients<G, X> {
  return { dx: whenWanted(request, () => x.map(() => dy)) };
}
