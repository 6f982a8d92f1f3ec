import { describe, expect, it } from "vitest";
import { type CsvOptions, loadCsv, readCsvWindow } from "../../../src/support/data/csv.ts";
import type { CsvFitted } from "../../../src/support/data/csv-scalers.ts";
import { temporaryFolder, userError, write } from "./fixtures.ts";

const folder = temporaryFolder();
let files = 0;

function csv(text: string, more: Partial<CsvOptions> = {}): CsvOptions & { notes: string[] } {
  const file = write(folder, `${++files}.csv`, text);
  const notes: string[] = [];
  const plain = {
    target: "y",
    features: ["y"],
    lookback: 3,
    horizon: 2,
    testFraction: 0.2,
    validation: "test",
    scaling: "none",
  } as const;
  return { file, ...plain, notes, note: (line) => notes.push(line.replace(`data: ${file}: `, "")), ...more };
}

async function refusal(text: string, more: Partial<CsvOptions> = {}): Promise<[string, string]> {
  const options = csv(text, more);
  const error = await userError(() => loadCsv(options));
  expect(error.exitCode).toBe(1);
  return [error.message.replace(`${options.file}:`, ""), error.fix];
}

const month = (k: number): string => new Date(Date.UTC(2020, k, 1)).toISOString().slice(0, 7);
const MONTHS = Array.from({ length: 20 }, (_, k) => `${month(k)},${k}`);
const table = (rows: readonly string[], header = "month,y"): string => `${header}\n${rows.join("\n")}\n`;
const reversed = table([...MONTHS].reverse());

/** The target values in the order in which they are read. */
const order = (options: CsvOptions): number[] => Array.from(loadCsv(options).series.values);
const ASCENDING = Array.from({ length: 20 }, (_, k) => k);

