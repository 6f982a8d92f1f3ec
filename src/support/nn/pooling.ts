import * as tf from "@tensorflow/tfjs-core";
import { type GradientRequest, type InputGradient, whenWanted } from "./gradients.ts";
import { type Mask, Sequence } from "./sequence.ts";
import { addWindows, placeWindows, readWindows, type Windows } from "./windows.ts";

export interface PoolingOptions {
  readonly poolSize: number;
  readonly strides: number;
  readonly padding: "valid" | "same";
}

interface PoolingOutput {
  /** T' × [B, F] */
  readonly y: Sequence;
  readonly windows: Windows;
  readonly timesteps: number;
}

export interface MaxPoolingOutput extends PoolingOutput {
  /** What each window reads, tap by tap. */
  readonly taps: readonly Sequence[];
}

function place(x: Sequence, { poolSize, strides, padding }: PoolingOptions): Windows {
  return placeWindows(x.timesteps, { size: poolSize, strides, dilation: 1, padding });
}

/** The lowest float32: padding never is the maximum. */
const LOWEST = -3.4028234663852886e38;

/** The largest value of each window, feature by feature. x: T × [B, F]. */
export function maxPooling1dForward(x: Sequence, options: PoolingOptions): MaxPoolingOutput {
  const windows = place(x, options);
  const taps = readWindows(x, windows, LOWEST);
  const rows = taps.map((tap) => tap.rows).reduce((largest, tap) => tf.maximum(largest, tap));
  return { y: Sequence.fromRows(rows, windows.count), windows, taps, timesteps: x.timesteps };
}

/** The gradient goes to the first of equal maxima, as in TensorFlow's MaxPoolGrad. */
export function maxPooling1dBackward<G extends boolean>(
  dy: Sequence,
  forward: MaxPoolingOutput,
  _options: PoolingOptions,
  request: GradientRequest<G>,
): { dx: InputGradient<G, Sequence> } {
  const { y, windows, taps, timesteps } = forward;
  return {
    dx: whenWanted(request, () => {
      let left = dy.rows; // what no tap has taken yet
      const gradients = taps.map((tap) => {
        const taken = tf.mul<tf.Tensor2D>(left, tf.cast(tf.equal(tap.rows, y.rows), "float32"));
        left = tf.sub<tf.Tensor2D>(left, taken);
        return Sequence.fromRows(taken, windows.count);
      });
      return addWindows(gradients, windows, timesteps);
    }),
  };
}

/** The mean of each window, feature by feature; padding is left out of it. x: T × [B, F]. */
export function averagePooling1dForward(x: Sequence, options: PoolingOptions): PoolingOutput {
  const windows = place(x, options);
  const sum = readWindows(x, windows)
    .map((tap) => tap.rows)
    .reduce((total, tap) => tf.add(total, tap));
  return {
    y: divideByCounts(Sequence.fromRows(sum, windows.count), windows, x.timesteps),
    windows,
    timesteps: x.timesteps,
  };
}

export function averagePooling1dBackward<G extends boolean>(
  dy: Sequence,
  forward: PoolingOutput,
  _options: PoolingOptions,
  request: GradientRequest<G>,
): { dx: InputGradient<G, Sequence> } {
  const { windows, timesteps } = forward;
  return {
    dx: whenWanted(request, () => {
      const share = divideByCounts(dy, windows, timesteps);
      return addWindows(new Array<Sequence>(windows.size).fill(share), windows, timesteps);
    }),
  };
}

/** Divides each window's value by the number of real steps in it. */
function divideByCounts(values: Sequence, { size, strides, count, before }: Windows, timesteps: number): Sequence {
  const counts = Array.from({ length: count }, (_, o) => {
    const start = o * strides - before;
    return Math.min(start + size, timesteps) - Math.max(start, 0);
  });
  if (counts.every((n) => n === size)) return Sequence.fromRows(tf.mul(values.rows, 1 / size), count);
  const byStep = tf.reshape(values.rows, [count, values.batch * values.features]);
  const shares = tf.tensor2d(
    counts.map((n) => 1 / n),
    [count, 1],
  );
  return Sequence.fromRows(tf.reshape(tf.mul(byStep, shares), values.rows.shape), count);
}

export interface GlobalMaxPoolingOutput {
  /** [B, F] */
  readonly y: tf.Tensor2D;
  readonly x: Sequence;
}

/** The largest value of each feature over all steps; masked steps count, as in Keras. */
export function globalMaxPooling1dForward(x: Sequence): GlobalMaxPoolingOutput {
  return { y: tf.max<tf.Tensor2D>(x.tensor, 0), x };
}

/** Equal maxima share the gradient evenly, as in TensorFlow's gradient of reduce_max. */
export function globalMaxPooling1dBackward<G extends boolean>(
  dy: tf.Tensor2D,
  { x, y }: GlobalMaxPoolingOutput,
  request: GradientRequest<G>,
): { dx: InputGradient<G, Sequence> } {
  return {
    dx: whenWanted(request, () => {
      const largest = tf.cast(tf.equal(x.tensor, tf.expandDims(y, 0)), "float32");
      const share = tf.div(dy, tf.sum(largest, 0));
      return Sequence.fromTensor(tf.mul(largest, tf.expandDims(share, 0)));
    }),
  };
}

export interface GlobalAveragePoolingOutput {
  /** [B, F] */
  readonly y: tf.Tensor2D;
  readonly timesteps: number;
  /** With a mask: each step's weight in the mean, T × [B, 1] */
  readonly weights: Sequence | undefined;
}

/**
 * The mean of each feature over all steps; with a mask over the steps that count. Where no step of a sample counts the mean is 0
 * (Keras divides by 0 there).
 */
export function globalAveragePooling1dForward(
  x: Sequence,
  { mask }: { mask?: Mask | undefined } = {},
): GlobalAveragePoolingOutput {
  const { timesteps } = x;
  if (mask === undefined) return { y: tf.mean<tf.Tensor2D>(x.tensor, 0), timesteps, weights: undefined };
  const counted = tf.maximum(tf.sum(mask.tensor, 0, true), 1); // [1, B, 1]
  const weights = Sequence.fromTensor(tf.div(mask.tensor, counted));
  return { y: tf.sum<tf.Tensor2D>(tf.mul(x.tensor, weights.tensor), 0), timesteps, weights };
}

export function globalAveragePooling1dBackward<G extends boolean>(
  dy: tf.Tensor2D,
  { timesteps, weights }: GlobalAveragePoolingOutput,
  request: GradientRequest<G>,
): { dx: InputGradient<G, Sequence> } {
  return {
    dx: whenWanted(request, () => {
      if (weights !== undefined) return Sequence.fromTensor(tf.mul(tf.expandDims(dy, 0), weights.tensor));
      return Sequence.fromRows(tf.tile(tf.mul<tf.Tensor2D>(dy, 1 / timesteps), [timesteps, 1]), timesteps);
    }),
  };
}
