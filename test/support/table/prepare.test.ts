import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TableError } from "../../../src/support/table/findings.ts";
import { prepareTable } from "../../../src/support/table/prepare.ts";
import type { ColumnRule, PrepareOptions, TimeRule } from "../../../src/support/table/prepare-options.ts";
import type { Prepared } from "../../../src/support/table/prepared-file.ts";
import type { OpenTable, TableProblem } from "../../../src/support/table/table.ts";
import { temporaryFolder, userError } from "../data/fixtures.ts";
import { type Cell, memoryTable } from "./memory-table.ts";
import { plainSeries, prepareNaively } from "./naive.ts";
import { randomTable } from "./random-tables.ts";

const folder = temporaryFolder();
let caches = 0;

const TIME: TimeRule = { column: "t", order: "error", duplicates: "error", gaps: "error" };
const Y: ColumnRule = { name: "y", missing: "error" };

function prepare(
  columns: Readonly<Record<string, readonly Cell[]>>,
  options: Partial<PrepareOptions>,
  cacheDirectory = join(folder, `${++caches}`),
): Promise<Prepared> {
  return prepareTable(memoryTable(columns), { series: [], columns: [Y], ...options }, { cacheDirectory, key: "" });
}

async function tableError(work: () => unknown): Promise<TableError> {
  const error = await userError(work);
  expect(error).toBeInstanceOf(TableError);
  return error as TableError;
}