describe("rows that are not in order of time", () => {
  it("are refused where the newest comes first, though the spec names no time", async () => {
    expect(await refusal(reversed)).toEqual([
      '2:1: the rows are newest first: column "month" goes from "2021-08" in line 2 back to "2020-01" in line 21',
      "add `time: month` and `order: sort` to the dataset, or `order: asIs` where the rows are right as they are",
    ]);
    expect(await refusal(reversed, { time: "month" })).toEqual([
      expect.stringMatching(/newest first/),
      "add `order: sort` to the dataset",
    ]);
  });

  it("are sorted where the spec asks for it", async () => {
    expect(order(csv(reversed, { time: "month", order: "sort" }))).toEqual(ASCENDING);
    const mixed = table([...MONTHS.slice(7), ...MONTHS.slice(0, 7)]);
    expect(order(csv(mixed, { time: "month", order: "sort" }))).toEqual(ASCENDING);
    const sorted = loadCsv(csv(reversed, { time: "month", order: "sort" }));
    const plain = loadCsv(csv(table(MONTHS)));
    const all = Int32Array.from({ length: plain.train.count }, (_, k) => k);
    expect((await sorted.train.read(all)).inputs.input).toEqual((await plain.train.read(all)).inputs.input);
    expect((await sorted.test.read(Int32Array.of(0))).targets).toEqual(
      (await plain.test.read(Int32Array.of(0))).targets,
    );
  });

  it("are taken as they stand where the spec says so", () => {
    expect(order(csv(reversed, { order: "asIs" }))).toEqual([...ASCENDING].reverse());
  });

  it("are refused where single rows are out of place", async () => {
    const rows = [...MONTHS];
    [rows[4], rows[5]] = [rows[5]!, rows[4]!];
    expect((await refusal(table(rows)))[0]).toBe(
      '7:1: 1 row of 20 is earlier in column "month" than the row before: 7:1 "2020-05" after "2020-06"',
    );
  });

  it("are refused where times are repeated, sorted or not", async () => {
    const rows = [...MONTHS.slice(0, 6), "2020-03,9", ...MONTHS.slice(6), "2020-04,9"];
    const wanted =
      '2 rows of 22 repeat a time of column "month": 8:1 "2020-03" as in line 4, 23:1 "2020-04" as in line 5';
    expect((await refusal(table(rows)))[0]).toContain(wanted);
    expect((await refusal(table(rows), { time: "month" }))[0]).toContain(wanted);
    const [message, fix] = await refusal(table(rows), { time: "month", order: "sort" });
    expect(message).toMatch(/2 rows of 22 repeat a time/);
    expect(fix).toBe("keep one row for each time, of one series");
  });

  it.each([
    ["one after the other", [...MONTHS.map((row) => `${row},Bonn`), ...MONTHS.map((row) => `${row},Kiel`)]],
    ["side by side", MONTHS.flatMap((row) => [`${row},Bonn`, `${row},Kiel`])],
  ])("are refused where they are of several series, %s", async (_, rows) => {
    const text = table(rows, "month,y,city");
    for (const options of [{}, { time: "month" }, { time: "month", order: "sort" as const }]) {
      expect(await refusal(text, options)).toEqual([
        '2:1: the rows are of 2 series: column "city" has "Bonn", "Kiel", each with times of its own',
        'keep the rows of one series in the file, such as those where "city" is "Bonn"',
      ]);
    }
  });

  it("are refused where series have numbers for names, or none", async () => {
    const numbered = [1, 2, 3].flatMap((id) => Array.from({ length: 8 }, (_, k) => `${2001 + k},${k},${id}`));
    expect((await refusal(table(numbered, "year,y,id")))[0]).toMatch(/of 3 series: column "id" has "1", "2", "3"/);
    const samples = [1, 2, 3].flatMap((sample) => Array.from({ length: 8 }, (_, k) => `${sample},${k},${k}`));
    expect((await refusal(table(samples, "sample,time,y")))[0]).toMatch(/16 rows of 24 repeat a time of column "time"/);
    const unnamed = [1, 2, 3].flatMap(() => Array.from({ length: 8 }, (_, k) => `${month(k)},${k}`));
    const [message] = await refusal(table(unnamed));
    expect(message).toMatch(/16 rows of 24 repeat a time/);
    expect(message).toMatch(
      /2 rows of 24 are earlier in column "month" than the row before: 10:1 "2020-01" after "2020-08"/,
    );
  });

  it("are told of hours that clocks repeat", async () => {
    const hours = ["00:00", "01:00", "02:00", "02:00", "03:00", "04:00", "05:00", "06:00", "07:00", "08:00"];
    const [, fix] = await refusal(
      table(
        hours.map((hour, k) => `2024-10-27 ${hour},${k}`),
        "time,y",
      ),
      { time: "time" },
    );
    expect(fix).toContain("times at which clocks are put back need their zone");
    const zoned = hours.map((hour, k) => `2024-10-27 ${hour}${k < 3 ? "+02:00" : "+01:00"},${k}`);
    const { fitted } = loadCsv(csv(table(zoned, "time,y"), { time: "time", lookback: 2, horizon: 1 }));
    expect(fitted.time?.frequency).toEqual({ unit: "milliseconds", step: 3_600_000 });
  });
});

