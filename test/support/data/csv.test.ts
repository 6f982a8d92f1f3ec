import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CsvOptions, loadCsv, readCsvWindow } from "../../../src/support/data/csv.ts";
import { type CsvFitted, inDataUnits } from "../../../src/support/data/csv-scalers.ts";
import type { Split } from "../../../src/support/data/dataset.ts";
import { sha256 } from "../../../src/support/system/sha256.ts";
import { temporaryFolder, userError, write } from "./fixtures.ts";

const folder = temporaryFolder();
let files = 0;

/** Options for a file with this text. */
function csv(text: string | Uint8Array, more: Partial<CsvOptions> = {}): CsvOptions {
  const file = write(folder, `${++files}.csv`, text);
  const plain = {
    target: "y",
    features: ["y"],
    lookback: 2,
    horizon: 1,
    testFraction: 0.2,
    validation: "test",
    scaling: "none",
  } as const;
  return { file, ...plain, ...more };
}

/** All samples of a split: x as [batch][lookback][features], y as [batch][horizon]. */
async function samples(
  split: Split,
  { lookback, horizon, features }: CsvOptions,
): Promise<{ x: number[][][]; y: number[][] }> {
  const { count } = split;
  const width = features.length;
  const all = Int32Array.from({ length: count }, (_, k) => k);
  const {
    inputs: { input: x },
    targets: y,
  } = await split.read(all);
  expect([x.length, y.length]).toEqual([count * lookback * width, count * horizon]);
  const range = (length: number): number[] => Array.from({ length }, (_, k) => k);
  return {
    x: range(count).map((b) => range(lookback).map((t) => range(width).map((f) => x[(t * count + b) * width + f]!))),
    y: range(count).map((b) => [...y.subarray(b * horizon, (b + 1) * horizon)]),
  };
}

const TEN = `t,y,z\n${Array.from({ length: 10 }, (_, k) => `2026-01-${k + 1},${k},${100 - k}`).join("\n")}\n`;

describe("windows", () => {
  it("are split by time: test windows look back into training rows, their targets are test rows", async () => {
    const options = csv(TEN);
    const { train, test } = loadCsv(options);
    expect((await samples(train, options)).y.flat()).toEqual([2, 3, 4, 5, 6, 7]);
    expect((await samples(train, options)).x[0]).toEqual([[0], [1]]);
    expect(await samples(test, options)).toEqual({
      x: [
        [[6], [7]],
        [[7], [8]],
      ],
      y: [[8], [9]],
    });
  });

  it("have several features and targets", async () => {
    const options = csv(TEN, { features: ["z", "y"], lookback: 3, horizon: 2, testFraction: 0.4 });
    const { train, test } = loadCsv(options);
    expect(await samples(train, options)).toEqual({
      x: [
        [
          [100, 0],
          [99, 1],
          [98, 2],
        ],
        [
          [99, 1],
          [98, 2],
          [97, 3],
        ],
      ],
      y: [
        [3, 4],
        [4, 5],
      ],
    });
    expect((await samples(test, options)).y).toEqual([
      [6, 7],
      [7, 8],
      [8, 9],
    ]);
    expect((await samples(test, options)).x[0]).toEqual([
      [97, 3],
      [96, 4],
      [95, 5],
    ]);
  });

  it("of the fewest rows", () => {
    const options = csv("y\n1\n2\n3\n4\n");
    const { train, test } = loadCsv(options);
    expect([train.count, test.count]).toEqual([1, 1]);
  });
});

