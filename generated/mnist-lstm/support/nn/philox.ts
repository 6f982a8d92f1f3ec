/**
 * Philox4x32-10 (Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", 2011) with the seeding and the conversion to
 * floats of TensorFlow's stateless random operations (stateless_random_ops.cc, random_distributions.h).
 */

const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;
const TWO_TO_MINUS_32 = 2 ** -32;

/** What StatelessRandomUniform gives for the seed [seed0, seed1] (int32) and float32: `count` numbers in [0, 1). */
export function philoxUniform(seed0: number, seed1: number, count: number): Float32Array {
  const block = new Int32Array(4);
  // The operation scrambles its seed first: encrypted with a fixed key, it gives the key and the upper half of the counter.
  const signs = [seed0 < 0 ? -1 : 0, seed1 < 0 ? -1 : 0] as const;
  philoxBlock(block, seed0, signs[0], seed1, signs[1], 0x3ec8f720, 0x02461e29);
  const [key0, key1, counter2, counter3] = block as unknown as [number, number, number, number];

  const values = new Float32Array(Math.ceil(count / 4) * 4);
  for (let i = 0; i < values.length; i += 4) {
    philoxBlock(block, i / 4, 0, counter2, counter3, key0, key1);
    for (let j = 0; j < 4; j++) values[i + j] = (block[j]! & 0x7fffff) * 2 ** -23;
  }
  return values.length === count ? values : values.slice(0, count);
}

/** Encrypts a counter of four 32-bit words. */
function philoxBlock(
  block: Int32Array,
  counter0: number,
  counter1: number,
  counter2: number,
  counter3: number,
  key0: number,
  key1: number,
): void {
  let c0 = counter0 | 0;
  let c1 = counter1 | 0;
  let c2 = counter2 | 0;
  let c3 = counter3 | 0;
  let k0 = key0 | 0;
  let k1 = key1 | 0;
  for (let round = 0; round < 10; round++) {
    const low0 = Math.imul(c0, MULTIPLIER_0);
    const low1 = Math.imul(c2, MULTIPLIER_1);
    // The upper words: a product as a double is wrong by 2^10 at most, so that without its lower word it rounds to the right one.
    const high0 = (((c0 >>> 0) * MULTIPLIER_0 - (low0 >>> 0)) * TWO_TO_MINUS_32 + 0.5) | 0;
    const high1 = (((c2 >>> 0) * MULTIPLIER_1 - (low1 >>> 0)) * TWO_TO_MINUS_32 + 0.5) | 0;
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + WEYL_0) | 0;
    k1 = (k1 + WEYL_1) | 0;
  }
  block[0] = c0;
  block[1] = c1;
  block[2] = c2;
  block[3] = c3;
}
