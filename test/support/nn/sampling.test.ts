import { describe, expect, it } from "vitest";
import { RandomStream } from "../../../src/support/nn/random.ts";
import { checkGeneration, drawIndex } from "../../../src/support/nn/sampling.ts";

describe("checkGeneration", () => {
  const usual = { length: 0, temperature: 0, seed: 0 };

  it("takes what the command line takes", () => {
    expect(() => checkGeneration(usual)).not.toThrow();
    expect(() => checkGeneration({ length: 1e6, temperature: 1e-6, seed: 2 ** 32 - 1 })).not.toThrow();
  });

  it.each([
    ["length", -1],
    ["length", 2.5],
    ["length", Number.NaN],
    ["length", Number.POSITIVE_INFINITY],
    ["temperature", -1],
    ["temperature", 1e-7],
    ["temperature", 1e300],
    ["temperature", Number.NaN],
    ["seed", -1],
    ["seed", 0.5],
    ["seed", Number.NaN],
    ["seed", 2 ** 32],
  ])("refuses the %s %d", (name, value) => {
    expect(() => checkGeneration({ ...usual, [name]: value })).toThrow(`${name} is ${value}`);
  });
});

const PROBABILITIES = [0.1, 0.2, 0.4, 0.3];

/** Shares of 20,000 draws. */
function shares(probabilities: readonly number[], temperature: number): number[] {
  const random = new RandomStream(1, "test");
  const counts = new Array<number>(probabilities.length).fill(0);
  for (let k = 0; k < 20_000; k++) counts[drawIndex(probabilities, temperature, random.uniform(k))]!++;
  return counts.map((count) => count / 20_000);
}

describe("drawIndex", () => {
  it("draws in proportion to p^(1/temperature), never the slot of unknown characters", () => {
    for (const temperature of [0.25, 1, 3]) {
      const weights = PROBABILITIES.map((p, k) => (k === 0 ? 0 : p ** (1 / temperature)));
      const sum = weights.reduce((total, weight) => total + weight);
      const drawn = shares(PROBABILITIES, temperature);
      for (const [k, weight] of weights.entries()) expect(Math.abs(drawn[k]! - weight / sum)).toBeLessThan(0.015);
    }
  });

  it("draws the most probable one at temperatures so low that powers vanish, and at 0", () => {
    for (const temperature of [1e-6, 1e-3, 0]) expect(shares(PROBABILITIES, temperature)).toEqual([0, 0, 1, 0]);
    const tiny = PROBABILITIES.map((p) => p * 1e-30);
    expect(shares(tiny, 1e-6)).toEqual([0, 0, 1, 0]);
  });

  it("never draws what has the probability 0", () => {
    expect(shares([0, 0, 1, 0], 100)).toEqual([0, 0, 1, 0]);
    expect(drawIndex([0.5, 0, 0.5, 0], 0.8, 1 - 2 ** -24)).toBe(2);
  });
});
