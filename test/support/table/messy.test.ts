import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { sha256 } from "../../../src/support/system/sha256.ts";
import type { TableFormat } from "../../../src/support/table/table.ts";
import { readTable } from "./reading.ts";

const FOLDER = join(import.meta.dirname, "../../fixtures/messy");
const TABLES = join(import.meta.dirname, "../../fixtures/tables");

/** What cannot be seen in the file. */
const GIVEN: Readonly<Record<string, TableFormat>> = { "07_sentinel_9999_comment.csv": { missing: ["-9999"] } };

describe("messy tables", () => {
  const names = readdirSync(FOLDER).filter((name) => !name.endsWith(".json"));

  it("are there", () => expect(names.length).toBeGreaterThan(9));

  it.each(names)("%s is read as it is meant", async (name) => {
    const path = join(FOLDER, name);
    const expected = JSON.parse(readFileSync(path.replace(/\.\w+$/, ".expected.json"), "utf8"));
    const { rows, cells, types, problems, format, files } = await readTable(path, { format: GIVEN[name] ?? {} });
    expect(problems).toEqual([]);
    expect(rows).toBe(expected.n_data_rows);
    expect(format.delimiter).toBe(expected.delimiter);
    expect(files).toEqual([{ name: path, bytes: readFileSync(path).length, sha256: sha256(readFileSync(path)) }]);
    let compared = 0;
    for (const [k, column] of (expected.columns as string[]).entries()) {
      const found = [...types].find(([own]) => own === column || own === `${column} [YR${column}]`);
      const values = expected.rows.map((row: unknown[]) => row[k]);
      if (found?.[1] !== "number") continue;
      compared++;
      expect(cells.get(found[0])).toEqual(
        values.map((value: unknown) => (value === null ? Number.NaN : Number(value))),
      );
    }
    expect(compared).toBeGreaterThan(0);
  });

  it("has wide columns as rows, beside the columns that say whose they are", async () => {
    const path = join(FOLDER, "09_wide_one_column_per_year.csv");
    const { rows, types, cells } = await readTable(path, { wide: { time: "year", value: "v" } });
    expect([...types.keys()]).toEqual(["Country Name", "Series Name", "Series Code", "year", "v"]);
    expect(rows).toBe(200);
    expect(cells.get("year")!.slice(48, 52)).toEqual([2007, 2008, 1959, 1960]);
    expect(cells.get("v")!.slice(50, 53)).toEqual([5.6, Number.NaN, 6.2]);
    expect(cells.get("Series Code")!.slice(49, 51)).toEqual(["REALGDP", "UNEMP"]);
  });

  it("tells of numbers that stand for missing ones, and takes them as they are", async () => {
    const { problems, cells } = await readTable(join(FOLDER, "07_sentinel_9999_comment.csv"));
    expect(problems).toMatchObject([
      { code: "sentinel", count: 4, places: [{ row: 4 }, { row: 5 }, { row: 6 }, { row: 41 }] },
    ]);
    expect(cells.get("SSN")![3]).toBe(-9999);
  });
});

describe("files of other formats", () => {
  const passengers = async (name: string): Promise<(number | string | undefined)[]> => {
    const { cells, rows } = await readTable(join(TABLES, name));
    expect(rows).toBe(144);
    return cells.get("passengers")!;
  };

  it.each(readdirSync(TABLES))("%s", async (name) => {
    const plain = await passengers("airline.csv.gz");
    const holes = name.includes("nulls") ? [5, 77].map((row) => (row < 144 ? row : 0)) : [];
    const values = await passengers(name);
    const missing = [...values.keys()].filter((row) => Number.isNaN(values[row]));
    expect(missing.length).toBe(holes.length);
    expect(values.filter((_, row) => !missing.includes(row))).toEqual(plain.filter((_, row) => !missing.includes(row)));
    expect(plain.slice(0, 3)).toEqual([112, 118, 132]);
  });

  it("gives times of a type as ISO 8601", async () => {
    const { cells, types } = await readTable(join(TABLES, "airline_timestamp_nulls_zstd.parquet"));
    expect(types.get("month")).toBe("time");
    expect(cells.get("month")![1]).toBe("1949-02-01T00:00:00");
  });
});
