import { sha256 } from "../../../src/support/system/sha256.ts";
import type { Chunk, OpenTable } from "../../../src/support/table/table.ts";

export type Cell = number | string | undefined;

/** A table that lies in memory: columns of numbers, where undefined is a missing value, and of texts. */
export function memoryTable(columns: Readonly<Record<string, readonly Cell[]>>, chunkRows = 3): OpenTable {
  const entries = new Map(Object.entries(columns));
  const rows = [...entries.values()][0]!.length;
  const content = JSON.stringify([...entries].map(([name, cells]) => [name, cells.map((cell) => cell ?? null)]));
  return {
    format: { type: "csv" },
    columns: [...entries].map(([name, cells]) => ({
      name,
      type: cells.every((cell) => typeof cell !== "string") ? "number" : "text",
    })),
    rows,
    files: [{ name: "memory.csv", bytes: content.length, sha256: sha256(content) }],
    async *read({ numbers, texts }) {
      for (let first = 0; first < rows; first += chunkRows) {
        const cut = (name: string): readonly Cell[] => entries.get(name)!.slice(first, first + chunkRows);
        yield {
          count: Math.min(chunkRows, rows - first),
          numbers: new Map(
            numbers.map((name) => [name, Float64Array.from(cut(name), (cell) => (cell as number) ?? Number.NaN)]),
          ),
          texts: new Map(texts.map((name) => [name, cut(name).map((cell) => cell?.toString())])),
        } satisfies Chunk;
      }
    },
    problems: async () => [],
    close: () => undefined,
  };
}
