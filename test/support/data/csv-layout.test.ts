import { describe, expect, it } from "vitest";
import { type CsvOptions, loadCsv } from "../../../src/support/data/csv.ts";
import { temporaryFolder, userError, write } from "./fixtures.ts";

const folder = temporaryFolder();
let files = 0;

/** The message without the file's name, and the fix, of a file that is refused. */
async function refusal(
  text: string | Uint8Array,
  target = "y",
  more: Partial<CsvOptions> = {},
): Promise<[string, string]> {
  const file = write(folder, `${++files}.csv`, text);
  const plain = { lookback: 2, horizon: 1, testFraction: 0.2, validation: "test", scaling: "standard" } as const;
  const error = await userError(() => loadCsv({ file, target, features: [target], ...plain, ...more }));
  expect(error.exitCode).toBe(1);
  expect(error.message.startsWith(`${file}:`), error.message).toBe(true);
  return [error.message.slice(file.length + 1), error.fix];
}

const DAYS = Array.from({ length: 20 }, (_, k) => new Date(Date.UTC(2024, 0, 1 + k)).toISOString().slice(0, 10));

function table(header: string, row: (day: string, k: number) => string, end = ""): string {
  return `${header}\n${DAYS.map(row).join("\n")}\n${end}`;
}

describe("a file that is not read", () => {
  it("says by what its columns are separated, and what its cells have", async () => {
    const power = table("Date;Power;Voltage", (day, k) => `${day};${k % 7 === 3 ? "?" : `${k}.5`};230`);
    expect(await refusal(power, "Power")).toEqual([
      '1:5: the columns are separated by semicolons, not by commas (3 columns, 20 rows)\n  5:12: 3 cells of column "Power" are "?", a mark for a missing value: 5:12, 12:12, 19:12',
      "separate the columns by commas, for instance with a spreadsheet's CSV; give the missing values, or delete their rows",
    ]);
    const tabs = table("Date\tSales", (day, k) => `${day}\t${k}`);
    expect((await refusal(tabs, "Sales"))[0]).toBe(
      "1:5: the columns are separated by tabs, not by commas (2 columns, 20 rows)",
    );
    const bars = table("Date|Sales", (day, k) => `${day}|${k}`);
    expect((await refusal(bars, "Sale"))[0]).toBe(
      '1:5: the columns are separated by vertical bars, not by commas (2 columns, 20 rows)\n  1:1: there is no column "Sale"; did you mean "Sales"?',
    );
    const quoted = table('"Date";"Sales"', (day, k) => `"${day}";"${k}"`);
    expect((await refusal(quoted, "Sales"))[0]).toBe("1:7: the columns are separated by semicolons, not by commas");
    const spaces = table("year  sales", (_, k) => `${2000 + k}   ${k}.5`);
    expect((await refusal(spaces, "sales"))[0]).toContain(
      "the columns are separated by spaces, not by commas (2 columns)",
    );
  });

  it("has decimal commas: those that could separate thousands are of the same kind", async () => {
    const [message, fix] = await refusal(
      table("Datum;Kurs", (day, k) => `${day};${k === 2 ? "1,125" : k === 3 ? "9" : `11${k},5`}`),
      "Kurs",
    );
    expect(message.split("\n")[1]).toBe(
      '  2:12: 19 cells of column "Kurs" have a decimal comma, such as "110,5": 2:12, 3:12, 4:12, 6:12, 7:12 and 14 more',
    );
    expect(fix).toContain("write numbers with a decimal point");
    const [rows] = await refusal(table("t,y", (day, k) => `${day},${k},5`));
    expect(rows).toContain("20 rows have 3 cells, the header has 2: 2:1, 3:1, 4:1, 5:1, 6:1 and 15 more");
  });

  it.each([
    ['"1,234.5"', "have thousands separators", "write numbers without thousands separators"],
    ["1'234", "have thousands separators", "write numbers without thousands separators"],
    ["1 234", "have thousands separators", "write numbers without thousands separators"],
    ["1.234.567", "have thousands separators", "write numbers without thousands separators"],
    ["$206.81", "have a sign of currency", "write numbers without signs and units"],
    ["12 €", "have a sign of currency", "write numbers without signs and units"],
    ["-1.04%", "have a per cent sign", "write numbers without signs and units"],
    ["101.70M", "have a unit", "write numbers without signs and units"],
    ["21.5 °C", "have a unit", "write numbers without signs and units"],
    ["(12.5)", "have brackets for a minus", "write negative numbers with a minus"],
    ["null", 'are "null", a mark for a missing value', "give the missing values, or delete their rows"],
    ["NA", 'are "NA", a mark for a missing value', "give the missing values, or delete their rows"],
    [".", 'are ".", a mark for a missing value', "give the missing values, or delete their rows"],
    ["", "are empty", "give the missing values, or delete their rows"],
    ["12/31/2024", "have times", "name columns of numbers as target and features"],
    ["many", "are not finite numbers", "give a number"],
    ["0x10", "are not finite numbers", "give a number"],
    ["1e999", "are not finite numbers", "give a number"],
  ])("has cells such as %s, which are counted", async (cell, what, fix) => {
    const [message, advice] = await refusal(table("t,y", (day, k) => `${day},${k % 3 === 0 ? cell : k}`));
    expect(message).toMatch(/^2:12: 7 cells of column "y" /);
    expect(message).toContain(what);
    expect(message).toMatch(/: 2:12[^,]*, 5:12[^,]*, 8:12[^,]*, 11:12[^,]*, 14:12[^,]* and 2 more$/);
    expect(advice).toBe(fix);
  });

  it("has all that is wrong in one message", async () => {
    const text = table("t,y,z", (day, k) =>
      k === 9 ? "" : `${day},${k === 4 ? "?" : `$${k}`},${k === 5 ? "" : k === 6 ? "x" : k}`,
    );
    const [message, fix] = await refusal(`Report\n\n${text}Total,,\nSource: our own books of all years,\n`, "y", {
      features: ["y", "z"],
    });
    expect(message.split("\n")).toEqual([
      "1:1: the header is not the first line, but line 3",
      "  13:1: the line is empty",
      '  4:12: 18 cells of column "y" have a sign of currency, such as "$0": 4:12, 5:12, 6:12, 7:12, 9:12 and 13 more',
      '  8:12: "?" in column "y" is a mark for a missing value, not a number',
      '  9:15: an empty cell in column "z" is not a finite number',
      '  10:15: "x" in column "z" is not a finite number',
      "  24:1: lines 24 to 25 at the end have no numbers: a footer, or rows that are cut off",
      '  13:1: 1 row has no time in column "t", where the other 19 have one: 13:1 ""',
    ]);
    expect(fix.split("; ")).toContain("delete lines 1 to 2");
    expect(fix.split("; ")).toContain("delete lines 24 to 25");
  });

  it("has a row of totals, which would be trained on as one more value", async () => {
    const [message] = await refusal(table("t,y", (day, k) => `${day},${k}`, "Total,190\n"));
    expect(message).toBe('22:1: 1 row has no time in column "t", where the other 20 have one: 22:1 "Total"');
  });

  it("has a value missing in its last row, which is no footer", async () => {
    const [message] = await refusal(table("t,y", (day, k) => `${day},${k === 19 ? "" : k}`));
    expect(message).toBe('21:12: an empty cell in column "y" is not a finite number');
  });

  it("has a column for each time", async () => {
    const wide = `Region,Lat,1/22/20,1/23/20,1/24/20,1/25/20\nAlbania,41.1,1,2,3,4\nAlgeria,28,5,6,7,8\n`;
    expect(await refusal(wide, "Albania")).toEqual([
      '1:12: the table is wide, with a row for each series: 4 of its 6 columns are named by a time, "1/22/20" to "1/25/20"; there is no column "Albania", but in a row: 2:1 has "Albania"',
      "transpose it: a row for each time, a column for each series",
    ]);
    const years = `Series,1959 [YR1959],1960 [YR1960],1961 [YR1961]\nGDP,1,2,3\n`;
    expect((await refusal(years, "CPI"))[0]).toContain("3 of its 4 columns are named by a time");
  });

  it.each<[string, Uint8Array, string, RegExp]>([
    ["UTF-16", Buffer.from("\ufefft,y\n1,2\n", "utf16le"), "1:1", /in UTF-16/],
    ["Latin-1", Buffer.from("t,y\n1,2\nM\xe4rz,3\n", "latin1"), "3:2", /not text in UTF-8 from here on/],
    ["an Excel workbook", Buffer.from("PK\u0003\u0004xl"), "1:1", /an Excel workbook/],
    ["Parquet", Buffer.from("PAR1...."), "1:1", /a Parquet file/],
  ])("is %s", async (_, bytes, place, what) => {
    const [message] = await refusal(bytes);
    expect(message.startsWith(`${place}: `), message).toBe(true);
    expect(message).toMatch(what);
  });

  it("gets messages of bounded length without control characters", async () => {
    const long = "x".repeat(100_000);
    const hidden = "\u001b[2Jx\u202ey";
    const names = Array.from({ length: 5000 }, (_, k) => `column ${k} ${k === 0 ? hidden : long.slice(0, 500)}`);
    for (const [text, target] of [
      [`${names.join()}\n${names.map(() => "1").join()}\n`, "y"],
      [`t,y\n1,${long}\n2,${hidden}\n3,4\n`, "y"],
      [`y\n${Array.from({ length: 3000 }, (_, k) => `mark${k}\n`).join("")}`, "y"],
      [`y\n${Array.from({ length: 3000 }, (_, k) => "1,".repeat(k % 300)).join("\n")}`, "y"],
    ] as const) {
      const [message, fix] = await refusal(text, target);
      expect(message.length + fix.length).toBeLessThan(5000);
      expect((message + fix).replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    }
  });
});
