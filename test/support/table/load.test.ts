import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it, vi } from "vitest";
import { compareSeries } from "../../../src/support/forecast/compare-series.ts";
import { sha256 } from "../../../src/support/system/sha256.ts";
import { parseFittedTable } from "../../../src/support/table/fitted.ts";
import { loadTable, type TableDataset, type TableOptions } from "../../../src/support/table/load.ts";
import { readTableWindow } from "../../../src/support/table/load-window.ts";
import { temporaryFolder, userError, write } from "../data/fixtures.ts";

const folder = temporaryFolder();
vi.stubEnv("LSTM_COMPILE_CACHE", join(folder, "cache"));

let notes: string[] = [];
afterEach(() => {
  notes = [];
});

/** Two series of different size, row by row; a decimal comma. */
const ROWS = Array.from({ length: 20 }, (_, k) => `${2000 + k};a;${k},5\n${2000 + k};b;${1000 * k * k + 1},25`);
const SALES = write(folder, "sales.csv", `year;store;sales\n${ROWS.join("\n")}\n`);

const OPTIONS: TableOptions = {
  input: { files: [SALES], format: {} },
  time: { column: "year", order: "error", duplicates: "error", gaps: "error" },
  series: ["store"],
  target: "sales",
  features: ["sales"],
  columns: [{ name: "sales", missing: "error", scaling: "standard" }],
  lookback: 3,
  horizon: 2,
  split: { by: "time", testRows: 4, validation: "test", gap: 0 },
  scalePer: "series",
  note: (line) => notes.push(line),
};

/** All targets of the test part, in units of the data. */
async function tested({ test, inDataUnits }: TableDataset): Promise<number[]> {
  const { targets } = await test.read(Int32Array.from({ length: test.count }, (_, k) => k));
  return Array.from(inDataUnits(targets as Float32Array), (value) => Number(value.toPrecision(6)));
}

describe("loadTable", () => {
  it.each([
    ["year", `year,x\n${Array.from({ length: 30 }, (_, k) => `${2030 - k},${k}`).join("\n")}\n`],
    [
      "when",
      `when,x\n${Array.from({ length: 28 }, (_, k) => `2024-02-${String(28 - k).padStart(2, "0")},${k}`).join("\n")}\n`,
    ],
  ])("refuses times that the spec does not name: %s, newest first", async (name, text) => {
    const { time: _time, ...options } = OPTIONS;
    const column = { missing: "error", scaling: "standard" } as const;
    const read: TableOptions = {
      ...options,
      input: { files: [write(folder, `${name}-backwards.csv`, text)], format: {} },
      series: [],
      target: "x",
      features: ["x"],
      columns: [{ name: "x", ...column }],
      scalePer: "all",
    };
    expect(await userError(() => loadTable(read))).toMatchObject({
      message: expect.stringContaining(`column "${name}" seems to have times`),
      fix: `add \`time: "${name}"\`, or \`order: asIs\` where the rows are in order as they stand`,
    });
    expect((await loadTable({ ...read, order: "asIs" })).train.count).toBeGreaterThan(0);
    const sorted = { ...read, input: { ...read.input, orderBy: `"${name}"` } };
    expect((await tested(await loadTable(sorted))).at(-1)).toBeCloseTo(0, 4); // the row that comes last in time
  });

  it("says how far it is, where that takes long", async () => {
    let clock = 0;
    const now = vi.spyOn(performance, "now").mockImplementation(() => {
      clock += 3000;
      return clock;
    });
    try {
      await loadTable({ ...OPTIONS, input: { ...OPTIONS.input, where: "year > 0" } }); // nobody has prepared it
    } finally {
      now.mockRestore();
    }
    expect(notes.filter((line) => /: 100 % of 40 rows read$/.test(line))).toHaveLength(1);
  });

  it("gives windows of each series, each scaled by itself, and brings forecasts back into units of the data", async () => {
    const data = await loadTable(OPTIONS);
    expect(data.train.count).toBe(2 * 12);
    const [a, b] = [16, 17, 17, 18, 18, 19]
      .map((k) => [k + 0.5, 1000 * k * k + 1.25])
      .reduce(
        ([a, b], [x, y]) => [
          [...a!, x!],
          [...b!, y!],
        ],
        [[], []] as number[][],
      );
    expect(await tested(data)).toEqual([...a!, ...b!.map((value) => Number(value.toPrecision(6)))]);
    expect(data.source).toMatch(/sales\.csv: 40 rows, 2 series$/);
    expect(Object.keys(data.checksums)).toEqual(["sales.csv"]);
    expect(data.fitted.numbers).toMatchObject({ decimal: "," });
  });

  it("has the series of the test windows, to compare with forecasts that need no model", async () => {
    const data = await loadTable({ ...OPTIONS, season: 4 });
    const [a, b] = [...data.testSeries(6)];
    expect(a).toMatchObject({ name: "a", trainRows: 16, testStart: 16, origins: [16, 17, 18], season: 4 });
    expect(b!.values[3]).toBe(9001.25);
    expect([...data.testSeries(4)].map(({ origins }) => origins)).toEqual([[16, 17, 18], [16]]);
  });

  it("takes a missing value of the target as the last one before it, whatever fills it for the model", async () => {
    const file = write(folder, "holes.csv", "y,z\n,1\n2,1\n,1\n8,1\n9,1\n7,1\n6,1\n5,1\n4,1\n3,1\n");
    const { time: _, ...rest } = OPTIONS;
    for (const missing of ["linear", "ffill", "mean"] as const) {
      const data = await loadTable({
        ...rest,
        ...{ input: { files: [file], format: {} }, series: [], target: "y", features: ["z"], lookback: 1, horizon: 1 },
        columns: [
          { name: "y", missing, scaling: "standard" },
          { name: "z", missing: "error", scaling: "none" },
        ],
        split: { by: "time", testRows: 2, validation: "test", gap: 0 },
        scalePer: "all",
      });
      const [series] = [...data.testSeries(data.test.count)];
      expect(Array.from(series!.values as Float64Array).slice(-9)).toEqual([2, 2, 8, 9, 7, 6, 5, 4, 3]);
    }
  });

  it("refuses a table that is not the one of the spec", async () => {
    const message = async (more: Partial<TableOptions>): Promise<string> =>
      (await userError(() => loadTable({ ...OPTIONS, ...more }))).message;
    expect(await message({ rows: 41 })).toMatch(/the table has 40 rows, but must have 41$/);
    expect(await message({ sha256: ["0".repeat(64)] })).toMatch(/sales\.csv has the SHA-256 [0-9a-f]{64}, not 0{64}$/);
    expect(await message({ sha256: ["0".repeat(64), "1".repeat(64)] })).toMatch(/there is 1 file, but 2 SHA-256$/);
    const text = `year;store;sales\n${ROWS.join("\n")}\n`;
    await loadTable({ ...OPTIONS, rows: 40, sha256: [sha256(text)] });
  });

  it("names columns that the table lacks, and those that are meant", async () => {
    const error = await userError(() => loadTable({ ...OPTIONS, series: ["Stores"] }));
    expect(error.message).toMatch(/there is no column "Stores"; the table has the columns "year", "store", "sales"$/);
    expect(error.fix).toBe('did you mean "store"?');
  });

  it("names files by their paths from the folder that has all of them", async () => {
    mkdirSync(join(folder, "parts", "x"), { recursive: true });
    for (const name of ["parts/1.csv", "parts/x/2.csv"]) write(folder, name, "y\n1\n2\n3\n4\n5\n6\n7\n8\n");
    const { time: _, ...rest } = OPTIONS;
    const data = await loadTable({
      ...rest,
      ...{ input: { files: [join(folder, "parts/*.csv"), join(folder, "parts/x/2.csv")], format: {} }, series: [] },
      ...{ target: "y", features: ["y"], columns: [{ name: "y", missing: "error", scaling: "none" }], scalePer: "all" },
    });
    expect(Object.keys(data.checksums)).toEqual(["1.csv", "x/2.csv"]);
  });
});

