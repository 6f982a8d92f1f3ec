import { type CsvTable, rowCells, wrong, wrongAt } from "./csv-table.ts";

/** What counts as a number; Number() alone would take "", "0x10" and "Infinity" too. */
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * The numbers of each named column.
 * @throws UserError (1) at the first cell that is none
 */
export function readColumns(table: CsvTable, names: readonly string[]): Map<string, Float64Array> {
  const unique = [...new Set(names)];
  const columns = unique.map((name) => ({
    name,
    index: columnIndex(table, name),
    values: new Float64Array(table.starts.length),
  }));
  for (let row = 0; row < table.starts.length; row++) {
    const cells = rowCells(table, row);
    if (cells.length !== table.names.length) {
      const what = `the row has ${cells.length} cell${cells.length === 1 ? "" : "s"}, the header has ${table.names.length}`;
      const fix = "make them agree; numbers need a decimal point, not a comma";
      throw wrongAt(table, table.starts[row]!, what, fix);
    }
    for (const { name, index, values } of columns) {
      const { text, start } = cells[index]!;
      const value = Number(text);
      if (!NUMBER.test(text.trim()) || !Number.isFinite(value)) {
        const what = text.trim() === "" ? "an empty cell" : JSON.stringify(text);
        throw wrongAt(
          table,
          start,
          `${what} in column ${JSON.stringify(name)} is not a finite number`,
          "give a number",
        );
      }
      values[row] = value;
    }
  }
  return new Map(columns.map(({ name, values }) => [name, values]));
}

/** @throws UserError (1) where no column, or more than one, has the name */
export function columnIndex(table: CsvTable, name: string): number {
  const { file, header, names } = table;
  const index = names.indexOf(name);
  if (index < 0) {
    const near = nearest(name, names);
    const hint = near === undefined ? "" : `; did you mean ${JSON.stringify(near)}?`;
    throw wrong(file, 1, 1, `there is no column ${JSON.stringify(name)}${hint}`, `use one of: ${names.join(", ")}`);
  }
  const again = names.indexOf(name, index + 1);
  if (again < 0) return index;
  const what = `a second column is called ${JSON.stringify(name)}`;
  throw wrongAt(table, header[again]!.start, what, "give each column its own name");
}

/** The name with the smallest edit distance, where that is at most a third of its length or differs in case alone. */
function nearest(name: string, names: readonly string[]): string | undefined {
  const [best] = names
    .map((candidate) => ({ candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  return best !== undefined && best.distance <= Math.floor(best.candidate.length / 3) ? best.candidate : undefined;
}

/** Levenshtein's. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}
