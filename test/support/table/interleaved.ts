import type { PrepareOptions } from "../../../src/support/table/prepare-options.ts";
import type { OpenTable } from "../../../src/support/table/table.ts";
import { type Cell, memoryTable } from "./memory-table.ts";

export const SERIES = 30;
export const ROWS = 60_000;

export const OPTIONS: PrepareOptions = {
  time: { column: "t", order: "error", duplicates: "error", gaps: "error" },
  series: ["s"],
  columns: ["x", "y"].map((name) => ({ name, missing: "linear" })),
};

/** Series whose rows take turns, with a few missing values. */
export function interleaved(): OpenTable {
  const cells = (cell: (row: number) => Cell): Cell[] => Array.from({ length: ROWS }, (_, row) => cell(row));
  return memoryTable(
    {
      t: cells((row) => String(Math.floor(row / SERIES))),
      s: cells((row) => `series ${row % SERIES}`),
      x: cells((row) => (row % 97 === 0 ? undefined : row)),
      y: cells((row) => Math.sin(row)),
    },
    2048,
  );
}
