import * as tf from "@tensorflow/tfjs-core";
import { type GradientRequest, type InputGradient, whenWanted } from "./gradients.ts";
import { scaleAndShift, scaleAndShiftGradients } from "./layer-normalization.ts";
import { type Features, type Mask, rowsOf, type Sequence, withRows } from "./sequence.ts";
import type { GradientsOf } from "./weights.ts";

export interface BatchNormalizationWeights {
  /** [F]; absent with scale: false */
  readonly gamma?: tf.Tensor1D;
  /** [F]; absent with center: false */
  readonly beta?: tf.Tensor1D;
  /** [F]; not trained, see {@link updateMovingStatistics} */
  readonly movingMean: tf.Tensor1D;
  /** [F]; not trained, see {@link updateMovingStatistics} */
  readonly movingVariance: tf.Tensor1D;
}

/** Gradients of what is trained: gamma and beta, as far as the layer has them. */
export type BatchNormalizationGradients<W> = GradientsOf<Pick<W, keyof W & ("gamma" | "beta")>>;

export interface BatchNormalizationOptions {
  readonly momentum: number;
  readonly epsilon: number;
}

interface NormalizedOutput<X extends Features> {
  readonly y: X;
  /** (x - mean) / sqrt(variance + epsilon), [N, F] */
  readonly normalized: tf.Tensor2D;
  /** 1 / sqrt(variance + epsilon), [F] */
  readonly inverse: tf.Tensor1D;
}

/** Rows that share their statistics are a group: G groups of N rows. */
export interface BatchNormalizationOutput<X extends Features> {
  readonly y: X;
  /** (x - mean) / sqrt(variance + epsilon), [G, N, F] */
  readonly normalized: tf.Tensor3D;
  /** 1 / sqrt(variance + epsilon), [G, 1, F] */
  readonly inverse: tf.Tensor3D;
  /** Of each group, [G, 1, F] */
  readonly mean: tf.Tensor3D;
  /** Of each group, biased, [G, 1, F] */
  readonly variance: tf.Tensor3D;
  /** With a mask: each row's weight in mean and variance, [G, N, 1] */
  readonly weights: tf.Tensor3D | undefined;
}

/**
 * Normalises each feature over the batch (Ioffe & Szegedy 2015): over all steps of a sequence, with a mask over those that
 * count. Training only; the moving statistics are not touched.
 */
export function batchNormalizationForward<X extends Features>(
  x: X,
  w: BatchNormalizationWeights,
  { epsilon }: BatchNormalizationOptions,
  { mask }: { mask?: Mask | undefined } = {},
): BatchNormalizationOutput<X> {
  return normalize(x, w, { groups: 1, epsilon, mask });
}

/**
 * batchNormalization inside timeDistributed: Keras calls the layer once for each timestep, so that every step is normalised by
 * statistics of its own, and the moving statistics move once for each step. At inference it does what batchNormalization does.
 */
export function stepwiseBatchNormalizationForward(
  x: Sequence,
  w: BatchNormalizationWeights,
  { epsilon }: BatchNormalizationOptions,
  { mask }: { mask?: Mask | undefined } = {},
): BatchNormalizationOutput<Sequence> {
  return normalize(x, w, { groups: x.timesteps, epsilon, mask });
}

function normalize<X extends Features>(
  x: X,
  w: BatchNormalizationWeights,
  { groups, epsilon, mask }: { groups: number; epsilon: number; mask: Mask | undefined },
): BatchNormalizationOutput<X> {
  const grouped = inGroups(rowsOf(x), groups);
  const counted = mask && inGroups(mask.rows, groups);
  const weights = counted && tf.div<tf.Tensor3D>(counted, tf.maximum(tf.sum(counted, 1, true), 1));
  const mean = weightedMean(grouped, weights);
  const centered = tf.sub<tf.Tensor3D>(grouped, mean);
  const variance = weightedMean(tf.square(centered), weights);
  const inverse = tf.rsqrt(tf.add<tf.Tensor3D>(variance, epsilon));
  const normalized = tf.mul<tf.Tensor3D>(centered, inverse);
  return { y: withRows(x, scaleAndShift(flat(normalized), w)), normalized, inverse, mean, variance, weights };
}

/** [G·N, F] → [G, N, F] */
function inGroups(rows: tf.Tensor2D, groups: number): tf.Tensor3D {
  return tf.reshape(rows, [groups, rows.shape[0] / groups, rows.shape[1]]);
}

