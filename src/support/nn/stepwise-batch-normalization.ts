import * as tf from "@tensorflow/tfjs-core";
import type {
  BatchNormalizationGradients,
  BatchNormalizationOptions,
  BatchNormalizationWeights,
} from "./batch-normalization.ts";
import { type GradientRequest, type InputGradient, whenWanted } from "./gradients.ts";
import { scaleAndShift, scaleAndShiftGradients } from "./layer-normalization.ts";
import { type Mask, rowsOf, Sequence, withRows } from "./sequence.ts";

// batchNormalization inside timeDistributed: Keras calls the layer once for each timestep, so that every step is normalised by
// statistics of its own, and the moving statistics move once for each step. At inference it does what batchNormalization does.

export interface StepwiseBatchNormalizationOutput {
  readonly y: Sequence;
  /** (x - mean) / sqrt(variance + epsilon), [T, B, F] */
  readonly normalized: tf.Tensor3D;
  /** 1 / sqrt(variance + epsilon), [T, 1, F] */
  readonly inverse: tf.Tensor3D;
  /** Of each step, [T, 1, F] */
  readonly mean: tf.Tensor3D;
  /** Of each step, biased, [T, 1, F] */
  readonly variance: tf.Tensor3D;
  /** With a mask: each row's weight in the statistics of its step, [T, B, 1] */
  readonly weights: tf.Tensor3D | undefined;
}

/** Normalises each feature of each timestep over the batch. Training only; the moving statistics are not touched. */
export function stepwiseBatchNormalizationForward(
  x: Sequence,
  w: BatchNormalizationWeights,
  { epsilon }: BatchNormalizationOptions,
  { mask }: { mask?: Mask | undefined } = {},
): StepwiseBatchNormalizationOutput {
  const weights =
    mask === undefined ? undefined : tf.div<tf.Tensor3D>(mask.tensor, tf.maximum(tf.sum(mask.tensor, 1, true), 1));
  const mean = weightedMean(x.tensor, weights);
  const centered = tf.sub<tf.Tensor3D>(x.tensor, mean);
  const variance = weightedMean(tf.square(centered), weights);
  const inverse = tf.rsqrt(tf.add<tf.Tensor3D>(variance, epsilon));
  const normalized = tf.mul<tf.Tensor3D>(centered, inverse);
  return { y: withRows(x, scaleAndShift(flat(normalized), w)), normalized, inverse, mean, variance, weights };
}

/** The mean over the batch of x: [T, B, F], with weights [T, B, 1] of sum 1 in each step where given. */
function weightedMean(x: tf.Tensor3D, weights: tf.Tensor3D | undefined): tf.Tensor3D {
  return weights === undefined ? tf.mean<tf.Tensor3D>(x, 1, true) : tf.sum<tf.Tensor3D>(tf.mul(x, weights), 1, true);
}

function flat(x: tf.Tensor3D): tf.Tensor2D {
  return rowsOf(Sequence.fromTensor(x));
}

export function stepwiseBatchNormalizationBackward<W extends BatchNormalizationWeights, G extends boolean>(
  dy: Sequence,
  { normalized, inverse, weights }: StepwiseBatchNormalizationOutput,
  w: W,
  _options: BatchNormalizationOptions,
  request: GradientRequest<G>,
): { dw: BatchNormalizationGradients<W>; dx: InputGradient<G, Sequence> } {
  return {
    dw: scaleAndShiftGradients(dy.rows, flat(normalized), w) as unknown as BatchNormalizationGradients<W>,
    dx: whenWanted(request, () => {
      const d = w.gamma === undefined ? dy.tensor : tf.mul<tf.Tensor3D>(dy.tensor, w.gamma);
      const share = weights ?? 1 / dy.batch; // how much a row moves the mean of its step
      const alongNormalized = tf.mul(normalized, tf.sum(tf.mul(d, normalized), 1, true));
      const throughStatistics = tf.add(tf.sum(d, 1, true), alongNormalized);
      return Sequence.fromTensor(tf.mul(tf.sub(d, tf.mul(throughStatistics, share)), inverse));
    }),
  };
}

/** Moves the statistics towards those of step 0, then of step 1, and so on. */
export function updateStepwiseStatistics(
  { mean, variance }: { mean: tf.Tensor3D; variance: tf.Tensor3D },
  w: { readonly movingMean: tf.Variable<tf.Rank.R1>; readonly movingVariance: tf.Variable<tf.Rank.R1> },
  { momentum }: BatchNormalizationOptions,
): void {
  const timesteps = mean.shape[0];
  // What is left in the end of a step's share 1 - momentum: the steps after it shrink it by momentum each.
  const shares = tf.tensor3d(
    Array.from({ length: timesteps }, (_, t) => (1 - momentum) * momentum ** (timesteps - 1 - t)),
    [timesteps, 1, 1],
  );
  const moved = (moving: tf.Tensor1D, steps: tf.Tensor3D): tf.Tensor1D =>
    tf.add(tf.mul(moving, momentum ** timesteps), tf.sum(tf.mul(steps, shares), [0, 1]));
  w.movingMean.assign(moved(w.movingMean, mean));
  w.movingVariance.assign(moved(w.movingVariance, variance));
}
