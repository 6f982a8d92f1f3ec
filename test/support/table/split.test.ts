import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type SplitOptions, splitRows } from "../../../src/support/table/split.ts";
import { userError } from "../data/fixtures.ts";

const TIME: SplitOptions = { by: "time", testFraction: 0.2, validation: { fraction: 0.25 }, gap: 0, seed: 0 };

/** A prepared table with series of these lengths. */
function series(...rows: number[]): Parameters<typeof splitRows>[0] {
  const firsts = rows.map((_, s) => rows.slice(0, s).reduce((sum, count) => sum + count, 0));
  const header = {
    columns: [],
    series: rows.map((count, s) => ({ name: [String(s)], rows: count, lastTime: null })),
    time: null,
    notes: [],
  };
  return { header, firsts };
}

describe("splitRows", () => {
  it("takes the test rows of each series from its end, those for validation before them, and gaps between", () => {
    expect(splitRows(series(20, 10), TIME)).toEqual([
      { train: { first: 0, end: 12 }, validation: { first: 12, end: 16 }, test: { first: 16, end: 20 } },
      { train: { first: 20, end: 26 }, validation: { first: 26, end: 28 }, test: { first: 28, end: 30 } },
    ]);
    expect(splitRows(series(20), { ...TIME, gap: 2 })).toEqual([
      { train: { first: 0, end: 8 }, validation: { first: 10, end: 14 }, test: { first: 16, end: 20 } },
    ]);
    expect(splitRows(series(20), { ...TIME, validation: "test", gap: 3 })).toEqual([
      { train: { first: 0, end: 13 }, validation: { first: 16, end: 20 }, test: { first: 16, end: 20 } },
    ]);
  });

  it("never has one row in two parts, and keeps the gap, however short a series is", () => {
    const options = fc.record({
      by: fc.constant("time" as const),
      testFraction: fc.double({ min: 0.01, max: 0.9, noNaN: true }),
      validation: fc.record({ fraction: fc.double({ min: 0.01, max: 0.9, noNaN: true }) }),
      gap: fc.nat(5),
      seed: fc.nat(),
    });
    fc.assert(
      fc.property(fc.nat(5), fc.integer({ min: 1, max: 40 }), options, (before, rows, options) => {
        const { train, validation, test } = splitRows(series(before, rows), options)[1]!;
        for (const { first, end } of [train, validation, test]) expect(first).toBeLessThanOrEqual(end);
        expect(train.first).toBe(before);
        if (train.end > train.first) expect(validation.first - train.end).toBe(options.gap);
        if (validation.end > validation.first) expect(test.first - validation.end).toBe(options.gap);
        expect(test.end).toBe(before + rows);
        expect(test.first).toBeGreaterThanOrEqual(before);
      }),
    );
  });

  it("draws whole series with the seed", () => {
    const split = (seed: number): string =>
      splitRows(series(...Array(20).fill(5)), { ...TIME, by: "series", seed })
        .map(({ train, validation, test }, s) => {
          const parts = [train, validation, test];
          expect(parts.filter(({ first, end }) => end > first)).toEqual([{ first: 5 * s, end: 5 * s + 5 }]);
          return "tvx"[parts.findIndex(({ first, end }) => end > first)];
        })
        .join("");
    expect(split(1)).toBe(split(1));
    expect(split(1)).not.toBe(split(2));
    expect([...split(1)].sort().join("")).toBe("ttttttttttttvvvvxxxx");
  });

  it("refuses to split series that are too few", async () => {
    const error = await userError(() => splitRows(series(5, 5), { ...TIME, by: "series" }));
    expect(error.message).toBe("2 series cannot be split into training, validation and test series");
  });
});
