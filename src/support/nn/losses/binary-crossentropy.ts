import * as tf from "@tensorflow/tfjs-core";
import { EPSILON } from "../epsilon.ts";
import { type Features, rowsOf } from "../sequence.ts";
import { clipped } from "./clipped.ts";
import { type LossOutput, reduceLoss, type Weighting } from "./loss.ts";
import { type SmoothingOptions, smoothed } from "./smoothing.ts";

/** Binary cross-entropy of probabilities, clipped to [1e-7, 1 - 1e-7], mean over the outputs. targets: like the probabilities, in 0..1. */
export function binaryCrossentropy<P extends Features>(
  probabilities: P,
  targets: Features,
  { labelSmoothing = 0 }: SmoothingOptions = {},
  weighting: Weighting = {},
): LossOutput<P> {
  const y = smoothed(rowsOf(targets), labelSmoothing, 2);
  const { q, inside } = clipped(rowsOf(probabilities), EPSILON, 1 - EPSILON);
  const rest = tf.sub(1, q);
  const no = tf.sub(1, y);
  const losses = tf.neg(tf.add(tf.mul(y, tf.log(q)), tf.mul(no, tf.log(rest))));
  const gradient = tf.mul(tf.sub(tf.div(no, rest), tf.div(y, q)), inside);
  const scale = 1 / q.shape[1]!;
  return reduceLoss(probabilities, { losses, lossScale: scale, gradient, gradientScale: scale }, weighting);
}
