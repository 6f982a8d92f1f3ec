import * as tf from "@tensorflow/tfjs-core";
import { type Features, rowsOf } from "../sequence.ts";
import { type LossOutput, reduceLoss, type Weighting } from "./loss.ts";

/** max(0, 1 + the largest output of a wrong class - the output of the right one); targets are one-hot. */
export function categoricalHinge<P extends Features>(
  predictions: P,
  targets: Features,
  _options: object = {},
  weighting: Weighting = {},
): LossOutput<P> {
  const p = rowsOf(predictions);
  const y = rowsOf(targets);
  const wrong = tf.sub(1, y);
  const others = tf.mul(wrong, p);
  const largest = tf.max(others, 1, true);
  const loss = tf.relu(tf.add(tf.sub(largest, tf.sum(tf.mul(y, p), 1, true)), 1)); // [R, 1]
  const isLargest = tf.cast(tf.equal(others, largest), "float32");
  const share = tf.div(isLargest, tf.sum(isLargest, 1, true)); // equal maxima share the gradient
  const gradient = tf.mul(tf.sub(tf.mul(share, wrong), y), tf.cast(tf.greater(loss, 0), "float32"));
  return reduceLoss(predictions, { losses: loss, gradient }, weighting);
}
