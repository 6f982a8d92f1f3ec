import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { prepareTable } from "../../../src/support/table/prepare.ts";
import {
  fitTable,
  parseTableFitted,
  scaled,
  scalersOf,
  type TableFitted,
  type TableScaler,
  type TableScaling,
  unscaled,
} from "../../../src/support/table/scalers.ts";
import { temporaryFolder, userError } from "../data/fixtures.ts";
import { type Cell, memoryTable } from "./memory-table.ts";

const folder = temporaryFolder();
let caches = 0;

/** Fits one column to all rows but the last of each series. */
async function fitOne(
  values: readonly Cell[],
  scaling: TableScaling,
  { per = "all", names }: { per?: "all" | "series"; names?: readonly string[] } = {},
): Promise<TableFitted> {
  const table = memoryTable({ y: values, s: names ?? values.map(() => "one") });
  const options = { series: ["s"], columns: [{ name: "y", missing: "ffill" } as const] };
  const prepared = await prepareTable(table, options, { cacheDirectory: join(folder, `${++caches}`), key: "" });
  const none = { first: 0, end: 0 };
  const parts = prepared.header.series.map(({ rows }, s) => {
    const first = prepared.firsts[s]!;
    return { train: { first, end: first + rows - 1 }, validation: none, test: none };
  });
  try {
    return fitTable(prepared, parts, { scalings: [scaling], per });
  } finally {
    prepared.close();
  }
}

async function scaler(values: readonly Cell[], scaling: TableScaling): Promise<TableScaler> {
  return (await fitOne([...values, 1e6], scaling)).columns[0]!.scalers[0]!;
}

describe("fitTable", () => {
  it("fits each scaling to the training values that the table has", async () => {
    const values = [4, undefined, 1, 3, 10];
    const mean = 4.5;
    const about = (scaler: TableScaler): TableScaler => ({ ...scaler, scale: Math.round(scaler.scale * 1e9) / 1e9 });
    const deviation = Math.round(Math.sqrt((0.25 + 12.25 + 2.25 + 30.25) / 4) * 1e9) / 1e9;
    expect(about(await scaler(values, "standard"))).toEqual({ log: false, offset: 4.5, scale: deviation, mean });
    expect(await scaler(values, "minMax")).toEqual({ log: false, offset: 1, scale: 9, mean });
    // 1 3 4 10: quartiles at 2.5 and 5.5
    expect(await scaler(values, "robust")).toEqual({ log: false, offset: 3.5, scale: 3, mean });
    expect(await scaler(values, "none")).toEqual({ log: false, offset: 0, scale: 1, mean });
    const logs = [4, 1, 3, 10].map(Math.log);
    const offset = logs.reduce((sum, value) => sum + value, 0) / 4;
    expect(await scaler(values, "log")).toMatchObject({ log: true, offset, mean });
  });

  it("gives a constant column the scale 1", async () => {
    for (const scaling of ["standard", "minMax", "robust", "log"] as const) {
      const fitted = await scaler([0.1, 0.1, 0.1], scaling);
      expect(fitted.scale).toBe(1);
      expect(scaled(0.1, fitted)).toBe(0);
    }
  });

  it("has values back that it scaled", async () => {
    const value = fc.double({ min: 0.01, max: 1e4, noNaN: true });
    await fc.assert(
      fc.asyncProperty(
        fc.array(value, { minLength: 2, maxLength: 9 }),
        fc.constantFrom<TableScaling>("standard", "minMax", "robust", "log", "none"),
        async (values, scaling) => {
          const fitted = await scaler(values, scaling);
          const back = unscaled(
            values.map((one) => scaled(one, fitted)),
            fitted,
          );
          for (const [k, one] of values.entries()) expect(Math.abs(back[k]! - one) / one).toBeLessThan(1e-6);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("fits each series for itself; one without training values has none", async () => {
    const names = ["a", "b", "a", "b", "a", "b", "c"];
    const fitted = await fitOne([0, 10, 2, 30, 9, 9, 5], "minMax", { per: "series", names });
    expect(fitted.series).toEqual([["a"], ["b"], ["c"]]);
    const found = scalersOf(fitted, "y", [["b"], ["a"], ["c"], ["d"]]);
    expect(found.map((one) => one && [one.offset, one.scale, one.mean])).toEqual([
      [10, 20, 20],
      [0, 2, 1],
      null,
      undefined,
    ]);
  });

  it("refuses logarithms of what is not positive, numbers too far apart, columns without values", async () => {
    expect((await userError(() => scaler([1, 0, 2], "log"))).message).toBe(
      'column "y" has 0 in its training rows, and no logarithm of it',
    );
    expect((await userError(() => scaler([-1.7e308, 1.7e308], "minMax"))).message).toContain("too far apart");
    expect((await userError(() => scaler([undefined, undefined], "none"))).message).toContain(
      "no value in the training",
    );
  });
});

describe("parseTableFitted", () => {
  it("reads what was fitted, from JSON, bit for bit", async () => {
    const fitted = await fitOne([0.1, 0.7, 1 / 3, 5, 9], "standard", {
      per: "series",
      names: ["a", "__proto__", "a", "__proto__", "a"],
    });
    expect(parseTableFitted(JSON.parse(JSON.stringify(fitted)), ["y"])).toEqual(fitted);
  });

  it("refuses everything else", async () => {
    const fitted = await fitOne([1, 2, 3, 4], "standard", { per: "series", names: ["a", "b", "a", "b"] });
    const [column] = fitted.columns;
    const [one, two] = column!.scalers;
    const wrong: unknown[] = [
      undefined,
      null,
      [],
      { ...fitted, columns: undefined },
      { ...fitted, columns: [] },
      { ...fitted, columns: [column, column] },
      { ...fitted, columns: [{ ...column, name: 1 }] },
      { ...fitted, columns: [{ ...column, scalers: [one] }] },
      { ...fitted, columns: [{ ...column, scalers: [one, { ...two, scale: 0 }] }] },
      { ...fitted, columns: [{ ...column, scalers: [one, { ...two, offset: "1" }] }] },
      { ...fitted, columns: [{ ...column, scalers: [one, { ...two, mean: null }] }] },
      { ...fitted, columns: [{ ...column, scalers: [one, { ...two, log: 0 }] }] },
      { ...fitted, series: null },
      { ...fitted, series: ["a", "b"] },
      { ...fitted, series: [["a"], ["a"]] },
      { ...fitted, time: undefined },
      { ...fitted, time: { column: "t" } },
    ];
    for (const value of wrong) {
      const error = await userError(() => parseTableFitted(value, ["y"]));
      expect(error.message).toMatch(/^what the run has fitted to its training rows is damaged: /);
    }
  });
});