describe("scaling", () => {
  const jump = "y,z\n1,5\n3,5\n1,5\n3,5\n1,5\n3,5\n1,5\n3,5\n1000,7\n2000,5\n";

  it("is fitted on the training rows alone and can be inverted", async () => {
    const standard = csv(jump, { scaling: "standard" });
    const data = loadCsv(standard);
    expect(data.targetScaler).toEqual({ offset: 2, scale: 1 });
    expect((await samples(data.train, standard)).x[0]).toEqual([[-1], [1]]);
    const [first] = (await samples(data.test, standard)).y[0]!;
    expect([...inDataUnits([first!, 0], data.targetScaler)]).toEqual([1000, 2]);
    expect(loadCsv(csv(jump, { scaling: "minMax" })).targetScaler).toEqual({ offset: 1, scale: 2 });
    expect(loadCsv(csv(jump)).targetScaler).toEqual({ offset: 0, scale: 1 });
  });

  it.each(["standard", "minMax"] as const)(
    "%s leaves a column finite that is constant in training",
    async (scaling) => {
      const options = csv(jump, { scaling, target: "z", features: ["z"] });
      const data = loadCsv(options);
      expect(data.targetScaler).toEqual({ offset: 5, scale: 1 });
      expect((await samples(data.test, options)).y).toEqual([[2], [0]]);
      const tenths = csv(`y\n${"0.1\n".repeat(10)}`, { scaling });
      expect(loadCsv(tenths).targetScaler).toEqual({ offset: 0.1, scale: 1 });
    },
  );
});

describe("numbers that are hard to scale", () => {
  const column = (values: readonly (number | string)[]): string => `y\n${values.join("\n")}\n`;

  it("have a deviation, however large or small they are", () => {
    for (const unit of [1e308, 1e200, 1, 1e-200, 1e-305]) {
      const options = csv(column([1, 1.2, 1, 1.2, 1.1].map((value) => value * unit)), { scaling: "standard" });
      const { offset, scale } = loadCsv(options).targetScaler;
      expect(offset / unit).toBeCloseTo(1.1, 12);
      expect(scale / unit).toBeCloseTo(0.1, 12);
    }
  });

  it.each<[string, string, string, RegExp, CsvOptions["scaling"]]>([
    [
      "one that makes all others equal",
      column([1, 2, 3, 1, 1e200, 2, 3, 1, 2, 3]),
      "6:1",
      /^1e\+200 .* far from the other rows, 1 to 3/,
      "standard",
    ],
    ["the same, from 0 to 1", column([1, 2, 3, 1, 1e200, 2, 3, 1, 2, 3]), "6:1", /they become one number/, "minMax"],
    ["the same below", column([1, 2, 3, 1, -1e15, 2, 3, 1, 2, 3]), "6:1", /^-1000000000000000 /, "standard"],
    ["one in the test part", column([1, 2, 3, 1, 2, 3, 1, 2, 1e30, 3]), "10:1", /32-bit floats/, "standard"],
    ["numbers too far apart for a double", column([-1e308, 1e308, 0, 1, 2, 3]), "2:1", /too far apart/, "minMax"],
    ["one whose square has no 32-bit float", column([1, 2, 3, 4, 1e30, 6]), "6:1", /32-bit floats/, "none"],
  ])("are refused: %s", async (_, text, place, message, scaling) => {
    const options = csv(text, { scaling });
    const error = await userError(() => loadCsv(options));
    expect(error.exitCode).toBe(1);
    expect(error.message.startsWith(`${options.file}:${place}: `), error.message).toBe(true);
    expect(error.message.slice(`${options.file}:${place}: `.length)).toMatch(message);
  });

  const notes = (text: string): string[] => {
    const lines: string[] = [];
    const options = csv(text, { note: (line) => lines.push(line) });
    loadCsv(options);
    return lines.map((line) => line.replace(`data: ${options.file}: `, ""));
  };

  it("are told: marks for missing values, with their number and first line", () => {
    expect(notes(column([62.9, 85.9, -9999, -9999, 11.4, 37.8, 69.8, 106.1, 100.8, 81.6]))).toEqual([
      'column "y": 2 of 10 cells are -9999, first in line 4, far from the others, 11.4 to 106.1: if it stands for a missing value, it is learnt as a number',
    ]);
    for (const mark of ["-999", "9999", "-99.99", "1e17"]) {
      const line = notes(column([1, mark, 3, 2, 1, mark, 2, 3, mark, 1])).join();
      expect(line).toContain(`3 of 10 cells are ${Number(mark)}, first in line 3`);
    }
  });

  it("are not told of outliers, zeros and nines among others", () => {
    expect(notes(column([1, 40, 3, 2, 1, 2, 2, 3, 1, 1]))).toEqual([]);
    expect(notes(column([980, 99, 999, 990, 1010, 999, 1020, 999, 9999.5, 1000]))).toEqual([]);
    expect(notes(column([0, 0, 0, 5, 7, 0, 0, 9, 3, 0]))).toEqual([]);
  });

  it("are told: columns that are constant in training", () => {
    expect(notes("y\n5\n5\n5\n5\n6\n")).toEqual([
      'column "y" is 5 in all 4 training rows: there is nothing to learn from it',
    ]);
  });
});

