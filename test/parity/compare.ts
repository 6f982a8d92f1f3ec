import type { FixtureTensor } from "./fixtures.ts";

/** Largest |a - b| that counts as equal, as a share of 1 + |b|. */
export const TOLERANCE = {
  output: 1e-5,
  gradient: 5e-5,
  score: 1e-5,
  edge: 2e-2,
  trainingLoss: 2e-5,
  rate: 1e-6,
} as const;

/** Collects what differs in one fixture and keeps the largest difference. */
export class Comparison {
  #worst: { excess: number; text: string } | undefined;

  /** `found` and `wanted` are flat; `shape` tells the place of a difference. */
  values(
    what: string,
    found: ArrayLike<number>,
    wanted: ArrayLike<number>,
    tolerance: number,
    shape: readonly number[] = [wanted.length],
  ): void {
    if (found.length !== wanted.length) {
      this.#note(Number.POSITIVE_INFINITY, `${what} has ${found.length} values instead of ${wanted.length}`);
      return;
    }
    for (let k = 0; k < wanted.length; k++) {
      const [a, b] = [found[k]!, wanted[k]!];
      const difference = Math.abs(a - b);
      const excess = difference / (tolerance * (1 + Math.abs(b)));
      if (excess <= 1) continue;
      const place = shape.length === 0 || wanted.length === 1 ? "" : `[${index(k, shape).join(", ")}]`;
      const text = `${what}${place}: ${a} instead of ${b}, a difference of ${difference.toExponential(2)}`;
      this.#note(Number.isNaN(excess) ? Number.POSITIVE_INFINITY : excess, text);
    }
  }

  tensor(
    what: string,
    found: { shape: readonly number[]; data: ArrayLike<number> },
    wanted: FixtureTensor,
    tolerance: number,
  ): void {
    if (found.shape.join() !== wanted.shape.join()) {
      this.#note(Number.POSITIVE_INFINITY, `${what} has shape [${found.shape}] instead of [${wanted.shape}]`);
      return;
    }
    this.values(what, found.data, wanted.data, tolerance, wanted.shape);
  }

  #note(excess: number, text: string): void {
    if (this.#worst === undefined || excess > this.#worst.excess) this.#worst = { excess, text };
  }

  /** The largest difference in words; undefined where there is none. */
  get failure(): string | undefined {
    return this.#worst?.text;
  }
}

function index(flat: number, shape: readonly number[]): number[] {
  const places: number[] = [];
  let rest = flat;
  for (const size of shape.toReversed()) {
    places.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return places;
}
