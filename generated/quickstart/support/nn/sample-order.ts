import { RandomStream } from "./random.ts";

/** The order of an epoch's samples: a permutation that seed and epoch alone decide, or as they lie in the data. */
export function sampleOrder(count: number, options: { shuffle: boolean; seed: number; epoch: number }): Int32Array {
  if (options.shuffle) return new RandomStream(options.seed, "shuffle", options.epoch).permutation(count);
  return Int32Array.from({ length: count }, (_, index) => index);
}
