import type { Engine } from "./engine.ts";
import type { Chunk } from "./table.ts";

/** Rows that come together. Unit: rows; DuckDB gives 2048 at a time. */
const CHUNK = 8192;

type Columns = readonly (readonly [name: string, sql: string])[];

/** Streams columns of numbers and texts out of DuckDB, without an object for each cell. */
export async function* readChunks(
  engine: Engine,
  from: string,
  columns: { readonly numbers: Columns; readonly texts: Columns },
): AsyncGenerator<Chunk> {
  const { numbers, texts } = columns;
  const cells = [...numbers, ...texts].map(([, sql], k) => `${sql} AS c${k}`);
  const values = numbers.map((_, k) => `CASE WHEN kept(c${k}) THEN c${k} ELSE 'nan'::DOUBLE END`);
  const strings = texts
    .map((_, k) => `c${numbers.length + k}`)
    .map((c) => {
      // A usual mark for a missing value can be a name as well, such as NA.
      return `CASE WHEN bare(${c}) <> '' AND (usual() OR NOT token(${c})) THEN ${c} END`;
    });
  const any = cells.length === 0 ? ["0"] : [];
  const sql = `SELECT ${[...values, ...strings, ...any].join()} FROM (SELECT ${[...cells, ...any].join()} FROM ${from})`;
  let [count, arrays, lists] = emptyChunk(columns);
  const filled = (): Chunk => ({
    count,
    numbers: new Map(numbers.map(([name], k) => [name, arrays[k]!.slice(0, count)])),
    texts: new Map(texts.map(([name], k) => [name, lists[k]!])),
  });
  for await (const chunk of engine.chunks(sql)) {
    const rows = chunk.rowCount;
    if (count + rows > CHUNK) {
      yield filled();
      [count, arrays, lists] = emptyChunk(columns);
    }
    for (const [k] of numbers.entries()) {
      // A vector's values lie in DuckDB's memory, which goes with the chunk.
      const { items } = chunk.getColumnVector(k) as unknown as { items: Float64Array };
      arrays[k]!.set(items.subarray(0, rows), count);
    }
    for (const [k] of texts.entries()) {
      for (const text of chunk.getColumnValues(numbers.length + k))
        lists[k]!.push((text as string | null) ?? undefined);
    }
    count += rows;
  }
  if (count > 0) yield filled();
}

function emptyChunk({
  numbers,
  texts,
}: {
  numbers: Columns;
  texts: Columns;
}): [number, Float64Array[], (string | undefined)[][]] {
  return [0, numbers.map(() => new Float64Array(CHUNK)), texts.map(() => [])];
}