describe("readTableWindow", () => {
  it("reads the ends of all series, or of one, as the training rows were read", async () => {
    const { fitted } = await loadTable(OPTIONS);
    const kept = parseFittedTable(JSON.parse(JSON.stringify(fitted)), ["sales"]);
    expect(kept).toEqual(fitted);
    const all = await readTableWindow(OPTIONS, kept, {});
    expect(all.series.map(({ name, forecastTimes }) => [name, forecastTimes])).toEqual([
      [["a"], ["2020", "2021"]],
      [["b"], ["2020", "2021"]],
    ]);
    // Of so few rows nothing tells whether the comma is a decimal one.
    const file = write(folder, "few.csv", "year;store;sales\n2030;a;1,125\n2031;a;2,125\n2032;a;3,125\n2030;b;4\n");
    const { future, series } = await readTableWindow(OPTIONS, kept, { file, series: "a" });
    expect(series.map(({ name }) => name)).toEqual([["a"]]);
    const { inputs } = await future.read(Int32Array.of(0));
    const { offset, scale } = series[0]!.targetScaler;
    expect(Array.from(inputs.input, (value) => Math.round(1000 * (value * scale + offset)))).toEqual([
      1125, 2125, 3125,
    ]);
  });

  it("holds for files that have grown, and names series that are meant", async () => {
    const { fitted } = await loadTable(OPTIONS);
    await readTableWindow({ ...OPTIONS, rows: 1, sha256: ["0".repeat(64)] }, fitted, {});
    const error = await userError(() => readTableWindow(OPTIONS, fitted, { series: "c" }));
    expect(error.message).toBe('there is no series "c" to forecast');
    expect(error.exitCode).toBe(2);
  });

  it("refuses a state that was not fitted", async () => {
    const { fitted } = await loadTable(OPTIONS);
    for (const numbers of [undefined, { decimal: ";", thousands: null }, { decimal: ",", thousands: 1 }]) {
      const error = await userError(() => parseFittedTable({ ...fitted, numbers }, ["sales"]));
      expect(error.message).toMatch(/numbers are written$/);
    }
  });
});

const M1 = fileURLToPath(new URL("../../../../shared/data/m1_yearly/m1_yearly.csv", import.meta.url));

describe.runIf(existsSync(M1))("the 181 yearly series of M1", () => {
  it("have the published errors of forecasts that need no model", async () => {
    const data = await loadTable({
      ...OPTIONS,
      ...{ input: { files: [M1], format: {} }, series: ["series"], target: "value", features: ["value"] },
      time: { column: "time", order: "error", duplicates: "error", gaps: "error" },
      columns: [{ name: "value", missing: "error", scaling: "log" }],
      ...{ lookback: 6, horizon: 6, split: { by: "time", testRows: 6, validation: "test", gap: 0 } },
    });
    const actual = data.inDataUnits((await data.test.read(Int32Array.from({ length: 181 }, (_, k) => k))).targets);
    const { series, errors } = compareSeries(data.testSeries(data.test.count), 6, actual);
    expect(series).toBe(181);
    const mase = Object.fromEntries(errors.map((error) => [error.name, Number(error.mase!.toFixed(3))]));
    expect(mase).toEqual({ model: 0, naive: 4.894, drift: 3.489, "AR(1)": 3.676 });
  });
});
