import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { InputSplit, Split } from "../../../src/support/data/dataset.ts";
import { prepareTable } from "../../../src/support/table/prepare.ts";
import type { PrepareOptions } from "../../../src/support/table/prepare-options.ts";
import { openPrepared, type Prepared } from "../../../src/support/table/prepared-file.ts";
import { fitTable, type ScalingOptions, scaled, type TableFitted } from "../../../src/support/table/scalers.ts";
import { type SeriesParts, type SplitOptions, splitRows } from "../../../src/support/table/split.ts";
import { inputNames } from "../../../src/support/table/window-inputs.ts";
import { type TableWindows, tableWindows, type WindowOptions } from "../../../src/support/table/windows.ts";
import { temporaryFolder, userError } from "../data/fixtures.ts";
import { type Cell, memoryTable } from "./memory-table.ts";
import { type PlainRow, plainSeries } from "./naive.ts";
import { randomSeries } from "./random-tables.ts";

const folder = temporaryFolder();
let caches = 0;

interface Plan {
  readonly split: SplitOptions;
  readonly scaling: ScalingOptions;
  readonly windows: WindowOptions;
}

interface Loaded {
  readonly prepared: Prepared;
  readonly parts: readonly SeriesParts[];
  readonly fitted: TableFitted;
  readonly windows: TableWindows;
}

type Columns = Readonly<Record<string, readonly Cell[]>>;

async function load(columns: Columns, options: PrepareOptions, { split, scaling, windows }: Plan): Promise<Loaded> {
  const context = { cacheDirectory: join(folder, `${++caches}`), key: "" };
  const held = await prepareTable(memoryTable(columns, 7), options, context);
  const prepared = held.rows % 2 === 0 ? held : reopen(held);
  try {
    const parts = splitRows(prepared, split);
    const fitted = fitTable(prepared, parts, scaling);
    return { prepared, parts, fitted, windows: tableWindows(prepared, parts, fitted, windows) };
  } catch (error) {
    prepared.close();
    throw error;
  }
}

/** The same rows, read from the file whenever they are needed. */
function reopen(held: Prepared): Prepared {
  held.close();
  return openPrepared(held.path, 0)!;
}

async function all(split: Split | InputSplit): Promise<{ x: Float32Array; y: Float32Array }> {
  const batch = await split.read(Int32Array.from({ length: split.count }, (_, k) => k));
  return { x: batch.inputs.input as Float32Array, y: (batch as { targets?: Float32Array }).targets! };
}

const plan: fc.Arbitrary<Plan> = fc.record({
  split: fc.record({
    by: fc.constantFrom("time", "series"),
    testFraction: fc.constantFrom(0.2, 0.4),
    validation: fc.constantFrom<SplitOptions["validation"]>("test", { fraction: 0.3 }),
    gap: fc.nat(2),
    seed: fc.nat(5),
  }),
  scaling: fc.record({
    scalings: fc.constantFrom(
      ["standard", "minMax"] as const,
      ["robust", "standard"] as const,
      ["none", "robust"] as const,
    ),
    per: fc.constantFrom("all", "series"),
  }),
  windows: fc.record({
    target: fc.constantFrom("x", "y"),
    features: fc.constantFrom<readonly string[]>(["x"], ["y", "x"], ["y"]),
    lookback: fc.integer({ min: 1, max: 3 }),
    horizon: fc.integer({ min: 1, max: 2 }),
  }),
});

/** Windows of a part by plain slicing. */
function sliced(
  { prepared, parts, fitted }: Loaded,
  part: keyof SeriesParts,
  { windows }: Plan,
): { x: number[][][]; y: number[][] } {
  const { lookback, horizon, features, target } = windows;
  const { columns } = prepared.header;
  const index = (name: string): number => columns.findIndex((column) => column.name === name);
  const isMissing = (row: PlainRow, c: number): boolean => row.filled[c] ?? Number.isNaN(row.values[c]!);
  const result: { x: number[][][]; y: number[][] } = { x: [], y: [] };
  for (const [s, { rows }] of plainSeries(prepared).entries()) {
    const scaler = (c: number) => fitted.columns[c]!.scalers[fitted.series === null ? 0 : s]!;
    const used = [...features, target].map(index);
    if (used.some((c) => scaler(c) === null)) continue;
    const value = (row: PlainRow, c: number): number => {
      const isMean = ["mean", "indicator"].includes(columns[c]!.missing) && Number.isNaN(row.values[c]!);
      return isMean ? scaler(c).mean : row.values[c]!;
    };
    const { first, end } = parts[s]![part];
    const offset = prepared.firsts[s]!;
    for (let row = first - offset; row + horizon <= end - offset; row++) {
      if (row < lookback) continue;
      const inputs = rows.slice(row - lookback, row);
      const targets = rows.slice(row, row + horizon);
      if (targets.some((one) => one.gap || isMissing(one, index(target)))) continue;
      if (inputs.some((one) => features.some((name) => Number.isNaN(value(one, index(name)))))) continue;
      const last = inputs.at(-1)!;
      if (features.some((name) => columns[index(name)]!.missing === "linear" && isMissing(last, index(name)))) continue;
      result.x.push(
        inputs.map((one) => [
          ...features.map((name) => Math.fround(scaled(value(one, index(name)), scaler(index(name))))),
          ...features
            .filter((name) => columns[index(name)]!.missing === "indicator")
            .map((name) => Number(isMissing(one, index(name)))),
        ]),
      );
      result.y.push(targets.map((one) => Math.fround(scaled(one.values[index(target)]!, scaler(index(target))))));
    }
  }
  return result;
}