describe("rows that are in order", () => {
  const values = (header: string, row: (k: number) => string): string =>
    table(
      Array.from({ length: 24 }, (_, k) => row(k)),
      header,
    );

  it.each([
    ["a date beside an hour", values("date,hour,y", (k) => `2024-01-0${1 + Math.floor(k / 12)},${k % 12},${k}`)],
    ["a date beside a clock", values("Date,Time,y", (k) => `16/12/2006,${10 + Math.floor(k / 6)}:${k % 6}0:00,${k}`)],
    ["a year beside a quarter", values("year,quarter,y", (k) => `${1990 + Math.floor(k / 4)},${1 + (k % 4)},${k}`)],
    ["months by number", values("month,y", (k) => `${1 + (k % 12)},${k}`)],
    ["days of the month", values("day,y", (k) => `${1 + (k % 7)},${k}`)],
    ["numbers that fall, in a column that is not called like a time", values("left,y", (k) => `${3000 - k},${k}`)],
    ["a second column of dates", values("date,due,y", (k) => `${month(k)}-01,2024-01-${10 + ((7 * k) % 17)},${k}`)],
    [
      "dates of which day and month can change places",
      values("date,y", (k) => `0${1 + Math.floor(k / 12)}/${String(1 + (k % 12)).padStart(2, "0")}/2024,${k}`),
    ],
    ["the same date in every row", values("downloaded,y", (k) => `2024-01-31,${k}`)],
    [
      "dates that some rows lack",
      values("month,shipped,y", (k) => `${month(k)},${k % 9 === 4 ? "" : month(40 - k)},${k}`),
    ],
    ["times of laps", values("lap,time,y", (k) => `${k},${80 + ((7 * k) % 5)},${k}`)],
    ["no times", values("name,y", (k) => `row ${k},${k}`)],
    ["versions", values("version,y", (k) => `1.${k % 5}.3,${k}`)],
  ])("are not refused: %s", (_, text) => {
    expect(order(csv(text))).toEqual(Array.from({ length: 24 }, (__, k) => k));
  });

  it("keep their form and frequency, named or not", () => {
    const wanted = {
      column: "month",
      format: { template: "YYYY-MM", century: 1969 },
      frequency: { unit: "months", step: 1, day: 1 },
    };
    for (const time of ["month", undefined]) {
      const { fitted, series } = loadCsv(csv(table(MONTHS), time === undefined ? {} : { time }));
      expect(fitted.time).toEqual(wanted);
      expect(series).toMatchObject({ name: "y", trainRows: 16, season: 12 });
    }
    expect(loadCsv(csv(table(MONTHS), { season: 6 })).series.season).toBe(6);
    expect(loadCsv(csv(table(MONTHS), { order: "asIs" })).fitted.time).toBeNull();
  });

  it("are told of steps that are missing", () => {
    const options = csv(table(MONTHS.filter((_, k) => k !== 4 && k !== 9 && k !== 10)));
    loadCsv(options);
    expect(options.notes).toEqual([
      '2 steps of 16 in column "month" are not 1 month (3 rows missing): first from "2020-04" to "2020-06" in line 6; windows count rows all the same',
    ]);
    const irregular = csv(
      table(
        [1, 2, 9, 11, 20, 33, 50, 51, 90, 104].map((k) => `${new Date(k * 864e5).toISOString().slice(0, 10)},${k}`),
      ),
    );
    expect(loadCsv(irregular).fitted.time?.frequency).toBeNull();
    expect(irregular.notes.join()).toMatch(/column "month" has no frequency/);
  });
});

describe("a column that `time` names", () => {
  it("must have times in all rows, all in one form", async () => {
    const rows = [...MONTHS];
    rows[3] = "total,3";
    rows[7] = "2020-08-01,7";
    expect(await refusal(table(rows), { time: "month" })).toEqual([
      '5:1: 2 cells of column "month" are no times of the form YYYY-M, which most have: 5:1 "total", 9:1 "2020-08-01"',
      "write all times in one form, and delete rows that are not of the series",
    ]);
    expect((await refusal(table(MONTHS.map((_, k) => `x${k},${k}`)), { time: "month" }))[0]).toMatch(
      /^2:1: 20 cells of column "month" are no times: 2:1 "x0"/,
    );
    expect((await refusal(table(["2023-02-28,1", "2023-02-29,2", "2023-03-01,3"]), { time: "month" }))[0]).toMatch(
      /1 cell .*3:1 "2023-02-29"/,
    );
  });

  it("must be there", async () => {
    expect((await refusal(table(MONTHS), { time: "mont" }))[0]).toBe(
      '1:1: there is no column "mont"; did you mean "month"?',
    );
  });

  it("says which is the day where the spec does", async () => {
    const text = table(
      Array.from({ length: 12 }, (_, k) => `01/${String(k + 1).padStart(2, "0")}/2024,${k}`),
      "date,y",
    );
    expect(await refusal(text, { time: "date" })).toEqual([
      '2:1: "01/01/2024" in column "date", as all its dates, has the day or the month first',
      "add `timeFormat: dayFirst` or `timeFormat: monthFirst` to the dataset",
    ]);
    const step = (timeFormat: "dayFirst" | "monthFirst") =>
      loadCsv(csv(text, { time: "date", timeFormat })).fitted.time?.frequency;
    expect(step("dayFirst")).toEqual({ unit: "months", step: 1, day: 1 });
    expect(step("monthFirst")).toEqual({ unit: "milliseconds", step: 864e5 });
  });
});

