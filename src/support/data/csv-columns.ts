import { parseNumber } from "./csv-cells.ts";
import { layoutError } from "./csv-layout.ts";
import type { Problem } from "./csv-problems.ts";
import { type CsvTable, rowCells } from "./csv-table.ts";

/**
 * The numbers of each named column.
 * @param others what else is wrong with the file, for the message
 * @throws UserError (1) where a cell is none, or a column is missing, with all that is wrong
 */
export function readColumns(
  table: CsvTable,
  names: readonly string[],
  others: (table: CsvTable) => readonly Problem[],
): Map<string, Float64Array> {
  requireColumns(table, names, undefined, others);
  const columns = [...new Set(names)].map((name) => ({
    index: table.names.indexOf(name),
    name,
    values: new Float64Array(table.starts.length),
  }));
  for (let row = 0; row < table.starts.length; row++) {
    const cells = rowCells(table, row);
    if (cells.length !== table.names.length) throw layoutError(table, names, others);
    for (const { index, values } of columns) {
      const value = parseNumber(cells[index]!.text);
      if (value === undefined) throw layoutError(table, names, others);
      values[row] = value;
    }
  }
  return new Map(columns.map(({ name, values }) => [name, values]));
}

/**
 * @param names of columns of numbers
 * @param time the column of times, where there is one
 * @throws UserError (1) where no column, or more than one, has one of the names
 */
export function requireColumns(
  table: CsvTable,
  names: readonly string[],
  time: string | undefined,
  others: (table: CsvTable) => readonly Problem[],
): void {
  const isThere = (name: string): boolean => {
    const index = table.names.indexOf(name);
    return index >= 0 && table.names.indexOf(name, index + 1) < 0;
  };
  if (!names.every(isThere) || (time !== undefined && !isThere(time))) throw layoutError(table, names, others, time);
}
