import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { TableError } from "../../../src/support/table/findings.ts";
import { openTable } from "../../../src/support/table/open.ts";
import { fileOf, readTable, refusal } from "./reading.ts";

const TABLES = join(import.meta.dirname, "../../fixtures/tables");

async function problemsOf(...files: string[]): Promise<TableError["problems"]> {
  return openTable({ files, format: {} }).then(
    () => [],
    (error: TableError) => error.problems,
  );
}

describe("files that are no tables", () => {
  it("are told with all that is wrong, each at its row", async () => {
    const file = fileOf('x,y\n1,"a\nb"\n2,c\n3\n4,d,e\n5,f\n"6,g\n');
    expect(await problemsOf(file)).toMatchObject([
      {
        code: "ragged",
        count: 2,
        places: [
          { file, row: 3, text: "3" },
          { row: 4, text: "4,d,e" },
        ],
      },
      { code: "unclosedQuote", count: 1, places: [{ row: 6 }] },
    ]);
  });

  it.each([
    [
      "another encoding",
      Buffer.from("x,y\n1,a\n2,\xe9\n3,c\n", "latin1"),
      [{ code: "encoding", places: [{ row: 2 }] }],
    ],
    [
      "NUL",
      `x,y\n${"1,2\n".repeat(40_000)}1\0,2\n`,
      [{ code: "nul", count: 1, places: [{ row: 40_001, column: "x" }] }],
    ],
    ["nothing", "", [{ code: "emptyFile" }]],
    ["blank lines", "\n\n", [{ code: "emptyFile" }]],
    ["a header", "x,y\n", [{ code: "headerOnly" }]],
    ["no header", "1949-01,112\n1949-02,118\n", [{ code: "noHeader" }]],
    ["a short header", "x,y\na,b,3\nc,d,6\n", [{ code: "header" }]],
    ["a name twice", "x,y,x\n1,2,3\n", [{ code: "duplicateColumn", places: [{ column: "x" }] }]],
    ["an archive", "PK\x03\x04....", [{ code: "noText" }]],
    ["points of two meanings", "x;y\n1;1.234\n2;2.345\n", [{ code: "ambiguousNumber" }]],
  ])("with %s", async (_, content, problems) => {
    expect(await problemsOf(fileOf(content))).toMatchObject(problems);
  });

  it("are missing, with the name that is near", async () => {
    const file = fileOf("x\n1\n");
    await expect(openTable({ files: [`${file}x`], format: {} })).rejects.toMatchObject({
      problems: [{ code: "notFound" }],
      fix: expect.stringContaining("did you mean"),
    });
    expect(await problemsOf(join(dirname(file), "no*.csv"))).toMatchObject([{ code: "notFound" }]);
  });

  it("have other columns than the first", async () => {
    const [first, second] = [fileOf("x,y\n1,2\n"), fileOf("x,z\n1,2\n")] as [string, string];
    expect(await problemsOf(first, second)).toMatchObject([{ code: "columnsDiffer", places: [{ file: second }] }]);
  });

  it("are cut off", async () => {
    const half = (name: string): string => {
      const bytes = readFileSync(join(TABLES, name));
      return fileOf(bytes.subarray(0, bytes.length / 2), name.slice(name.indexOf(".") + 1));
    };
    expect(await problemsOf(half("airline_date32_float_none.parquet"))).toMatchObject([{ code: "unreadable" }]);
    expect(await problemsOf(half("airline.csv.gz"))).toMatchObject([{ code: "unreadable" }]);
    expect(await problemsOf(fileOf('{"a":1}\n{"a":2\n', "jsonl"))).toMatchObject([{ code: "unreadable" }]);
  });

  it.each(["1,2\n", "1"])("unpack to far more than they are: %j", async (unit) => {
    const bomb = fileOf(gzipSync(Buffer.alloc(1e8, unit)), "csv.gz");
    expect(await problemsOf(bomb)).toMatchObject([{ code: "compressed" }]);
  });
});

describe("cells that are no numbers", () => {
  it("are told by kind, and are NaN", async () => {
    const file = fileOf('x,y\n1,2\n2,bad\n3,"1,5"\n4,worse\n5,NA\n6,1_000\n7,inf\n');
    const { problems, cells, format } = await readTable(file, {}, ["y"]);
    expect(problems).toMatchObject([
      {
        code: "notANumber",
        count: 4,
        places: [{ row: 2, column: "y", text: "bad" }, { row: 4 }, { row: 6 }, { row: 7 }],
      },
      {
        code: "notANumber",
        count: 1,
        places: [{ row: 3, text: "1,5" }],
        fix: expect.stringContaining("decimal"),
      },
    ]);
    expect(cells.get("y")).toEqual([2, ...Array(6).fill(Number.NaN)]);
    expect(format.missing).toEqual([]);
  });

  it("have a comma that can be either, unless the spec or another cell says which", async () => {
    const file = fileOf('x,y\n1,"1,234"\n2,"2,345"\n');
    expect((await readTable(file, {}, ["y"])).problems).toMatchObject([{ code: "ambiguousNumber", count: 2 }]);
    expect((await readTable(file, { format: { thousands: "," } })).cells.get("y")).toEqual([1234, 2345]);
    expect((await readTable(file, { format: { decimal: "," } })).cells.get("y")).toEqual([1.234, 2.345]);
    const proven = fileOf('x,y\n1.5,"1,234"\n2,"2,345"\n');
    expect((await readTable(proven)).cells.get("y")).toEqual([1234, 2345]);
  });

  it("are in columns that are not there", async () => {
    expect((await readTable(fileOf("close,y\n1,2\n"), {}, ["close"])).problems).toEqual([]);
    expect(await readTable(fileOf("close,y\n1,2\n"), {}, ["clos"]).catch((error: Error) => error.message)).toMatch(
      /did you mean "close"/,
    );
  });
});

describe("SQL of a spec", () => {
  const file = fileOf("date,close\n2020-01-02,1\n2020-01-01,3\n2020-01-03,2\n");
  const target = join(dirname(file), "written.csv");

  it("makes columns, chooses and orders rows", async () => {
    const { cells, rows } = await readTable(file, {
      select: { double: "close * 2" },
      where: "close > 1",
      orderBy: "date",
    });
    expect(rows).toBe(2);
    expect(cells.get("double")).toEqual([6, 4]);
  });

  it.each([
    "1; DROP TABLE x",
    `1; COPY (SELECT 1) TO '${target}'`,
    `COPY (SELECT 1) TO '${target}'`,
    "1) FROM read_csv('/etc/passwd') WHERE (1 = 1",
    "1), (2",
    "(SELECT max(close) FROM read_csv('/etc/passwd'))",
    `ATTACH '${target}'`,
    "INSTALL httpfs",
    "random()",
    "avg(close) OVER ()",
    "sum(close)",
    "*",
    "$1",
    "1 AS y",
    "clse",
    "",
  ])("is refused, with its key: %s", async (sql) => {
    expect(await refusal(file, { select: { x: sql } })).toMatch(/^select\.x: ./);
    expect(await refusal(file, { where: sql })).toMatch(/^where: ./);
    expect(await refusal(file, { orderBy: `${sql} LIMIT 1` })).toMatch(/^orderBy: ./);
    expect(existsSync(target)).toBe(false);
  });

  it("is a condition where one is wanted", async () => {
    expect(await refusal(file, { where: "close" })).toMatch(/^where: it is no condition/);
  });
});
