import type { InitializerFunction } from "./initializer.ts";
import { truncated } from "./truncated.ts";

/** Normal, but within two standard deviations of the mean. */
export function truncatedNormalWith(mean: number, stddev: number): InitializerFunction {
  return (shape, random) => truncated(shape, random, stddev, mean);
}

export const truncatedNormal: InitializerFunction = truncatedNormalWith(0, 0.05);
