import * as tf from "@tensorflow/tfjs-core";
import type { Features } from "../sequence.ts";
import { type LossOutput, reduceLoss, type Weighting } from "./loss.ts";
import { margins } from "./margins.ts";

/** max(1 - y p, 0)², mean over the outputs; targets as for {@link hinge}. */
export function squaredHinge<P extends Features>(
  predictions: P,
  targets: Features,
  _options: object = {},
  weighting: Weighting = {},
): LossOutput<P> {
  const { margin, y, scale } = margins(predictions, targets);
  const positive = tf.relu(margin);
  const gradient = tf.mul(y, positive);
  return reduceLoss(
    predictions,
    { losses: tf.square(positive), lossScale: scale, gradient, gradientScale: -2 * scale },
    weighting,
  );
}
