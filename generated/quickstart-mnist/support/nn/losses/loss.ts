import * as tf from "@tensorflow/tfjs-core";
import { type Features, type Mask, rowsOf, Sequence, withRows } from "../sequence.ts";

/**
 * What a loss gives back. `total` is the sum over the batch, so the mean is total / B; the loss of a sequence is the mean over its
 * timesteps, but for that of ctc. `gradient` is that of the mean, with respect to the predictions and in their form.
 */
export interface LossOutput<P extends Features = tf.Tensor2D> {
  total: tf.Scalar;
  gradient: P;
}

/** How much each row counts: every loss takes it as its last argument. */
export interface Weighting {
  /** One factor per sample, [B], or per row of a sequence, [T·B]. The mean is still over B, as in Keras. */
  readonly weights?: tf.Tensor1D | undefined;
  /** Timesteps of a sequence that count. The mean is over them alone, as in Keras. */
  readonly mask?: Mask | undefined;
}

/** Loss and gradient of each row, before weights and the mean. R = B, or T·B for a sequence. */
export interface RowLosses {
  /** [R, 1], or [R, F] where the sum over a row is its loss. */
  readonly losses: tf.Tensor;
  readonly lossScale?: number;
  /** [R, F] */
  readonly gradient: tf.Tensor;
  readonly gradientScale?: number;
}

/**
 * Sums rows into a loss. With a mask the rows that count share the weight of all rows: each counts R / Σ mask
 * (Keras 3, losses/loss.py: apply_mask and reduce_weighted_values).
 */
export function reduceLoss<P extends Features>(predictions: P, rows: RowLosses, weighting: Weighting): LossOutput<P> {
  const count = rowsOf(predictions).shape[0];
  const timesteps = predictions instanceof Sequence ? predictions.timesteps : 1;
  const factor = rowWeights(predictions, weighting);
  const losses = factor === undefined ? rows.losses : tf.mul(rows.losses, factor);
  const gradient = factor === undefined ? rows.gradient : tf.mul(rows.gradient, factor);
  return {
    total: scaled(tf.sum(losses), (rows.lossScale ?? 1) / timesteps) as tf.Scalar,
    gradient: withRows(predictions, scaled(gradient, (rows.gradientScale ?? 1) / count) as tf.Tensor2D),
  };
}

function scaled(x: tf.Tensor, factor: number): tf.Tensor {
  return factor === 1 ? x : tf.mul(x, factor);
}

/** Weight of each row, [R, 1]; undefined where all count alike. */
function rowWeights(predictions: Features, { weights, mask }: Weighting): tf.Tensor2D | undefined {
  const count = rowsOf(predictions).shape[0];
  let factor: tf.Tensor2D | undefined;
  if (weights !== undefined) {
    factor = tf.reshape(weightsOfRows(weights, count), [count, 1]) as tf.Tensor2D;
  }
  if (mask !== undefined) {
    const share: tf.Tensor2D = tf.mul(mask.rows, tf.div(count, tf.maximum(tf.sum(mask.rows), 1))); // no real step: all zero
    factor = factor === undefined ? share : tf.mul<tf.Tensor2D>(factor, share);
  }
  return factor;
}

/** Weights of samples as those of their rows, [R]: a sample's weight counts at each of its timesteps. weights: [B] or [R]. */
export function weightsOfRows(weights: tf.Tensor1D, rows: number): tf.Tensor1D {
  const given = weights.shape[0];
  return given === rows ? weights : tf.tile(weights, [rows / given]); // time-major: all samples' timestep 0 first
}
