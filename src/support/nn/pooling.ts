import type { Sequence } from "./sequence.ts";
import { placeWindows, type Windows } from "./windows.ts";

export interface PoolingOptions {
  readonly poolSize: number;
  readonly strides: number;
  readonly padding: "valid" | "same";
}

export interface PoolingOutput {
  /** T' × [B, F] */
  readonly y: Sequence;
  readonly windows: Windows;
  readonly timesteps: number;
}

export function poolingWindows(x: Sequence, { poolSize, strides, padding }: PoolingOptions): Windows {
  return placeWindows(x.timesteps, { size: poolSize, strides, dilation: 1, padding });
}
