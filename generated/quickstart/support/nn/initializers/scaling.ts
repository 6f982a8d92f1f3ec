import { size } from "./initializer.ts";

/** A variance of scale / n, where n is the fan that `mode` names. */
export interface FanScaling {
  readonly scale: number;
  readonly mode: "fanIn" | "fanOut" | "fanAvg";
}

/** Inputs and outputs of a unit. Of a convolution kernel every tap counts. */
function fans(shape: readonly number[]): { fanIn: number; fanOut: number } {
  const last = shape.at(-1) ?? 1;
  if (shape.length < 2) return { fanIn: last, fanOut: last };
  return { fanIn: size(shape.slice(0, -1)), fanOut: size(shape.slice(0, -2)) * last };
}

/** scale / n; n is at least 1. */
export function varianceOf(shape: readonly number[], { scale, mode }: FanScaling): number {
  const { fanIn, fanOut } = fans(shape);
  const fan = mode === "fanIn" ? fanIn : mode === "fanOut" ? fanOut : (fanIn + fanOut) / 2;
  return scale / Math.max(1, fan);
}