describe("tableWindows", () => {
  it("has the windows that plain slicing has, time-major", async () => {
    let [windowed, refused] = [0, 0];
    await fc.assert(
      fc.asyncProperty(randomSeries, plan, async ({ columns, options }, plan) => {
        let loaded: Loaded;
        try {
          loaded = await load(columns, options, plan);
        } catch (error) {
          expect(String(error)).toMatch(/no window|cannot be split|no value in the training|would be filled/);
          refused++;
          return;
        }
        windowed++;
        const names = inputNames(plan.windows.features, loaded.prepared.header.columns);
        for (const part of ["train", "validation", "test"] as const) {
          const split = loaded.windows[part];
          const { x, y } = await all(split);
          const expected = sliced(loaded, part, plan);
          const { lookback, horizon } = plan.windows;
          const at = (b: number, t: number, f: number): number => x[(t * split.count + b) * names.length + f]!;
          expect(split.count).toBe(expected.x.length);
          for (const [b, sample] of expected.x.entries()) {
            expect(sample).toEqual(sample.map((row, t) => row.map((_, f) => at(b, t, f))));
            expect(expected.y[b]).toEqual([...y.subarray(b * horizon, (b + 1) * horizon)]);
          }
          expect(x.length).toBe(split.count * lookback * names.length);
        }
        loaded.prepared.close();
      }),
      { numRuns: 200 },
    );
    expect(windowed).toBeGreaterThan(100);
    expect(refused).toBeGreaterThan(5);
  });

  it("lets no value of a validation or test row decide a fitted constant or a training batch", async () => {
    let compared = 0;
    const change = fc.constantFrom<Cell>(undefined, 9.875, -7.5, 0);
    const changes = fc.array(fc.tuple(fc.nat(100), fc.constantFrom("x", "y"), change), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(randomSeries, plan, changes, async ({ columns, options }, plan, changes) => {
        let before: Loaded;
        try {
          before = await load(columns, options, plan);
        } catch {
          return;
        }
        const held = heldOutRows(columns, options, before);
        if (held.length === 0) return;
        const changed = { x: [...columns.x!], y: [...columns.y!] };
        for (const [k, name, value] of changes) changed[name as "x"][held[k % held.length]!] = value;
        let after: Loaded;
        try {
          after = await load({ ...columns, ...changed }, options, plan);
        } catch (error) {
          // Without targets there may be nothing left to test on.
          expect(String(error)).toMatch(/no window is for (validation|testing)/);
          return;
        }
        compared++;
        expect(after.fitted).toEqual(before.fitted);
        const [was, is] = [await all(before.windows.train), await all(after.windows.train)];
        expect(Buffer.from(is.x.buffer).equals(Buffer.from(was.x.buffer))).toBe(true);
        expect(Buffer.from(is.y.buffer).equals(Buffer.from(was.y.buffer))).toBe(true);
        for (const { prepared } of [before, after]) prepared.close();
      }),
      { numRuns: 200 },
    );
    expect(compared).toBeGreaterThan(60);
  });

  it.each(["ffill", "linear", "mean", "indicator"] as const)(
    "%s: missing values at the end of the training rows are filled without those that follow",
    async (missing) => {
      const y = Array.from({ length: 20 }, (_, k): Cell => (k >= 10 && k < 12 ? undefined : Math.sin(k) + k));
      const plan: Plan = {
        split: { by: "time", testFraction: 0.2, validation: { fraction: 0.25 }, gap: 0, seed: 0 },
        scaling: { scalings: ["standard"], per: "all" },
        windows: { target: "y", features: ["y"], lookback: 3, horizon: 1 },
      };
      const options = { series: [], columns: [{ name: "y", missing }] };
      const was = await load({ y }, options, plan);
      const is = await load({ y: y.map((value, k) => (k < 12 ? value : 50 - k)) }, options, plan);
      expect(was.parts[0]!.train).toEqual({ first: 0, end: 12 });
      expect(is.fitted).toEqual(was.fitted);
      expect(await all(is.windows.train)).toEqual(await all(was.windows.train));
      // Rows 10 and 11 are missing: no target is filled in, and none of linear's inputs ends with one.
      expect(was.windows.train.count).toBe(7);
      expect(was.windows.validation.place(0).row).toBe(missing === "linear" ? 13 : 12);
    },
  );

  it("lets no value of a later row into a window's inputs", async () => {
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(randomSeries, plan, fc.nat(1000), async ({ columns, options }, plan, draw) => {
        let loaded: Loaded;
        try {
          loaded = await load(columns, options, { ...plan, scaling: { ...plan.scaling, scalings: ["none", "none"] } });
        } catch {
          return;
        }
        const { prepared, windows, parts, fitted } = loaded;
        const index = draw % windows.test.count;
        const { series, row } = windows.test.place(index);
        const later = positionsOf(columns, options, prepared).filter(([s, r]) => s === series && r >= row);
        const changed = { x: [...columns.x!], y: [...columns.y!] };
        // Where they are missing they stay so: the window is still one.
        for (const [, , position] of later) {
          for (const name of ["x", "y"] as const)
            if (changed[name][position] !== undefined) changed[name][position] = 5.5;
        }
        const context = { cacheDirectory: join(folder, `${++caches}`), key: "" };
        const other = await prepareTable(memoryTable({ ...columns, ...changed }), options, context);
        // The run's own means take the place of missing values, whatever is in the other table.
        const again = tableWindows(other, parts, fitted, plan.windows);
        const [was, is] = [windows.test, again.test].map((split) => split.read(Int32Array.of(index)));
        expect((await is!).inputs.input).toEqual((await was!).inputs.input);
        compared++;
        prepared.close();
        other.close();
      }),
      { numRuns: 200 },
    );
    expect(compared).toBeGreaterThan(60);
  });
});