describe("prepareTable", () => {
  it("makes of random tables what a plain implementation in memory makes", async () => {
    const seen = { prepared: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(randomTable, async ({ columns, options }) => {
        const expected = prepareNaively(columns, options);
        let prepared: Prepared;
        try {
          prepared = await prepare(columns, options);
        } catch (error) {
          if (!(error instanceof TableError)) {
            expect(String(error)).toContain("no row is left");
            expect(expected.series).toEqual([]);
            return;
          }
          const codes = new Set(error.problems.map(({ code }) => code));
          seen.refused++;
          if (options.time?.gaps === "fill") codes.delete("gaps"); // more rows missing than there are
          expect(codes).toEqual(expected.codes);
          return;
        }
        seen.prepared++;
        expect(expected.codes).toEqual(new Set());
        expect(plainSeries(prepared)).toEqual(expected.series);
        prepared.close();
      }),
      { numRuns: 400 },
    );
    expect(seen.prepared).toBeGreaterThan(50);
    expect(seen.refused).toBeGreaterThan(50);
  });

  it("takes a thousand columns, whatever they are called", async () => {
    const names = Array.from({ length: 1000 }, (_, c) => (c === 7 ? "__proto__" : `\n"${c}`));
    const rows = Array.from({ length: 300 }, (_, r) => r);
    const cells = names.map((name, c) => [name, rows.map((r) => (r % 7 === c % 7 ? undefined : r * c))] as const);
    const columns = { s: rows.map((r) => `${r % 3}`), ...Object.fromEntries(cells) };
    const options: PrepareOptions = { series: ["s"], columns: names.map((name) => ({ name, missing: "linear" })) };
    const prepared = await prepare(columns, options);
    expect(plainSeries(prepared)).toEqual(prepareNaively(columns, options).series);
  });

  it("names all that is wrong at once, with counts and the first places", async () => {
    const t = ["2024-01-01", "2024-01-02", "2024-01-02", "2024-01-03", "2024-01-07", "2024-01-05", "2024-01-08", "x"];
    const y = [1, undefined, 3, 400, 5, undefined, 7, 8];
    const options = { time: TIME, columns: [{ name: "y", max: 100, missing: "error" } as const] };
    const { problems, message } = await tableError(() => prepare({ t, y }, options));
    expect(problems.map(({ code, count, places }) => [code, count, places.map(({ row }) => row)])).toEqual([
      ["time", 1, [8]],
      ["missing", 2, [2, 6]],
      ["range", 1, [4]],
      ["order", 1, [6]],
      ["duplicates", 1, [3]],
      ["gaps", 2, [6, 5]],
    ]);
    expect(message).toMatchInlineSnapshot(`
      "memory.csv: 1 row without a time of the form YYYY-MM-DD in column "t": row 8 ("x")
      memory.csv: 2 rows without a value in column "y": row 2, row 6
      memory.csv: 1 row with a value outside -∞ to 100 in column "y": row 4 (400)
      memory.csv: 1 row earlier in column "t" than the row before: row 6 (2024-01-05)
      memory.csv: 1 row with a time of column "t" that a row before has: row 3 (2024-01-02)
      memory.csv: 2 rows missing in column "t", in 2 places, where rows are 1 day apart: row 6 (2024-01-03 to 2024-01-05: 1 row missing), row 5 (2024-01-05 to 2024-01-07: 1 row missing)"
    `);
  });

  it("tells of a gap from the same rows newest first", async () => {
    const t = ["2024-05-01", "2024-03-01", "2024-02-01", "2024-01-01"];
    const { problems } = await tableError(() => prepare({ t, y: [1, 2, 3, 4] }, { time: TIME }));
    expect(problems.map(({ message }) => message)).toMatchInlineSnapshot(`
      [
        "3 rows earlier in column "t" than the row before; all are newest first",
        "1 row missing in column "t", in 1 place, where rows are 1 month apart",
      ]
    `);
  });

  it("fills months, business days and hours across a change of clocks", async () => {
    const fill = { ...TIME, gaps: "fill" } as const;
    const filled = async (t: readonly string[]): Promise<string[]> => {
      const columns = [{ name: "y", missing: "ffill" } as const];
      const prepared = await prepare({ t, y: t.map((_, k) => k) }, { time: fill, columns });
      return plainSeries(prepared)[0]!.rows.map(({ time }) => new Date(time!).toISOString().slice(0, 16));
    };
    expect(await filled(["2023-11-30", "2023-12-31", "2024-01-31", "2024-03-31", "2024-04-30"])).toEqual(
      ["2023-11-30", "2023-12-31", "2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"].map((day) => `${day}T00:00`),
    );
    const week = [4, 5, 6, 7, 8, 11, 12, 13, 14, 15, 19].map((day) => `2024-03-${String(day).padStart(2, "0")}`);
    expect((await filled(week)).slice(-3)).toEqual(["2024-03-15T00:00", "2024-03-18T00:00", "2024-03-19T00:00"]);
    const hours = ["T00:00:00+01:00", "T01:00:00+01:00", "T03:00:00+02:00", "T04:00:00+02:00", "T06:00:00+02:00"];
    expect(await filled(hours.map((hour) => `2024-03-31${hour}`))).toEqual([
      "2024-03-30T23:00",
      "2024-03-31T00:00",
      "2024-03-31T01:00",
      "2024-03-31T02:00",
      "2024-03-31T03:00",
      "2024-03-31T04:00",
    ]);
    const days = [
      "2024-03-29T00:00:00+01:00",
      "2024-03-30T00:00:00+01:00",
      "2024-03-31T00:00:00+01:00",
      "2024-04-01T00:00:00+02:00",
    ];
    expect(await filled(days)).toHaveLength(4);
  });

  it("takes a step that is given, with the day that months have in the rows", async () => {
    const frequency = { unit: "months", step: 1, day: 1 } as const;
    const time = { ...TIME, frequency };
    const middle = ["2024-01-15", "2024-02-15", "2024-03-15", "2024-04-15"];
    const prepared = await prepare({ t: middle, y: [1, 2, 3, 4] }, { time });
    expect(prepared.header.time!.frequency).toEqual({ ...frequency, day: 15 });
    const fitted = { format: prepared.header.time!.format, frequency };
    const { problems } = await tableError(() => prepare({ t: middle, y: [1, 2, 3, 4] }, { time: { ...TIME, fitted } }));
    expect(problems.map(({ code, count }) => [code, count])).toEqual([["steps", 3]]);
    const quarters = await tableError(() => {
      return prepare({ t: middle, y: [1, 2, 3, 4] }, { time: { ...time, frequency: { ...frequency, step: 3 } } });
    });
    expect(quarters.problems.map(({ code, count }) => [code, count])).toEqual([["steps", 3]]);
  });

  it("refuses times without a step that most have", async () => {
    const t = ["2024-01-01", "2024-01-02", "2024-01-05", "2024-02-11", "2024-02-20"];
    const { problems } = await tableError(() => prepare({ t, y: [1, 2, 3, 4, 5] }, { time: TIME }));
    expect(problems.map(({ code }) => code)).toEqual(["frequency"]);
    const prepared = await prepare({ t, y: [1, 2, 3, 4, 5] }, { time: { ...TIME, gaps: "allow" } });
    expect(prepared.header.time!.frequency).toBe(null);
  });

  it("refuses gaps with more rows than there are", async () => {
    const t = ["2024-01-01", "2024-01-02", "2024-01-03", "9024-01-04"];
    const options = { time: { ...TIME, gaps: "fill" } as const, columns: [{ name: "y", missing: "ffill" } as const] };
    const { message } = await tableError(() => prepare({ t, y: [1, 2, 3, 4] }, options));
    expect(message).toMatch(/would be filled with 2,556,\d+ rows, where there are 4 rows/);
  });

  it("reads on where the first rows leave open whether the day comes first", async () => {
    const days = Array.from({ length: 2000 }, (_, k) => new Date(Date.UTC(2001, k % 12, 1 + (k % 10))));
    const t = days.map((day) => `${day.getUTCDate()}/${day.getUTCMonth() + 1}/${day.getUTCFullYear()}`);
    const time = { ...TIME, order: "sort", duplicates: "first", gaps: "allow" } as const;
    const y = t.map((_, k) => k);
    const { problems } = await tableError(() => prepare({ t, y }, { time }));
    expect(problems.map(({ code, fix }) => [code, fix])).toEqual([
      ["ambiguousTime", "say which with `timeFormat: dayFirst` or `timeFormat: monthFirst`"],
    ]);
    const clear = [...t, "31/12/2001"];
    const prepared = await prepare({ t: clear, y: [...y, 0] }, { time });
    expect(prepared.header.time!.format.template).toBe("D/M/YYYY");
    expect(prepared.header.series[0]!.lastTime).toBe("31/12/2001");
  });

  it("tells of cells that are no numbers once, and keeps warnings as notes", async () => {
    const problem = (code: string, column: string): TableProblem => {
      return {
        code,
        message: `${code} in ${column}`,
        count: 1,
        places: [{ file: "memory.csv", row: 2, column }],
        fix: "correct it",
      };
    };
    const read = (y: readonly Cell[], ...problems: readonly TableProblem[]): Promise<Prepared> => {
      const table = { ...memoryTable({ y }), problems: async () => problems };
      return prepareTable(
        table,
        { series: [], columns: [Y] },
        { cacheDirectory: join(folder, `${++caches}`), key: "" },
      );
    };
    const one = await tableError(() => read([1, undefined, 3], problem("notANumber", "y")));
    expect(one.problems.map(({ code }) => code)).toEqual(["notANumber"]);
    const two = await tableError(() => read([1, undefined, undefined], problem("notANumber", "y")));
    expect(two.problems.map(({ code }) => code)).toEqual(["notANumber", "missing"]);
    const noted = await read([1, -999, 3], problem("sentinel", "y"));
    expect(noted.header.notes).toEqual(["sentinel in y"]);
  });

  it("says where a column has no times", async () => {
    const { problems } = await tableError(() => prepare({ t: [undefined, "a", "b"], y: [1, 2, 3] }, { time: TIME }));
    expect(
      problems.map(({ code, message, places }) => [code, message, places.map(({ row, text }) => [row, text])]),
    ).toEqual([
      [
        "time",
        'column "t" has no times',
        [
          [2, '"a"'],
          [3, '"b"'],
        ],
      ],
    ]);
  });

  it("takes two digits of a year for those of the hundred years in which all rows lie", async () => {
    const years = Array.from({ length: 1500 }, (_, k) => 1961 + Math.floor(k / 40));
    const t = years.map((year, k) => `1-Jan-${String(year).slice(2)} 00:${String(k % 40).padStart(2, "0")}`);
    const prepared = await prepare({ t, y: years }, { time: { ...TIME, gaps: "allow" } });
    expect(prepared.header.time!.format.century).toBe(1900);
  });

  it("refuses policies that contradict each other", async () => {
    const options = { time: { ...TIME, gaps: "fill" } as const };
    expect((await userError(() => prepare({ t: ["1"], y: [1] }, options))).message).toContain("`missing: error`");
  });
});