/** [G, N, F] → [G·N, F] */
function flat(groups: tf.Tensor3D): tf.Tensor2D {
  return tf.reshape(groups, [-1, groups.shape[2]]);
}

/** The mean of each group of x: [G, N, F], with weights [G, N, 1] of sum 1 in each group where given. */
function weightedMean(x: tf.Tensor3D, weights: tf.Tensor3D | undefined): tf.Tensor3D {
  return weights === undefined ? tf.mean<tf.Tensor3D>(x, 1, true) : tf.sum<tf.Tensor3D>(tf.mul(x, weights), 1, true);
}

/** Of either forward pass. */
export function batchNormalizationBackward<X extends Features, W extends BatchNormalizationWeights, G extends boolean>(
  dy: X,
  { normalized, inverse, weights }: BatchNormalizationOutput<X>,
  w: W,
  _options: BatchNormalizationOptions,
  request: GradientRequest<G>,
): { dw: BatchNormalizationGradients<W>; dx: InputGradient<G, X> } {
  const rows = rowsOf(dy);
  const [groups, size] = normalized.shape;
  return {
    dw: scaleAndShiftGradients(rows, flat(normalized), w) as unknown as BatchNormalizationGradients<W>,
    dx: whenWanted(request, () => {
      const d = inGroups(w.gamma === undefined ? rows : tf.mul<tf.Tensor2D>(rows, w.gamma), groups);
      const share = weights ?? 1 / size; // how much a row moves the mean of its group
      const alongNormalized = tf.mul(normalized, tf.sum(tf.mul(d, normalized), 1, true));
      const throughStatistics = tf.add(tf.sum(d, 1, true), alongNormalized);
      return withRows(dy, flat(tf.mul(tf.sub(d, tf.mul(throughStatistics, share)), inverse)));
    }),
  };
}

/** Normalises with the moving statistics. */
export function batchNormalizationInference<X extends Features>(
  x: X,
  w: BatchNormalizationWeights,
  { epsilon }: BatchNormalizationOptions,
): NormalizedOutput<X> {
  const inverse = tf.rsqrt(tf.add<tf.Tensor1D>(w.movingVariance, epsilon));
  const normalized = tf.mul<tf.Tensor2D>(tf.sub(rowsOf(x), w.movingMean), inverse);
  return { y: withRows(x, scaleAndShift(normalized, w)), normalized, inverse };
}

/** Gradients through {@link batchNormalizationInference}: the statistics do not depend on x. */
export function batchNormalizationInferenceBackward<
  X extends Features,
  W extends BatchNormalizationWeights,
  G extends boolean,
>(
  dy: X,
  { normalized, inverse }: NormalizedOutput<X>,
  w: W,
  _options: BatchNormalizationOptions,
  request: GradientRequest<G>,
): { dw: BatchNormalizationGradients<W>; dx: InputGradient<G, X> } {
  const rows = rowsOf(dy);
  return {
    dw: scaleAndShiftGradients(rows, normalized, w) as unknown as BatchNormalizationGradients<W>,
    dx: whenWanted(request, () => {
      const factor = w.gamma === undefined ? inverse : tf.mul(inverse, w.gamma);
      return withRows(dy, tf.mul<tf.Tensor2D>(rows, factor));
    }),
  };
}

/** Moves the statistics towards those of each group in turn: moving · momentum + group · (1 - momentum). */
export function updateMovingStatistics(
  { mean, variance }: { mean: tf.Tensor3D; variance: tf.Tensor3D },
  w: { readonly movingMean: tf.Variable<tf.Rank.R1>; readonly movingVariance: tf.Variable<tf.Rank.R1> },
  { momentum }: BatchNormalizationOptions,
): void {
  const [groups] = mean.shape;
  // What is left in the end of a group's share 1 - momentum: the groups after it shrink it by momentum each.
  const shares = tf.tensor3d(
    Array.from({ length: groups }, (_, g) => (1 - momentum) * momentum ** (groups - 1 - g)),
    [groups, 1, 1],
  );
  const moved = (moving: tf.Tensor1D, each: tf.Tensor3D): tf.Tensor1D =>
    tf.add(tf.mul(moving, momentum ** groups), tf.sum(tf.mul(each, shares), [0, 1]));
  w.movingMean.assign(moved(w.movingMean, mean));
  w.movingVariance.assign(moved(w.movingVariance, variance));
}
