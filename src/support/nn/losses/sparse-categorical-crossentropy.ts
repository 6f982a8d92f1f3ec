import * as tf from "@tensorflow/tfjs-core";
import { EPSILON } from "../epsilon.ts";
import { type Features, rowsOf } from "../sequence.ts";
import { classTargets } from "./class-targets.ts";
import { clipped } from "./clipped.ts";
import { type LossOutput, reduceLoss, type Weighting } from "./loss.ts";

/**
 * Sparse categorical cross-entropy of probabilities p, as in Keras: q = clip(p), loss = log Σ q - log q[label].
 * The gradient is 0 where p was clipped. labels: int32, one per row.
 */
export function sparseCategoricalCrossentropy<P extends Features>(
  probabilities: P,
  labels: tf.Tensor1D,
  _options: object = {},
  weighting: Weighting = {},
): LossOutput<P> {
  const { q, inside } = clipped(rowsOf(probabilities), EPSILON, 1 - EPSILON);
  const y = classTargets(labels, q.shape[1]!);
  const sum = tf.sum(q, 1, true);
  const losses = tf.sub(tf.log(sum), tf.sum(tf.mul(y, tf.log(q)), 1, true));
  return reduceLoss(
    probabilities,
    { losses, gradient: tf.mul(tf.sub(tf.div(1, sum), tf.div(y, q)), inside) },
    weighting,
  );
}
