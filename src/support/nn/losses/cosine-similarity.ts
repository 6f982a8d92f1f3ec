import * as tf from "@tensorflow/tfjs-core";
import { EPSILON } from "../epsilon.ts";
import { type Features, rowsOf } from "../sequence.ts";
import { type LossOutput, reduceLoss, type Weighting } from "./loss.ts";

/** Minus the cosine of the angle between prediction and target: -1 where they point the same way. */
export function cosineSimilarity<P extends Features>(
  predictions: P,
  targets: Features,
  _options: object = {},
  weighting: Weighting = {},
): LossOutput<P> {
  const p = unit(rowsOf(predictions));
  const y = unit(rowsOf(targets));
  const cosine = tf.sum(tf.mul(p.direction, y.direction), 1, true);
  // d(-cos)/dp = (cos · p̂ - ŷ) / |p|
  const gradient = tf.mul(tf.sub(tf.mul(p.direction, cosine), y.direction), p.inverse);
  return reduceLoss(predictions, { losses: tf.neg(cosine), gradient }, weighting);
}

/** Rows of length one, and 1 / length, at most 1e7, as in Keras. */
function unit(x: tf.Tensor2D): { direction: tf.Tensor; inverse: tf.Tensor } {
  const length = tf.sqrt(tf.sum(tf.square(x), 1, true));
  const inverse = tf.div(1, tf.maximum(length, EPSILON));
  return { direction: tf.mul(x, inverse), inverse };
}
