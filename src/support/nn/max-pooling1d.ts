import * as tf from "@tensorflow/tfjs-core";
import { type GradientRequest, type InputGradient, whenWanted } from "./gradients.ts";
import { type PoolingOptions, type PoolingOutput, poolingWindows } from "./pooling.ts";
import { Sequence } from "./sequence.ts";
import { addWindows, readWindows } from "./windows.ts";

export interface MaxPoolingOutput extends PoolingOutput {
  /** What each window reads, tap by tap. */
  readonly taps: readonly Sequence[];
}

/** The lowest float32: padding never is the maximum. */
const LOWEST = -3.4028234663852886e38;

/** The largest value of each window, feature by feature. x: T × [B, F]. */
export function maxPooling1dForward(x: Sequence, options: PoolingOptions): MaxPoolingOutput {
  const windows = poolingWindows(x, options);
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
