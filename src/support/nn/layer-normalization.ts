import * as tf from "@tensorflow/tfjs-core";
import { type GradientRequest, type InputGradient, whenWanted } from "./gradients.ts";
import { type Features, rowsOf, withRows } from "./sequence.ts";
import type { GradientsOf } from "./weights.ts";

export interface LayerNormalizationWeights {
  /** [F]; absent with scale: false */
  readonly gamma?: tf.Tensor1D;
  /** [F]; absent with center: false */
  readonly beta?: tf.Tensor1D;
}

export interface LayerNormalizationOptions {
  readonly epsilon: number;
}

export interface LayerNormalizationOutput<X extends Features> {
  readonly y: X;
  /** (x - mean) / sqrt(variance + epsilon), [N, F] */
  readonly normalized: tf.Tensor2D;
  /** 1 / sqrt(variance + epsilon), [N, 1] */
  readonly inverse: tf.Tensor2D;
}

/** Normalises the features of each vector to mean 0 and variance 1 (Ba et al. 2016), then scales by gamma and adds beta. */
export function layerNormalizationForward<X extends Features>(
  x: X,
  w: LayerNormalizationWeights,
  { epsilon }: LayerNormalizationOptions,
): LayerNormalizationOutput<X> {
  const rows = rowsOf(x);
  const centered = tf.sub<tf.Tensor2D>(rows, tf.mean(rows, 1, true));
  const inverse = tf.rsqrt(tf.add<tf.Tensor2D>(tf.mean(tf.square(centered), 1, true), epsilon));
  const normalized = tf.mul<tf.Tensor2D>(centered, inverse);
  return { y: withRows(x, scaleAndShift(normalized, w)), normalized, inverse };
}

export function layerNormalizationBackward<X extends Features, W extends LayerNormalizationWeights, G extends boolean>(
  dy: X,
  { normalized, inverse }: LayerNormalizationOutput<X>,
  w: W,
  _options: LayerNormalizationOptions,
  request: GradientRequest<G>,
): { dw: GradientsOf<W>; dx: InputGradient<G, X> } {
  const rows = rowsOf(dy);
  return {
    dw: scaleAndShiftGradients(rows, normalized, w) as unknown as GradientsOf<W>,
    dx: whenWanted(request, () => {
      const d = w.gamma === undefined ? rows : tf.mul<tf.Tensor2D>(rows, w.gamma);
      const alongMean = tf.mean(d, 1, true);
      const alongNormalized = tf.mean(tf.mul(d, normalized), 1, true);
      const projected = tf.sub(tf.sub(d, alongMean), tf.mul(normalized, alongNormalized));
      return withRows(dy, tf.mul<tf.Tensor2D>(projected, inverse));
    }),
  };
}

/** x · gamma + beta, with those of the two that the layer has. x: [N, F] */
export function scaleAndShift(x: tf.Tensor2D, { gamma, beta }: LayerNormalizationWeights): tf.Tensor2D {
  const scaled = gamma === undefined ? x : tf.mul<tf.Tensor2D>(x, gamma);
  return beta === undefined ? scaled : tf.add<tf.Tensor2D>(scaled, beta);
}

/** Gradients of {@link scaleAndShift}, named as the weights that the layer has. */
export function scaleAndShiftGradients(
  dy: tf.Tensor2D,
  x: tf.Tensor2D,
  { gamma, beta }: LayerNormalizationWeights,
): { gamma?: tf.Tensor1D; beta?: tf.Tensor1D } {
  return {
    ...(gamma === undefined ? {} : { gamma: tf.sum<tf.Tensor1D>(tf.mul(dy, x), 0) }),
    ...(beta === undefined ? {} : { beta: tf.sum<tf.Tensor1D>(dy, 0) }),
  };
}
