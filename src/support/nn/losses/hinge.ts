import * as tf from "@tensorflow/tfjs-core";
import type { Features } from "../sequence.ts";
import { type LossOutput, reduceLoss, type Weighting } from "./loss.ts";
import { margins } from "./margins.ts";

/** max(1 - y p, 0), mean over the outputs; targets are -1 or 1, or 0 or 1, which become -1 or 1. */
export function hinge<P extends Features>(
  predictions: P,
  targets: Features,
  _options: object = {},
  weighting: Weighting = {},
): LossOutput<P> {
  const { margin, y, scale } = margins(predictions, targets);
  const losses = tf.relu(margin);
  const gradient = tf.mul(y, tf.cast(tf.greater(margin, 0), "float32"));
  return reduceLoss(predictions, { losses, lossScale: scale, gradient, gradientScale: -scale }, weighting);
}
