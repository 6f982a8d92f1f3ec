import { describe, expect, it } from "vitest";
import { prepareTable } from "../../../src/support/table/prepare.ts";
import type { ColumnRule, PrepareOptions, TimeRule } from "../../../src/support/table/prepare-options.ts";
import { readWindow, type TableWindow } from "../../../src/support/table/read-window.ts";
import { fitTable, type ScalingOptions, type TableFitted } from "../../../src/support/table/scalers.ts";
import { splitRows } from "../../../src/support/table/split.ts";
import { tableWindows, type WindowOptions } from "../../../src/support/table/windows.ts";
import { temporaryFolder, userError } from "../data/fixtures.ts";
import { type Cell, memoryTable } from "./memory-table.ts";

const folder = temporaryFolder();

type Columns = Readonly<Record<string, readonly Cell[]>>;

const TIME: TimeRule = { column: "t", order: "sort", duplicates: "error", gaps: "error" };
const WINDOWS: WindowOptions = { target: "y", features: ["x", "y"], lookback: 3, horizon: 2 };

function options(missing: ColumnRule["missing"] = "ffill", time = TIME): PrepareOptions {
  return { time, series: ["s"], columns: ["x", "y"].map((name) => ({ name, missing })) };
}

/** Two monthly series, whose rows take turns. */
const months = Array.from(
  { length: 24 },
  (_, k) => `${2020 + Math.floor(k / 12)}-${String((k % 12) + 1).padStart(2, "0")}`,
);
const TABLE: Columns = {
  t: months.flatMap((month) => [month, month]),
  s: months.flatMap(() => ["a", "b"]),
  x: months.flatMap((_, k) => [k, 100 - k]),
  y: months.flatMap((_, k) => [Math.sin(k), 10 + Math.cos(k)]),
};

async function trained(
  prepareOptions: PrepareOptions,
  per: ScalingOptions["per"] = "series",
): Promise<{ fitted: TableFitted; last: Float32Array }> {
  const prepared = await prepareTable(memoryTable(TABLE), prepareOptions, { cacheDirectory: folder, key: per });
  const parts = splitRows(prepared, { by: "time", testFraction: 0.2, validation: "test", gap: 0, seed: 0 });
  const fitted = fitTable(prepared, parts, { scalings: ["standard", "minMax"], per });
  const { test } = tableWindows(prepared, parts, fitted, WINDOWS);
  const last = (await test.read(Int32Array.of(test.count - 1))).inputs.input as Float32Array;
  prepared.close();
  return { fitted: JSON.parse(JSON.stringify(fitted)) as TableFitted, last };
}

function only(columns: Columns, keep: (row: number) => boolean): Columns {
  return Object.fromEntries(
    Object.entries(columns).map(([name, cells]) => [name, cells.filter((_, row) => keep(row))]),
  );
}

async function inputs({ future }: TableWindow, index: number): Promise<Float32Array> {
  return (await future.read(Int32Array.of(index))).inputs.input as Float32Array;
}

describe("readWindow", () => {
  it("reads the end of each series as training reads it, and dates what follows", async () => {
    const { fitted, last } = await trained(options());
    // All rows but the two that the last test window forecasts, newest first.
    const rows = only(TABLE, (row) => row < 44);
    const reversed = Object.fromEntries(Object.entries(rows).map(([name, cells]) => [name, cells.toReversed()]));
    const window = await readWindow(memoryTable(reversed), { ...options(), ...WINDOWS }, fitted);
    expect(window.series.map(({ name }) => name)).toEqual([["b"], ["a"]]);
    expect(await inputs(window, 0)).toEqual(last);
    expect(window.series[0]!.times).toEqual(["2021-08", "2021-09", "2021-10"]);
    expect(window.series[0]!.forecastTimes).toEqual(["2021-11", "2021-12"]);
    const [a, b] = fitted.columns[1]!.scalers;
    expect(window.series.map(({ targetScaler }) => targetScaler)).toEqual([b, a]);
    const both = await window.future.read(Int32Array.of(1, 0));
    expect(both.targets).toEqual(new Float32Array(4));
    const x = both.inputs.input as Float32Array;
    expect(Float32Array.from({ length: 6 }, (_, k) => x[(Math.floor(k / 2) * 2 + 1) * 2 + (k % 2)]!)).toEqual(last);
  });

  it("fits nothing anew: the step and form of times, means and scalers are those of the run", async () => {
    const { fitted } = await trained(options("mean"));
    const few = { t: ["2022-01", "2022-02", "2022-03"], s: ["a", "a", "a"], x: [1, undefined, 3], y: [0, 0, 500] };
    const window = await readWindow(memoryTable(few), { ...options("mean"), ...WINDOWS }, fitted);
    const [x, y] = fitted.columns.map(({ scalers }) => scalers[0]!);
    const at = (value: number, scaler: typeof x): number => Math.fround((value - scaler!.offset) / scaler!.scale);
    expect([...(await inputs(window, 0))]).toEqual(
      [1, x!.mean, 3].flatMap((value, k) => [at(value, x), at([0, 0, 500][k]!, y)]),
    );
    const daily = { ...few, t: ["2022-01-01", "2022-01-02", "2022-01-03"] };
    const error = await userError(() => readWindow(memoryTable(daily), { ...options("mean"), ...WINDOWS }, fitted));
    expect(error.message).toContain("of the form YYYY-MM");
  });

  it("needs the target only where it is a feature", async () => {
    const { fitted } = await trained(options());
    const { y: _, ...without } = TABLE;
    const window = await readWindow(memoryTable(without), { ...options(), ...WINDOWS, features: ["x"] }, fitted);
    expect(window.future.count).toBe(2);
  });

  it("leaves out series that it cannot forecast, and says why", async () => {
    const { fitted } = await trained(options("linear"));
    const more: readonly (readonly Cell[])[] = [
      ["2022-01", "b", undefined, 1],
      ["2022-01", "short", 1, 1],
      ...["2022-01", "2022-02", "2022-03"].map((t) => [t, "new", 1, 1]),
    ];
    const rows = Object.fromEntries(
      Object.entries(TABLE).map(([name, cells], c) => [name, [...cells, ...more.map((row) => row[c])]]),
    );
    const window = await readWindow(memoryTable(rows), { ...options("linear"), ...WINDOWS }, fitted);
    expect(window.series.map(({ name }) => name)).toEqual([["a"]]);
    expect(window.notes.slice(-3)).toMatchInlineSnapshot(`
      [
        "1 series with fewer than the 3 rows that the model reads left out: "short"",
        "1 series that the run has no scalers of left out: "new"",
        "1 series with a missing value at the end that nothing takes the place of left out: "b"",
      ]
    `);
    const none = only(rows, (row) => rows.s![row] === "short");
    const error = await userError(() => readWindow(memoryTable(none), { ...options("linear"), ...WINDOWS }, fitted));
    expect(error.message).toMatchInlineSnapshot(`
      "there is nothing to forecast
      1 series with fewer than the 3 rows that the model reads left out: "short""
    `);
  });

  it("refuses rows of another step than those of the run", async () => {
    const time = { ...TIME, gaps: "allow" } as const;
    const { fitted } = await trained(options("ffill", time));
    const yearly = { t: ["2020-01", "2021-01", "2022-01"], s: ["a", "a", "a"], x: [1, 2, 3], y: [1, 2, 3] };
    const error = await userError(() =>
      readWindow(memoryTable(yearly), { ...options("ffill", time), ...WINDOWS }, fitted),
    );
    expect(error.message).toContain("not 1 month apart");
  });
});
