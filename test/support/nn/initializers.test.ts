import { describe, expect, it } from "vitest";
import { RandomStream } from "../../../src/support/nn/random.ts";
import * as init from "./all/initializers.ts";

function draw(initializer: init.InitializerFunction, shape: number[]): number[] {
  return [...initializer(shape, new RandomStream(5, "initializers"))];
}

function moments(values: number[]): { mean: number; stddev: number; largest: number } {
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length;
  return { mean, stddev: Math.sqrt(variance), largest: Math.max(...values.map((v) => Math.abs(v - mean))) };
}

describe("initializers", () => {
  it("constants and the identity", () => {
    expect(draw(init.constant(0.5), [3])).toEqual([0.5, 0.5, 0.5]);
    expect(draw(init.zeros, [2, 2])).toEqual([0, 0, 0, 0]);
    expect(draw(init.ones, [3])).toEqual([1, 1, 1]);
    expect(draw(init.identityWith(2), [2, 3])).toEqual([2, 0, 0, 0, 2, 0]);
    expect(() => draw(init.identity, [3])).toThrow("identity is for matrices");
  });

  // Standard deviations by the formulas of Keras, for a kernel [5, 20, 30]: fan-in 100, fan-out 150.
  it.each([
    ["glorotUniform", init.glorotUniform, Math.sqrt(1 / 125)],
    ["glorotNormal", init.glorotNormal, Math.sqrt(1 / 125)],
    ["heUniform", init.heUniform, Math.sqrt(2 / 100)],
    ["heNormal", init.heNormal, Math.sqrt(2 / 100)],
    ["lecunUniform", init.lecunUniform, Math.sqrt(1 / 100)],
    ["lecunNormal", init.lecunNormal, Math.sqrt(1 / 100)],
    [
      "varianceScaling",
      init.varianceScaling({ scale: 3, mode: "fanOut", distribution: "untruncatedNormal" }),
      Math.sqrt(3 / 150),
    ],
    ["randomUniform", init.randomUniform, 0.1 / Math.sqrt(12)],
    ["randomNormal", init.randomNormal, 0.05],
    ["truncatedNormal", init.truncatedNormal, 0.05 * 0.8796],
  ] as const)(
    "%s has the variance that Keras gives it, with the fans of a convolution",
    (_name, initializer, stddev) => {
      const found = moments(draw(initializer, [5, 20, 30]));
      expect(Math.abs(found.stddev / stddev - 1)).toBeLessThan(0.05);
      expect(Math.abs(found.mean)).toBeLessThan(0.1 * stddev);
    },
  );

  it("ranges and means as asked", () => {
    const uniform = draw(init.randomUniformWith(2, 3), [2000]);
    expect(Math.min(...uniform)).toBeGreaterThanOrEqual(2);
    expect(Math.max(...uniform)).toBeLessThan(3);
    expect(moments(uniform).mean).toBeCloseTo(2.5, 1);
    expect(moments(draw(init.randomNormalWith(4, 0.5), [2000])).mean).toBeCloseTo(4, 1);
    const truncated = moments(draw(init.truncatedNormalWith(-1, 0.5), [2000]));
    expect(truncated.mean).toBeCloseTo(-1, 1);
    expect(truncated.largest).toBeLessThan(1.05);
  });

  it.each([[[7, 5]], [[5, 7]], [[9, 9]], [[3, 2, 4]], [[64, 64]]])("orthogonal of shape %j", (shape) => {
    const columns = shape.at(-1)!;
    const rows = shape.slice(0, -1).reduce((product, n) => product * n, 1);
    const values = draw(init.orthogonalWith(2), shape);
    const vectors =
      rows < columns
        ? Array.from({ length: rows }, (_, r) => values.slice(r * columns, (r + 1) * columns))
        : Array.from({ length: columns }, (_, c) => values.filter((_value, i) => i % columns === c));
    for (const [i, a] of vectors.entries())
      for (const [j, b] of vectors.entries())
        expect(a.reduce((sum, v, k) => sum + v * b[k]!, 0)).toBeCloseTo(i === j ? 4 : 0, 5);
  });

  it("orthogonal does not fit a vector", () => {
    expect(() => draw(init.orthogonal, [4])).toThrow("orthogonal is for matrices");
  });
});