describe("what tableWindows says", () => {
  const plan: Plan = {
    split: { by: "time", testFraction: 0.2, validation: "test", gap: 0, seed: 0 },
    scaling: { scalings: ["standard"], per: "series" },
    windows: { target: "y", features: ["y"], lookback: 3, horizon: 2 },
  };
  const rows = (lengths: Readonly<Record<string, number>>): Columns => {
    const s = Object.entries(lengths).flatMap(([name, length]) => Array<string>(length).fill(name));
    return { s, y: s.map((_, k) => 10 + Math.sin(k)) };
  };
  const options = { series: ["s"], columns: [{ name: "y", missing: "ffill" } as const] };

  it("names series without windows, and counts windows that are left out", async () => {
    const columns = rows({ long: 20, middle: 6, single: 1 });
    const { windows } = await load({ ...columns, y: columns.y!.with(8, undefined) }, options, plan);
    expect(windows.notes).toEqual([
      '1 series without training values left out: "single"',
      '1 series without a window for testing: "middle"',
      "2 windows left out, which have missing or filled values, or gaps, where they must not",
    ]);
    expect([windows.train.count, windows.test.count]).toEqual([11, 3]);
    expect(windows.validation).toBe(windows.test);
  });

  it("refuses a part without windows", async () => {
    const error = await userError(() => load(rows({ a: 5, b: 6 }), options, plan));
    expect(error.message).toBe(
      "of 11 rows no window is for testing: it needs 3 + 2 rows in one series, 2 of them in that part",
    );
  });

  it("refuses values that cannot be scaled, in whatever part they are", async () => {
    const columns = rows({ a: 20, b: 20 });
    const log: Plan = { ...plan, scaling: { scalings: ["log"], per: "all" } };
    const changed = { ...columns, y: columns.y!.with(38, -1).with(39, 0) };
    const error = await userError(() => load(changed, options, log));
    expect(error.message).toBe('2 values of column "y" cannot be scaled, first -1 in row 19 of series "b"');
    const far = await userError(() => load({ ...columns, y: columns.y!.with(39, 1e30) }, options, plan));
    expect(far.message).toBe('1 value of column "y" cannot be scaled, first 1e+30 in row 20 of series "b"');
  });
});

/** [series, row of the prepared table, position in the table] of the rows of a table without repeated times. */
function positionsOf(
  columns: Columns,
  { series, time }: PrepareOptions,
  prepared: Prepared,
): [number, number, number][] {
  const rows = plainSeries(prepared);
  const counts = rows.map(() => 0);
  return columns.t!.map((t, position) => {
    const name = JSON.stringify(series.map((column) => columns[column]![position]));
    const s = rows.findIndex((one) => JSON.stringify(one.name) === name);
    const r = time === undefined ? counts[s]!++ : rows[s]!.rows.findIndex((row) => row.time === Number(t));
    return [s, prepared.firsts[s]! + r, position];
  });
}

/** Positions in the table of the rows that are not for training, those between the parts among them. */
function heldOutRows(columns: Columns, options: PrepareOptions, { prepared, parts }: Loaded): number[] {
  return positionsOf(columns, options, prepared).flatMap(([s, r, position]) => {
    const { first, end } = parts[s]!.train;
    return r >= first && r < end ? [] : [position];
  });
}