describe("the format", () => {
  const read = async (text: string | Uint8Array, target = "y"): Promise<number[]> => {
    const options = csv(text, { target, features: [target], lookback: 1, testFraction: 0.1 });
    const { train, test } = loadCsv(options);
    const [trained, tested] = [await samples(train, options), await samples(test, options)];
    return [...trained.x, ...tested.x].flat(2).concat(tested.y.flat());
  };

  it.each([
    ["CRLF", "t,y\r\na,1\r\nb,2\r\nc,3\r\n"],
    ["CR", "t,y\ra,1\rb,2\rc,3"],
    ["no line break at the end", "y\n1\n2\n3"],
    ["empty lines at the end", "y\n1\n2\n3\n\n \r\n"],
    ["a byte order mark", "\ufeffy,t\n1,a\n2,b\n3,c\n"],
    ["quotes", '"y","a ""b"", c"\n"1","x\ny"\n"2","x\r\n,"\n3,""\n'],
    ["spaces and forms of numbers", " y \n 1\n+2.0 \n.3e1\n"],
  ])("may have %s", async (_, text) => {
    expect(await read(text)).toEqual([1, 2, 3]);
  });

  it("may have quotes in names of columns", async () => {
    expect(await read('"a ""b"", c"\n1\n2\n3\n', 'a "b", c')).toEqual([1, 2, 3]);
  });

  it("is recorded by its checksum", () => {
    const options = csv(TEN);
    expect(loadCsv(options).checksums).toEqual({ [options.file.split(/[\\/]/).at(-1)!]: sha256(Buffer.from(TEN)) });
  });
});

describe("errors", () => {
  const rows = (bad: string): string => `t,y\na,1\nb,${bad}\nc,3\nd,4\n`;

  it.each<[string, string | Uint8Array, string, RegExp, Partial<CsvOptions>?]>([
    ["an empty file", "", "1:1", /the file is empty/],
    ["a missing column", "t,temp\na,1\n", "1:1", /no column "y"$/],
    [
      "a misspelt column",
      "date,temperature\na,1\n",
      "1:1",
      /no column "temprature"; did you mean "temperature"\?/,
      { target: "temprature" },
    ],
    ["a missing feature", TEN, "1:1", /no column "Z"; did you mean "z"\?/, { features: ["Z"] }],
    ["a column twice", "y,t,y\n1,2,3\n", "1:5", /second column is called "y"/],
    ["an empty cell", rows(""), "3:3", /an empty cell in column "y"/],
    ["words", rows("many"), "3:3", /"many" in column "y" is not a finite number/],
    [
      "a mark for a missing value",
      rows("n/a"),
      "3:3",
      /"n\/a" in column "y" is a mark for a missing value, not a number/,
    ],
    ["Infinity", rows("Infinity"), "3:3", /"Infinity"/],
    ["a number that overflows", rows("1e999"), "3:3", /"1e999"/],
    ["NaN", rows("NaN"), "3:3", /"NaN"/],
    ["hexadecimal numbers", rows("0x10"), "3:3", /"0x10"/],
    ["decimal commas", rows("2,5"), "3:1", /the row has 3 cells, the header has 2/],
    ["a short row", "t,y\na,1\nb\nc,3\n", "3:1", /the row has 1 cell, the header has 2/],
    ["a row that is cut off", "t,y\na,1\nb\n", "3:1", /line 3 at the end has no numbers/],
    ["an empty line between", "y\n1\n\n3\n4\n", "3:1", /an empty cell/],
    ["an open quote", 'y\n1\n"2\n3\n', "3:1", /never closed/],
    ["text after a quote", 'y,t\n1,"a"b\n', "2:6", /follows a closing quote/],
    ["an error after a quoted line break", 't,y\n"a\nb",1\nc,x\n', "4:3", /"x"/],
    ["other encodings", Buffer.from("y\n1\n\xe9\n", "latin1"), "3:1", /not text in UTF-8/],
    ["a header alone", "y\n", "1:1", /0 rows are too few/],
    ["a short series", "y\n1\n2\n3\n", "4:1", /3 rows are too few: 2 of them for training, but a window needs 2 \+ 1/],
    [
      "a short test part",
      TEN,
      "11:1",
      /10 rows are too few: 2 of them for testing, but a forecast needs 3/,
      { horizon: 3 },
    ],
    ["numbers beyond 32-bit floats", "y\n1\n2\n3\n1e39\n", "5:1", /32-bit floats/],
  ])("%s", async (_, text, place, message, more = {}) => {
    const features = more.features ?? [more.target ?? "y"];
    const options = csv(text, { ...more, features });
    const error = await userError(() => loadCsv(options));
    expect(error.exitCode).toBe(1);
    expect(error.message.startsWith(`${options.file}:${place}: `), error.message).toBe(true);
    expect(error.message).toMatch(message);
  });

  it("lists the columns that there are", async () => {
    const error = await userError(() => loadCsv(csv("date, rain ,temp\n1,2,3\n", { target: "q", features: ["q"] })));
    expect(error.fix).toBe("use one of: date, rain, temp");
  });

  it("says that the file is missing", async () => {
    const error = await userError(() => loadCsv({ ...csv(""), file: join(folder, "none.csv") }));
    expect(error).toMatchObject({ exitCode: 3, fix: expect.stringContaining("--data") });
  });
});

