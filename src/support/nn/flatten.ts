import type * as tf from "@tensorflow/tfjs-core";
import { toSamples } from "./batch-major.ts";
import { type GradientRequest, type InputGradient, whenWanted } from "./gradients.ts";
import { likeInput, type ReshapedOutput } from "./reshaping.ts";
import type { Features } from "./sequence.ts";

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
