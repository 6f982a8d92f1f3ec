import { meanValue } from "./mean.ts";

/** e to the mean: with {@link crossEntropyState}, the perplexity. */
export function perplexityValue(sums: readonly number[], samples: number): number {
  return Math.exp(meanValue(sums, samples));
}
