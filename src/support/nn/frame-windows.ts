import * as tf from "@tensorflow/tfjs-core";
import { paddedSteps, placeWindows, type Windows } from "./windows.ts";

/** Two numbers, along the rows and along the columns of a frame. */
export type Pair = readonly [number, number];

/** Where windows lie on frames: one along each of both axes, at every pair of places. */
export interface FrameWindows {
  readonly rows: Windows;
  readonly columns: Windows;
  /** Rows and columns of a frame. */
  readonly grid: Pair;
}

export interface FrameWindowOptions {
  readonly size: Pair;
  readonly strides: Pair;
  readonly dilation: Pair;
  readonly padding: "valid" | "same";
}

/** As {@link placeWindows} along each axis. */
export function placeFrameWindows(grid: Pair, { size, strides, dilation, padding }: FrameWindowOptions): FrameWindows {
  const along = (axis: 0 | 1): Windows =>
    placeWindows(grid[axis], { size: size[axis], strides: strides[axis], dilation: dilation[axis], padding });
  return { rows: along(0), columns: along(1), grid };
}

/** What lies before and behind the values along an axis, so that every tap of every window can be sliced. */
function padding(windows: Windows, size: number): [before: number, after: number] {
  return [windows.before, paddedSteps(windows, windows.before, size) - windows.before - size];
}

/** The taps, [row, column] each, all columns of row 0 first: the order of a convolution's kernel. */
function taps({ rows, columns }: FrameWindows): Pair[] {
  return Array.from({ length: rows.size * columns.size }, (_, tap) => [
    Math.floor(tap / columns.size) * rows.dilation,
    (tap % columns.size) * columns.dilation,
  ]);
}

/**
 * What every window reads of N frames, one window a row. x: [N·R·C, F] → [N·R'·C', taps·F], where R' and C' count the windows along each
 * axis. Places outside of a frame read as 0.
 */
export function readFrameWindows(x: tf.Tensor2D, windows: FrameWindows): tf.Tensor2D {
  const { rows, columns, grid } = windows;
  const features = x.shape[1];
  const frames = x.shape[0] / (grid[0] * grid[1]);
  const [left, right] = padding(columns, grid[1]);
  const padded = tf.pad3d(tf.reshape(x, [frames, grid[0], grid[1] * features]), [
    [0, 0],
    padding(rows, grid[0]),
    [left * features, right * features],
  ]);
  const width = columns.count * columns.strides * features;
  const read = taps(windows).map(([row, column]) => {
    const tap = tf.slice3d(padded, [0, row, column * features], [frames, rows.count * rows.strides, width]);
    return firstOf(firstOf(tap, rows.strides, width), columns.strides, features);
  });
  return read.length === 1 ? read[0]! : tf.concat2d(read, 1);
}

/** The transpose of {@link readFrameWindows}: adds what each window read back to the place that it came from. */
export function addFrameWindows(read: tf.Tensor2D, windows: FrameWindows): tf.Tensor2D {
  const { rows, columns, grid } = windows;
  const each = taps(windows);
  const features = read.shape[1] / each.length;
  const frames = read.shape[0] / (rows.count * columns.count);
  const [top, bottom] = padding(rows, grid[0]);
  const [left, right] = padding(columns, grid[1]);
  const height = rows.count * rows.strides;
  const width = columns.count * columns.strides * features;
  const parts = each.length === 1 ? [read] : tf.split<tf.Tensor2D>(read, each.length, 1);
  const padded = each.map(([row, column], k) => {
    const spread = spreadOut(spreadOut(parts[k]!, columns.strides, features), rows.strides, width);
    return tf.pad3d(tf.reshape(spread, [frames, height, width]), [
      [0, 0],
      [row, top + grid[0] + bottom - row - height],
      [column * features, (left + grid[1] + right - column) * features - width],
    ]);
  });
  const sum = padded.length === 1 ? padded[0]! : tf.addN<tf.Tensor3D>(padded);
  const frame = tf.slice3d(sum, [0, top, left * features], [frames, grid[0], grid[1] * features]);
  return tf.reshape(frame, [frames * grid[0] * grid[1], features]);
}

/** The first of each `strides` blocks of `size` values: one block a row. */
function firstOf(x: tf.Tensor, strides: number, size: number): tf.Tensor2D {
  const blocks = tf.reshape<tf.Rank.R2>(x, [-1, strides * size]);
  return strides === 1 ? blocks : tf.slice2d(blocks, [0, 0], [blocks.shape[0], size]);
}

/** The transpose of {@link firstOf}: zeros in the place of the other blocks. */
function spreadOut(x: tf.Tensor, strides: number, size: number): tf.Tensor2D {
  const blocks = tf.reshape<tf.Rank.R2>(x, [-1, size]);
  if (strides === 1) return blocks;
  return tf.pad2d(blocks, [
    [0, 0],
    [0, (strides - 1) * size],
  ]);
}
