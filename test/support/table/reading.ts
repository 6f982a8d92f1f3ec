import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openTable } from "../../../src/support/table/open.ts";
import type { TableFormat, TableInput } from "../../../src/support/table/table.ts";

const FOLDER = mkdtempSync(join(tmpdir(), "tables-"));
process.env.LSTM_COMPILE_CACHE = join(FOLDER, "cache");

let files = 0;

/** The path of a new file with a content. */
export function fileOf(content: string | Uint8Array, ending = "csv"): string {
  const path = join(FOLDER, `${files++}.${ending}`);
  writeFileSync(path, content);
  return path;
}

/** All that a table is, and its cells: numbers as numbers (NaN: missing), others as texts. */
export async function readTable(
  files: string | readonly string[],
  rest: Partial<TableInput> = {},
  asNumbers?: readonly string[],
) {
  const table = await openTable({ files: [files].flat(), format: {}, ...rest });
  try {
    const numbers = asNumbers ?? table.columns.filter(({ type }) => type === "number").map(({ name }) => name);
    const texts = table.columns.map(({ name }) => name).filter((name) => !numbers.includes(name));
    const cells = new Map<string, (number | string | undefined)[]>(table.columns.map(({ name }) => [name, []]));
    const problems = await table.problems(numbers);
    for await (const chunk of table.read({ numbers, texts })) {
      for (const [name, values] of [...chunk.numbers, ...chunk.texts]) cells.get(name)!.push(...values);
    }
    const types = new Map(table.columns.map(({ name, type }) => [name, type]));
    return { format: table.format as TableFormat, rows: table.rows, files: table.files, types, cells, problems };
  } finally {
    table.close();
  }
}

/** What opening or reading it says; "" where it is read. */
export async function refusal(files: string | readonly string[], rest: Partial<TableInput> = {}): Promise<string> {
  try {
    await readTable(files, rest);
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}
