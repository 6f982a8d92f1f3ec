import type * as tf from "@tensorflow/tfjs-core";
import type { ActivationFunction } from "./activation.ts";

export function fromPreactivation(
  name: string,
  apply: (z: tf.Tensor) => tf.Tensor,
  gradient: (dy: tf.Tensor, y: tf.Tensor, z: tf.Tensor) => tf.Tensor,
): ActivationFunction {
  return { name, needsPreactivation: true, elementwise: true, apply, gradient } as ActivationFunction;
}
