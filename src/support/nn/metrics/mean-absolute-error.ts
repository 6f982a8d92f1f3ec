import * as tf from "@tensorflow/tfjs-core";
import { type Features, type Mask, rowsOf } from "../sequence.ts";
import { meanState } from "./mean.ts";

export function meanAbsoluteErrorState(
  predictions: Features,
  targets: Features,
  _options: object = {},
  mask?: Mask,
): tf.Tensor1D {
  return meanState(tf.mean(tf.abs(tf.sub(rowsOf(predictions), rowsOf(targets))), 1), predictions, mask);
}
