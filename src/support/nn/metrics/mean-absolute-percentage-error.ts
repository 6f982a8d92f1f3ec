import * as tf from "@tensorflow/tfjs-core";
import { type Features, type Mask, rowsOf } from "../sequence.ts";
import { meanState } from "./mean.ts";

/** 100 |y - p| / max(|y|, 1e-7) */
export function meanAbsolutePercentageErrorState(
  predictions: Features,
  targets: Features,
  _options: object = {},
  mask?: Mask,
): tf.Tensor1D {
  const y = rowsOf(targets);
  const share = tf.div(tf.abs(tf.sub(rowsOf(predictions), y)), tf.maximum(tf.abs(y), 1e-7));
  return meanState(tf.mul(tf.mean(share, 1), 100), predictions, mask);
}
