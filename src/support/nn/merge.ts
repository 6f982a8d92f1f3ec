import type * as tf from "@tensorflow/tfjs-core";
import type { InputGradient } from "./gradients.ts";
import { type Features, type Mask, rowsOf, withRows } from "./sequence.ts";

/** Merge layers of two or more inputs of one shape (concatenate: alike but for the joined axis); `dx` has one entry per input. */
export interface MergeOutput<X extends Features> {
  readonly y: X;
  readonly x: readonly X[];
}

/** Masks of the inputs, where they have one. */
export interface MergeMasks {
  readonly masks?: readonly (Mask | undefined)[];
}

export type Gradients<G extends boolean, X> = { dx: InputGradient<G, X[]> };

export function merge<X extends Features>(
  x: readonly X[],
  combine: (a: tf.Tensor2D, b: tf.Tensor2D, index: number) => tf.Tensor2D,
): X {
  const rows = x.map((input) => rowsOf(input));
  return withRows(
    x[0]!,
    rows.reduce((merged, input, index) => combine(merged, input, index)),
  );
}
