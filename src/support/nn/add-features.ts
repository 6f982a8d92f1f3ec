import * as tf from "@tensorflow/tfjs-core";
import { type Features, rowsOf, withRows } from "./sequence.ts";

/** The sum of gradients of one value that is read several times. */
export function addFeatures<X extends Features>(first: X, ...others: X[]): X {
  return withRows(
    first,
    others.reduce<tf.Tensor2D>((sum, other) => tf.add(sum, rowsOf(other)), rowsOf(first)),
  );
}
