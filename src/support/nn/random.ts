/**
 * Counter-based random numbers: value `i` of a stream depends on the root seed, the stream's name and `i` alone, so that any
 * training step can be replayed. No two streams share numbers, whatever the shapes they fill.
 */

/** The 32-bit integer hash "lowbias32" (Chris Wellons, "Prospecting for Hash Functions", 2018). */
function mix(value: number): number {
  let x = value | 0;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return x ^ (x >>> 16);
}

/** FNV-1a over the UTF-16 units of a name. */
function hashName(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash;
}

export class RandomStream {
  readonly #key: number;
  readonly #key2: number;

  /** @param substream distinguishes streams of one name, such as the steps of a dropout layer. */
  constructor(seed: number, name: string, substream = 0) {
    this.#key = mix(mix(seed) ^ hashName(name)) ^ mix(substream + 0x9e3779b9);
    this.#key2 = mix(this.#key + 0x6a09e667);
  }

  /** Number `index` of the stream, an integer in 0..2^32-1. */
  integer(index: number): number {
    return (mix(mix(index ^ this.#key) + this.#key2) >>> 0) as number;
  }

  /** Number `index` of the stream, in [0, 1) with 24 random bits: each is exact in float32. */
  uniform(index: number): number {
    return (this.integer(index) >>> 8) / 0x1000000;
  }

  /** Number `index` of the stream from the standard normal distribution (Box–Muller); takes uniforms 2·index and 2·index + 1. */
  normal(index: number): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform(2 * index)));
    return radius * Math.cos(2 * Math.PI * this.uniform(2 * index + 1));
  }

  /** A permutation of 0..count-1 (Fisher–Yates). */
  permutation(count: number): Int32Array {
    const order = new Int32Array(count);
    for (let i = 0; i < count; i++) order[i] = i;
    for (let i = count - 1; i > 0; i--) {
      const j = Math.floor(this.uniform(i) * (i + 1));
      const swapped = order[i]!;
      order[i] = order[j]!;
      order[j] = swapped;
    }
    return order;
  }
}