describe("a window to forecast from", () => {
  const later = "y,z\n1,5\n3,5\n2,6\n7,4\n";
  const trained = (more: Partial<CsvOptions> = {}) => {
    const options = csv(TEN, { features: ["z", "y"], scaling: "standard", ...more });
    return { options, fitted: JSON.parse(JSON.stringify(loadCsv(options).fitted)) as CsvFitted };
  };

  it("is that of training, read from its last rows alone", () => {
    const { options, fitted } = trained();
    const { targetScaler } = loadCsv(options);
    const whole = readCsvWindow(options, fitted);
    const lastRows = `t,y,z\n${TEN.trim().split("\n").slice(-2).join("\n")}\n`;
    const window = readCsvWindow(options, fitted, csv(lastRows).file);
    expect(samples(window.future, options)).toEqual(samples(whole.future, options));
    expect(window.targetScaler).toEqual(targetScaler);
  });

  it("is scaled as the training rows were, not as its own", async () => {
    const { options, fitted } = trained({ scaling: "minMax" });
    expect(fitted.scalers).toEqual({ y: { offset: 0, scale: 7 }, z: { offset: 93, scale: 7 } });
    const { future } = readCsvWindow(options, fitted, csv(later).file);
    const float = (value: number): number => new Float32Array([value])[0]!;
    expect(await samples(future, options)).toEqual({
      x: [
        [
          [float((6 - 93) / 7), float(2 / 7)],
          [float((4 - 93) / 7), 1],
        ],
      ],
      y: [[0]],
    });
  });

  it("needs no target where the model does not read it", () => {
    const { options, fitted } = trained({ features: ["z"] });
    const { future } = readCsvWindow(options, fitted, csv("z\n98\n96\n").file);
    expect(future.count).toBe(1);
  });

  it("does not look at rows before it", () => {
    const { options, fitted } = trained();
    expect(readCsvWindow(options, fitted, csv("y,z\nn/a,\n1,2\n3,4\n").file).future.count).toBe(1);
  });

  it("of too few rows is refused, with their number", async () => {
    const { options, fitted } = trained({ lookback: 3 });
    const { file } = csv("y,z\n1,2\n3,4\n");
    const error = await userError(() => readCsvWindow(options, fitted, file));
    expect(error.message).toBe(`${file}:3:1: 2 rows are too few: the model reads the last 3`);
  });

  it.each<[string, unknown, RegExp]>([
    ["nothing", undefined, /it is missing/],
    ["a list", [], /it is no object/],
    ["no scalers", { scalers: 3 }, /no scalers/],
    ["a column too few", { scalers: { y: { offset: 0, scale: 1 } } }, /no scaler of column "z"/],
    ["a text", { scalers: { y: { offset: "0", scale: 1 }, z: { offset: 0, scale: 1 } } }, /column "y"/],
    ["null for what is not finite", { scalers: { y: { offset: 0, scale: null }, z: {} } }, /column "y"/],
    ["a scale of 0", { scalers: { y: { offset: 0, scale: 0 }, z: {} } }, /column "y"/],
    ["an infinite scale", { scalers: { y: { offset: 0, scale: Number.POSITIVE_INFINITY } } }, /column "y"/],
  ])("is refused where the run's fitted state is %s", async (_, fitted, message) => {
    const { options } = trained();
    const error = await userError(() => readCsvWindow(options, fitted));
    expect(error.exitCode).toBe(1);
    expect(error.message).toMatch(/^what the run has fitted to its training rows is damaged: /);
    expect(error.message).toMatch(message);
  });

  it("has no scaler of a column called like a property of every object", async () => {
    const text = "__proto__,constructor\n1,2\n3,5\n5,4\n2,7\n4,1\n";
    const options = csv(text, { target: "__proto__", features: ["constructor"], scaling: "standard" });
    const { fitted, targetScaler } = loadCsv(options);
    const kept = JSON.parse(JSON.stringify(fitted)) as CsvFitted;
    expect(readCsvWindow(options, kept).targetScaler).toEqual(targetScaler);
    await userError(() => readCsvWindow(options, { scalers: {} }));
  });

  it("is bit for bit the same for the same last rows, whatever stands before them", async () => {
    const number = fc.oneof(
      fc.integer({ min: -1e9, max: 1e9 }).map((value) => value / 997),
      fc.constantFrom(0, -0, 0.1, 7),
    );
    type Row = readonly number[];
    const rows = (minLength: number, maxLength: number) =>
      fc.array(fc.tuple(number, number, number), { minLength, maxLength });
    // Months; the last rows have the same ones, whatever stands before.
    const month = (row: number): string => new Date(Date.UTC(2000, row, 1)).toISOString().slice(0, 7);
    const lines = (values: readonly Row[], end: number): string[] =>
      values.map((line, row) => {
        const cells = line.map((value) => (Object.is(value, -0) ? "-0" : String(value)));
        return [month(end - values.length + row), ...cells].join();
      });
    const table = (body: readonly string[]): string => `t,a,b,c\n${body.join("\n")}\n`;
    const property = fc.asyncProperty(
      rows(20, 40),
      rows(6, 6),
      fc.array(rows(0, 30), { minLength: 2, maxLength: 4 }),
      fc.record({
        scaling: fc.constantFrom("standard" as const, "minMax" as const, "none" as const),
        lookback: fc.integer({ min: 1, max: 6 }),
        horizon: fc.integer({ min: 1, max: 3 }),
        testFraction: fc.double({ min: 0.2, max: 0.5, noNaN: true }),
        target: fc.constantFrom("a", "b", "c"),
        features: fc.subarray(["a", "b", "c"], { minLength: 1 }),
        order: fc.constantFrom("check" as const, "sort" as const),
        time: fc.constantFrom("t", undefined),
      }),
      async (training, last, histories, { order, time, ...preprocessing }) => {
        const times = time === undefined ? {} : { time, order };
        const options = csv(table(lines(training, 100)), { ...preprocessing, ...times });
        const fitted: unknown = JSON.parse(JSON.stringify(loadCsv(options).fitted));
        const input = async (history: readonly Row[], file = join(folder, "later.csv")) => {
          const body = lines([...history, ...last], 200);
          writeFileSync(file, table("time" in times && order === "sort" ? body.reverse() : body));
          const { future, targetScaler, ...window } = readCsvWindow(options, fitted, file);
          const x = (await future.read(Int32Array.of(0))).inputs.input as Float32Array;
          return { bits: [...new Int32Array(x.buffer)], targetScaler, times: window.times, next: window.forecastTimes };
        };
        const alone = await input([]);
        expect(alone.next?.[0]).toBe(month(200));
        for (const history of histories) expect(await input(history)).toEqual(alone);
        expect(await input(training, options.file)).toEqual(alone); // the run's own file may have grown
      },
    );
    await fc.assert(property, { numRuns: 100, seed: 1 });
  });
});
