import * as tf from "@tensorflow/tfjs-core";
import { EPSILON } from "../epsilon.ts";
import { type Features, rowsOf } from "../sequence.ts";
import { clipped } from "./clipped.ts";
import { type LossOutput, reduceLoss, type Weighting } from "./loss.ts";
import { type SmoothingOptions, smoothed } from "./smoothing.ts";

/**
 * Categorical cross-entropy of probabilities p, as in Keras: q = p / Σ p, loss = -Σ y log clip(q).
 * targets: like the probabilities; each sums to 1.
 */
export function categoricalCrossentropy<P extends Features>(
  probabilities: P,
  targets: Features,
  { labelSmoothing = 0 }: SmoothingOptions = {},
  weighting: Weighting = {},
): LossOutput<P> {
  const p = rowsOf(probabilities);
  const y = smoothed(rowsOf(targets), labelSmoothing, p.shape[1]);
  const sum = tf.sum(p, 1, true);
  const normalized = tf.div(p, sum);
  const { q, inside } = clipped(normalized, EPSILON, 1 - EPSILON);
  const losses = tf.neg(tf.mul(y, tf.log(q)));
  const dq = tf.neg(tf.mul(tf.div(y, q), inside)); // with respect to p / Σ p
  const gradient = tf.div(tf.sub(dq, tf.sum(tf.mul(dq, normalized), 1, true)), sum);
  return reduceLoss(probabilities, { losses, gradient }, weighting);
}
