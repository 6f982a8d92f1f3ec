import { meanValue } from "./mean.ts";

/** Square root of the mean: with {@link meanSquaredErrorState}, the root mean squared error. */
export function rootMeanValue(sums: readonly number[], samples: number): number {
  return Math.sqrt(meanValue(sums, samples));
}
