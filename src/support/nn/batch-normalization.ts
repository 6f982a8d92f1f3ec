import * as tf from "@tensorflow/tfjs-core";
import { type GradientRequest, type InputGradient, whenWanted } from "./gradients.ts";
import { scaleAndShift, scaleAndShiftGradients } from "./layer-normalization.ts";
import { type Features, type Mask, rowsOf, withRows } from "./sequence.ts";
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

export interface BatchNormalizationOutput<X extends Features> extends NormalizedOutput<X> {
  /** Of this batch, [F] */
  readonly mean: tf.Tensor1D;
  /** Of this batch, biased, [F] */
  readonly variance: tf.Tensor1D;
  /** With a mask: each row's weight in mean and variance, [N, 1] */
  readonly weights: tf.Tensor2D | undefined;
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
  const rows = rowsOf(x);
  const weights =
    mask === undefined ? undefined : tf.div<tf.Tensor2D>(mask.rows, tf.maximum(tf.sum(mask.rows, 0, true), 1));
  const mean = weightedMean(rows, weights);
  const centered = tf.sub<tf.Tensor2D>(rows, mean);
  const variance = weightedMean(tf.square(centered), weights);
  const inverse = tf.rsqrt(tf.add<tf.Tensor1D>(variance, epsilon));
  const normalized = tf.mul<tf.Tensor2D>(centered, inverse);
  return { y: withRows(x, scaleAndShift(normalized, w)), normalized, inverse, mean, variance, weights };
}

/** The mean of the rows x: [N, F], with weights [N, 1] of sum 1 where given. */
function weightedMean(x: tf.Tensor2D, weights: tf.Tensor2D | undefined): tf.Tensor1D {
  return weights === undefined ? tf.mean<tf.Tensor1D>(x, 0) : tf.sum<tf.Tensor1D>(tf.mul(x, weights), 0);
}

export function batchNormalizationBackward<X extends Features, W extends BatchNormalizationWeights, G extends boolean>(
  dy: X,
  { normalized, inverse, weights }: BatchNormalizationOutput<X>,
  w: W,
  _options: BatchNormalizationOptions,
  request: GradientRequest<G>,
): { dw: BatchNormalizationGradients<W>; dx: InputGradient<G, X> } {
  const rows = rowsOf(dy);
  return {
    dw: scaleAndShiftGradients(rows, normalized, w) as unknown as BatchNormalizationGradients<W>,
    dx: whenWanted(request, () => {
      const d = w.gamma === undefined ? rows : tf.mul<tf.Tensor2D>(rows, w.gamma);
      const share = weights ?? 1 / rows.shape[0]; // how much a row moves the mean
      const throughStatistics = tf.add(tf.sum(d, 0), tf.mul(normalized, tf.sum(tf.mul(d, normalized), 0)));
      return withRows(dy, tf.mul<tf.Tensor2D>(tf.sub(d, tf.mul(throughStatistics, share)), inverse));
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

/** Moves the statistics towards those of the batch: moving · momentum + batch · (1 - momentum). */
export function updateMovingStatistics(
  { mean, variance }: { mean: tf.Tensor1D; variance: tf.Tensor1D },
  w: { readonly movingMean: tf.Variable<tf.Rank.R1>; readonly movingVariance: tf.Variable<tf.Rank.R1> },
  { momentum }: BatchNormalizationOptions,
): void {
  const moved = (moving: tf.Tensor1D, batch: tf.Tensor1D): tf.Tensor1D =>
    tf.add(tf.mul(moving, momentum), tf.mul(batch, 1 - momentum));
  w.movingMean.assign(moved(w.movingMean, mean));
  w.movingVariance.assign(moved(w.movingVariance, variance));
}