describe("the file of a prepared table", () => {
  const columns = { s: ["b", "a", "b", "a"], y: [1, 2, 3, 4] };
  const options = { series: ["s"] };

  it("is made once, and anew where it is cut, damaged or of another version", async () => {
    const cache = join(folder, "once");
    let reads = 0;
    const table = memoryTable(columns);
    const counting: OpenTable = {
      ...table,
      read(wanted) {
        reads++;
        return table.read(wanted);
      },
    };
    const rows = async (): Promise<unknown> => {
      const prepared = await prepareTable(counting, { columns: [Y], ...options }, { cacheDirectory: cache, key: "" });
      const plain = plainSeries(prepared);
      prepared.close();
      return plain;
    };
    const expected = await rows();
    expect(await rows()).toEqual(expected);
    expect(reads).toBe(1);
    const [name] = readdirSync(join(cache, "tables"));
    expect(readdirSync(join(cache, "tables"))).toEqual([name]);
    const path = join(cache, "tables", name!);
    const whole = readFileSync(path);
    for (let at = 0; at < whole.length; at += 7) {
      const bytes = Buffer.from(whole);
      bytes[at]! ^= 1;
      writeFileSync(path, bytes);
      expect(await rows()).toEqual(expected);
    }
    const damaged = reads;
    for (const length of [0, 10, 40, whole.length - 40, whole.length - 1]) {
      truncateSync(path, length);
      expect(await rows()).toEqual(expected);
    }
    writeFileSync(path, Buffer.concat([whole, Buffer.alloc(8)]));
    expect(await rows()).toEqual(expected);
    expect(damaged).toBe(1 + Math.ceil(whole.length / 7));
    expect(reads).toBe(damaged + 6);
    expect(readFileSync(path)).toEqual(whole);
  });

  it("is another one for other files, options and keys", async () => {
    const cache = join(folder, "keys");
    await prepare(columns, options, cache);
    await prepare(columns, { ...options, columns: [{ ...Y, min: 0 }] }, cache);
    await prepare({ ...columns, y: [1, 2, 3, 5] }, options, cache);
    await prepareTable(memoryTable(columns), { columns: [Y], ...options }, { cacheDirectory: cache, key: "where" });
    expect(readdirSync(join(cache, "tables"))).toHaveLength(4);
  });

  it("is made by one of several that want it at once; what others left is removed", async () => {
    const cache = join(folder, "several");
    const first = await prepare(columns, options, cache);
    const left = `${first.path}.999999.tmp`;
    writeFileSync(left, "half");
    truncateSync(first.path, 100);
    const all = await Promise.all(Array.from({ length: 4 }, () => prepare(columns, options, cache)));
    for (const prepared of all) expect(plainSeries(prepared)).toEqual(plainSeries(first));
    expect(readdirSync(join(cache, "tables"))).toHaveLength(1);
    expect(statSync(first.path).size).toBeGreaterThan(100);
  });

  it("leaves nothing behind where the table is refused", async () => {
    const cache = join(folder, "refused");
    await tableError(() => prepare({ y: [undefined] }, {}, cache));
    expect(readdirSync(join(cache, "tables"))).toEqual([]);
  });
});
