import type * as tf from "@tensorflow/tfjs-core";

/**
 * An activation y = a(z) and its derivative. `gradient` returns dy · a'(z); it may use z, y or both, so that each activation
 * takes the cheapest form. Formulas are those of Keras 3 (`keras.activations`).
 */
export interface ActivationFunction {
  readonly name: string;
  /** The preactivation z is needed by `gradient`; otherwise callers need not keep it. */
  readonly needsPreactivation: boolean;
  /** Every y depends on its own z alone, so that several blocks may go through one call. Softmax works on whole rows. */
  readonly elementwise: boolean;
  apply<T extends tf.Tensor>(z: T): T;
  gradient<T extends tf.Tensor>(dy: T, y: T, z: T | undefined): T;
}

export function fromOutput(
  name: string,
  apply: (z: tf.Tensor) => tf.Tensor,
  gradient: (dy: tf.Tensor, y: tf.Tensor) => tf.Tensor,
): ActivationFunction {
  return { name, needsPreactivation: false, elementwise: true, apply, gradient } as ActivationFunction;
}
