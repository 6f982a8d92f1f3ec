import { describe, expect, it } from "vitest";
import { type RowWindow, rowSamples } from "../../../src/support/table/rows.ts";
import type { TableFitted } from "../../../src/support/table/scalers.ts";
import { userError } from "../data/fixtures.ts";

const FEATURES = [
  { name: "y", missing: "error" },
  { name: "__proto__", missing: "indicator" },
] as const;
const OPTIONS = { target: "y", features: FEATURES, lookback: 2 };

/** value = scaled · scale + offset */
const scaler = (offset: number, scale: number) => ({ log: false, offset, scale, mean: offset });

const FITTED: TableFitted = {
  columns: [
    { name: "y", scalers: [scaler(10, 2), scaler(100, 20)] },
    { name: "__proto__", scalers: [scaler(1, 1), scaler(5, 1)] },
  ],
  series: [["a"], ["b"]],
  time: null,
};

/** Rows with a column that is called __proto__. */
function rows(...pairs: readonly (readonly [y: number | null, other: number | null])[]): RowWindow["rows"] {
  return pairs.map(([y, other]) => JSON.parse(`{"y": ${y}, "__proto__": ${other}}`));
}

describe("rows of a program", () => {
  it("are scaled by their series, time-major, the last ones alone; null is the mean, and marked", async () => {
    const windows = [
      { series: ["b"], rows: rows([0, 0], [120, 6], [140, null]) },
      { series: ["a"], rows: rows([12, 1], [14, 3]) },
    ];
    const { samples, scalers } = rowSamples(windows, OPTIONS, FITTED);
    expect(scalers).toEqual([scaler(100, 20), scaler(10, 2)]);
    const { inputs } = await samples.read(Int32Array.of(0, 1));
    expect(Array.from(inputs.input)).toEqual([1, 1, 0, 1, 0, 0, 2, 0, 1, 2, 2, 0]);
  });

  it.each([
    [[{ series: ["c"], rows: rows([1, 1], [1, 1]) }], /no scaler for series "c"/],
    [[{ series: ["a"], rows: rows([1, 1]) }], /window 0 has 1 row, but the model reads 2/],
    [[{ series: ["a"], rows: rows([1, 1], [null, 1]) }], /row 1 of window 0: "y" is null, not a finite number/],
    [[{ series: ["a"], rows: rows([1, 1], [1e60, 1]) }], /beyond what the model can read/],
    [[{ series: ["a"], rows: [{ y: 1 }, { y: 1 }] }], /"__proto__" is undefined/],
    [[{ series: ["a"], rows: undefined as never }], /has no list of rows/],
  ])("are refused where the model cannot read them: %#", async (windows, message) => {
    const error = await userError(async () => rowSamples(windows, OPTIONS, FITTED));
    expect(error.message).toMatch(message);
    expect(error.exitCode).toBe(2);
  });
});