describe("a window to forecast from", () => {
  const trained = (text: string, more: Partial<CsvOptions> = {}) => {
    const options = csv(text, more);
    return { options, fitted: JSON.parse(JSON.stringify(loadCsv(options).fitted)) as CsvFitted };
  };
  const later = Array.from({ length: 6 }, (_, k) => `${month(30 + k)},${k}`);
  const file = (rows: readonly string[], header = "month,y"): string => csv(table(rows, header)).file;

  it("has times, and those that follow, in the form of training", () => {
    const { options, fitted } = trained(table(MONTHS));
    expect(readCsvWindow(options, fitted, file(later))).toMatchObject({
      times: ["2022-10", "2022-11", "2022-12"],
      forecastTimes: ["2023-01", "2023-02"],
    });
    expect(readCsvWindow(options, fitted, file(["1", "2", "3"], "y"))).toMatchObject({
      times: undefined,
      forecastTimes: undefined,
    });
    const days = (first: number, count: number): string[] =>
      Array.from({ length: count }, (_, k) => `${String(first + k).padStart(2, "0")}/01/2024,${k}`);
    const european = trained(table(days(10, 20)));
    // On their own these could have the month first.
    expect(readCsvWindow(european.options, european.fitted, file(days(10, 3)))).toMatchObject({
      forecastTimes: ["13/01/2024", "14/01/2024"],
    });
  });

  it("is sorted as the training rows were", async () => {
    const { options, fitted } = trained(table(MONTHS), { time: "month", order: "sort" });
    const window = readCsvWindow(options, fitted, file([...later].reverse()));
    expect([...(await window.future.read(Int32Array.of(0))).inputs.input]).toEqual([3, 4, 5]);
    expect(window.times).toEqual(["2022-10", "2022-11", "2022-12"]);
  });

  it.each<[string, Partial<CsvOptions>, string[], string, RegExp]>([
    ["newest first", {}, [...later].reverse(), "month,y", /newest first/],
    ["newest first, of one row", { lookback: 1 }, [...later].reverse(), "month,y", /newest first/],
    ["repeated", {}, [...later.slice(0, 4), ...later.slice(3, 5)], "month,y", /1 row of 3 repeats a time/],
    ["without the column of times", { time: "month" }, ["1", "2", "3"], "y", /there is no column "month"/],
    [
      "in another form",
      { time: "month" },
      ["2023-01-01,1", "2023-02-01,2", "2023-03-01,3"],
      "month,y",
      /"2023-01-01" in column "month" is no time of the form YYYY-MM, which the training rows have/,
    ],
    [
      "days, of a model of months",
      {},
      ["1,2023-01,1", "2,2023-04,1", "3,2023-07,1"],
      "y,month,z",
      /the rows are 1 quarter apart in column "month", but the model was trained on steps of 1 month/,
    ],
    [
      "out of order before the window",
      { time: "month" },
      [later[1]!, later[0]!, ...later.slice(2)],
      "month,y",
      /1 row of 6 is earlier/,
    ],
  ])("is refused: %s", async (_, more, rows, header, message) => {
    const { options, fitted } = trained(table(MONTHS), more);
    const error = await userError(() => readCsvWindow(options, fitted, file(rows, header)));
    expect(error.exitCode).toBe(1);
    expect(error.message).toMatch(message);
  });

  it("is told of steps that are missing in it", () => {
    const { options, fitted } = trained(table(MONTHS), { lookback: 4 });
    readCsvWindow(options, fitted, file(later.filter((_, k) => k !== 4)));
    expect(options.notes).toEqual([
      expect.stringMatching(
        /1 step of 3 in column "month" is not 1 month \(1 row missing\): first from "2022-10" to "2022-12"/,
      ),
    ]);
  });

  it.each([
    ["a list", []],
    ["no form", { column: "month", frequency: null }],
    ["an unknown form", { column: "month", format: { template: "(a+)+$", century: 1969 }, frequency: null }],
    [
      "a step of 0",
      {
        column: "month",
        format: { template: "YYYY-MM", century: 1969 },
        frequency: { unit: "months", step: 0, day: 1 },
      },
    ],
    [
      "no such day",
      {
        column: "month",
        format: { template: "YYYY-MM", century: 1969 },
        frequency: { unit: "months", step: 1, day: 32 },
      },
    ],
    [
      "an unknown unit",
      { column: "month", format: { template: "YYYY-MM", century: 1969 }, frequency: { unit: "moons", step: 1 } },
    ],
    ["nothing", undefined],
  ])("is refused where what the run keeps of times is damaged: %s", async (_, time) => {
    const { options, fitted } = trained(table(MONTHS));
    const error = await userError(() => readCsvWindow(options, { ...fitted, time }));
    expect(error).toMatchObject({
      exitCode: 1,
      message: expect.stringMatching(/is damaged: what it says about times/),
    });
  });
});
