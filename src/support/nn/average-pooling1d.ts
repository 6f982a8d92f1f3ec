import * as tf from "@tensorflow/tfjs-core";
import { type GradientRequest, type InputGradient, whenWanted } from "./gradients.ts";
import { type PoolingOptions, type PoolingOutput, poolingWindows } from "./pooling.ts";
import { Sequence } from "./sequence.ts";
import { addWindows, readWindows, type Windows } from "./windows.ts";

/** The mean of each window, feature by feature; padding is left out of it. x: T × [B, F]. */
export function averagePooling1dForward(x: Sequence, options: PoolingOptions): PoolingOutput {
  const windows = poolingWindows(x, options);
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
