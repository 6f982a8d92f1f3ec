import * as tf from "@tensorflow/tfjs-core";
import { type Features, type Mask, rowsOf } from "../sequence.ts";
import { meanState } from "./mean.ts";

/** The mean squared error; with {@link rootMeanValue} its root. */
export function meanSquaredErrorState(
  predictions: Features,
  targets: Features,
  _options: object = {},
  mask?: Mask,
): tf.Tensor1D {
  return meanState(tf.mean(tf.square(tf.sub(rowsOf(predictions), rowsOf(targets))), 1), predictions, mask);
}
