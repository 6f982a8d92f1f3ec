import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fileOf, readTable } from "./reading.ts";

const cell = fc.string({ unit: fc.constantFrom(..."ab,;\t|\"'\n#é😀 .-x"), minLength: 1, maxLength: 12 });

describe("a table", () => {
  it("is read as it was written, in every dialect", async () => {
    const texts = cell.filter((text) => text.trim() !== "" && !/^[\s\d.,-]*$/.test(text));
    const table = fc.record({
      delimiter: fc.constantFrom(",", ";", "\t", "|"),
      decimal: fc.constantFrom(".", ","),
      ends: fc.constantFrom("\n", "\r\n"),
      mark: fc.boolean(),
      rows: fc.array(
        fc.tuple(texts, fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }), { nil: Number.NaN })),
        { minLength: 1, maxLength: 20 },
      ),
    });
    await fc.assert(
      fc.asyncProperty(table, async ({ delimiter, decimal, ends, mark, rows }) => {
        const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
        const number = (value: number): string => (Number.isNaN(value) ? "" : String(value).replace(".", decimal));
        const lines = rows.map(([text, value]) => [quoted(text), quoted(number(value)), "1"].join(delimiter));
        const content = [["name", "value", "one"].join(delimiter), ...lines].map((line) => line + ends).join("");
        const format = { delimiter, decimal, skipFooter: 0, skipRows: 0 } as const;
        const { cells } = await readTable(fileOf(`${mark ? "\ufeff" : ""}${content}`), { format }, ["value", "one"]);
        expect(cells.get("name")).toEqual(rows.map(([text]) => text));
        // A number has no negative zero when it is written.
        expect(cells.get("value")).toEqual(rows.map(([, value]) => value + 0));
      }),
      { numRuns: 40 },
    );
  }, 120_000);

  it.each([
    ["names of objects' own", "__proto__,constructor\n1,2\n", { ["__proto__"]: [1], constructor: [2] }],
    ["names that SQL would not take", '"x\ny",😀,"a""b"\n1,2,3\n', { "x\ny": [1], "😀": [2], 'a"b': [3] }],
    ["names that differ in case", "a,A\n1,2\n", { a: [1], A: [2] }],
    ["lines that end in CR", "x,y\r1,a\r2,b\r", { x: [1, 2], y: ["a", "b"] }],
    ["lines that end in several ways", "x,y\r\n1,a\n2,b\r\n", { x: [1, 2], y: ["a", "b"] }],
    ["quotes with line ends", 'x,y\n1,"a\r\nb"\n', { x: [1], y: ["a\r\nb"] }],
    ["a long cell", `x,y\n1,${"z".repeat(100_000)}\n`, { x: [1], y: ["z".repeat(100_000)] }],
    ["one column", "x\n1\n\n3\n\n", { x: [1, Number.NaN, 3] }],
    ["comments", "# a\nx,y\n1,2\n# b\n3,4\n", { x: [1, 3], y: [2, 4] }],
    ["UTF-16", Buffer.from("\ufeffx,y\n1,ä\n", "utf16le"), { x: [1], y: ["ä"] }],
    ["amounts", "x;y\n1;1.234,5\n2;2.345\n3;€ 5\n4;-7%\n", { x: [1, 2, 3, 4], y: [1234.5, 2345, 5, -7] }],
    ["a country called NA", "id,y\nNA,1\nDE,NA\n", { id: ["NA", "DE"], y: [1, Number.NaN] }],
  ])("has %s", async (_, content, expected) => {
    const { cells } = await readTable(fileOf(content));
    expect([...cells]).toEqual(Object.entries(expected));
  });

  it("is in Latin-1 where that is said", async () => {
    const { cells } = await readTable(fileOf(Buffer.from("x,y\n1,é\n", "latin1")), { format: { encoding: "latin-1" } });
    expect(cells.get("y")).toEqual(["é"]);
  });

  it("is several files, in the order of their names", async () => {
    const files = [fileOf("x,y\n1,2\n3,4\n"), fileOf("T\n\nx,y\n5,bad\n")];
    const { cells, problems, rows } = await readTable([files[1]!, files[0]!], {}, ["x", "y"]);
    expect(rows).toBe(3);
    expect(cells.get("x")).toEqual([1, 3, 5]);
    expect(problems).toMatchObject([{ code: "notANumber", places: [{ file: files[1], row: 1 }] }]);
  });
});
