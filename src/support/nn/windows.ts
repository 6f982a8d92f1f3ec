import * as tf from "@tensorflow/tfjs-core";
import { Sequence } from "./sequence.ts";

export type Padding = "valid" | "same" | "causal";

/** Where windows of `size` taps lie on the time axis: window o has its tap k at step o·strides + k·dilation - before. */
export interface Windows {
  readonly size: number;
  readonly strides: number;
  readonly dilation: number;
  /** Number of windows. */
  readonly count: number;
  /** Padding steps ahead of the first step. */
  readonly before: number;
}

/**
 * Windows as TensorFlow places them: `valid` takes whole windows only; `same` makes ceil(T / strides) windows, the odd step of
 * padding at the end; `causal` pads so that no window reads a later step than the one it stands for.
 */
export function placeWindows(
  timesteps: number,
  { size, strides, dilation, padding }: { size: number; strides: number; dilation: number; padding: Padding },
): Windows {
  const span = (size - 1) * dilation + 1;
  const common = { size, strides, dilation };
  if (padding === "same") {
    const count = Math.ceil(timesteps / strides);
    return { ...common, count, before: Math.floor(Math.max((count - 1) * strides + span - timesteps, 0) / 2) };
  }
  const before = padding === "causal" ? span - 1 : 0;
  return { ...common, count: Math.floor((timesteps + before - span) / strides) + 1, before };
}

/** Steps of the padded sequence from which every tap of every window can be sliced. */
export function paddedSteps({ size, strides, dilation, count }: Windows, before: number, timesteps: number): number {
  return Math.max((size - 1) * dilation + count * strides, before + timesteps);
}

/** Tap by tap, what the windows read of x: `size` sequences of `count` steps. Steps outside of x read as `fill`. */
export function readWindows(x: Sequence, windows: Windows, fill = 0): Sequence[] {
  const { size, strides, dilation, count, before } = windows;
  const { batch, features, timesteps } = x;
  const after = paddedSteps(windows, before, timesteps) - before - timesteps;
  const padded =
    before + after === 0
      ? x.rows
      : tf.pad2d(
          x.rows,
          [
            [before * batch, after * batch],
            [0, 0],
          ],
          fill,
        );
  return Array.from({ length: size }, (_, tap) => {
    const rows = tf.slice2d(padded, [tap * dilation * batch, 0], [count * strides * batch, features]);
    if (strides === 1) return Sequence.fromRows(rows, count);
    // The first of each `strides` steps: a column block when `strides` steps form a row.
    const steps = tf.reshape<tf.Rank.R2>(rows, [count, strides * batch * features]);
    return Sequence.fromRows(
      tf.reshape(tf.slice2d(steps, [0, 0], [count, batch * features]), [count * batch, features]),
      count,
    );
  });
}

/** The transpose of {@link readWindows}: adds what each tap read back to the step that it came from. */
export function addWindows(taps: readonly Sequence[], windows: Windows, timesteps: number): Sequence {
  const { strides, dilation, count, before } = windows;
  const { batch, features } = taps[0]!;
  const length = paddedSteps(windows, before, timesteps);
  const spread = (tap: Sequence): tf.Tensor2D => {
    if (strides === 1) return tap.rows;
    const steps = tf.reshape<tf.Rank.R2>(tap.rows, [count, batch * features]);
    const wide = tf.pad2d(steps, [
      [0, 0],
      [0, (strides - 1) * batch * features],
    ]);
    return tf.reshape(wide, [count * strides * batch, features]);
  };
  const padded = taps
    .map((tap, k) =>
      tf.pad2d(spread(tap), [
        [k * dilation * batch, (length - k * dilation - count * strides) * batch],
        [0, 0],
      ]),
    )
    .reduce((sum, part) => tf.add(sum, part));
  return Sequence.fromRows(tf.slice2d(padded, [before * batch, 0], [timesteps * batch, features]), timesteps);
}
