import { basename } from "node:path";
import { csvProblems, csvRows, openCsv, sameNames } from "./csv-source.ts";
import { type Engine, identifier, literal, reasonOf } from "./engine.ts";
import { TableError } from "./findings.ts";
import { merged, placed } from "./places.ts";
import type { Field, Rows } from "./relation.ts";
import { freePrefix } from "./relation.ts";
import type { TableColumn, TableFormat, TableProblem } from "./table.ts";

/** Files whose rows can be read. */
export interface Opened {
  readonly rows: Rows;
  /** What was found out about the files. */
  readonly format: TableFormat;
  /** Why DuckDB cannot read the rows, after it has failed with `error`. */
  failure(error: unknown): Promise<TableError | "line ends">;
}

export interface OpenOptions {
  readonly format: TableFormat;
  /** For copies. */
  readonly folder: string;
  /** Names of columns beside those of the files. */
  readonly names: readonly string[];
  /** Whether the lines of each file are taken to end in one way. */
  readonly sameEnds: boolean;
}

const ENDINGS: readonly (readonly [RegExp, NonNullable<TableFormat["type"]>])[] = [
  [/\.(json|jsonl|ndjson)$/i, "json"],
  [/\.(parquet|pq)$/i, "parquet"],
];

/** @throws TableError where files are damaged or have different columns */
export function openRows(engine: Engine, files: readonly string[], options: OpenOptions): Promise<Opened> {
  const ending = basename(files[0]!).replace(/\.(gz|zst)$/i, "");
  const type = options.format.type ?? ENDINGS.find(([pattern]) => pattern.test(ending))?.[1] ?? "csv";
  return type === "csv" ? openText(engine, files, options) : openTyped(engine, files, type, options);
}

async function openText(engine: Engine, files: readonly string[], options: OpenOptions): Promise<Opened> {
  const opened = await Promise.all(files.map((file, k) => openCsv(engine, file, { ...options, name: String(k) })));
  const problems = opened.filter((found): found is TableProblem => "code" in found);
  if (problems.length > 0) throw new TableError(merged(problems));
  const sources = opened as Exclude<(typeof opened)[number], TableProblem>[];
  const differing = sameNames(sources.map(({ file, layout }) => ({ file, names: layout.names })));
  if (differing.length > 0) throw new TableError(differing);
  const { layout, format } = sources[0]!;
  const prefix = freePrefix([...layout.names, ...options.names]);
  const fields = layout.names.map((name, k): Field => ({ name, raw: `${prefix}${k}`, type: "text" }));
  const from = (k: number, numbered: boolean): string => numberedRows(csvRows(sources[k]!, prefix), prefix, numbered);
  return {
    rows: { fields, from, files, prefix },
    format: { type: "csv", ...format },
    async failure(error) {
      if (/invalid state/.test(String(error)) && options.sameEnds) return "line ends";
      const found: TableProblem[] = [];
      for (const source of sources) found.push(...(await csvProblems(engine, source, prefix)));
      return new TableError(merged(found.length > 0 ? found : [unreadable(files, error)]));
    },
  };
}

async function openTyped(
  engine: Engine,
  files: readonly string[],
  type: "json" | "parquet",
  options: OpenOptions,
): Promise<Opened> {
  const described: { file: string; names: string[]; types: string[] }[] = [];
  const problems: TableProblem[] = [];
  for (const file of files) {
    const source = type === "json" ? `read_json(${literal(file)}, sample_size = -1)` : `read_parquet(${literal(file)})`;
    try {
      const rows = await engine.rows(`DESCRIBE SELECT * FROM ${source}`);
      described.push({ file, names: rows.map(([name]) => String(name)), types: rows.map((row) => String(row[1])) });
    } catch (error) {
      problems.push(unreadable([file], error));
    }
  }
  problems.push(...sameNames(described));
  const [first] = described;
  if (problems.length > 0 || first === undefined) throw new TableError(merged(problems));
  const { names, types } = first;
  const prefix = freePrefix([...names, ...options.names]);
  const fields = names.map((name, k): Field => {
    return { name, raw: `${prefix}${k}`, type: type === "json" || types[k] === "BOOLEAN" ? "text" : typeOf(types[k]!) };
  });
  const from = (k: number, numbered: boolean): string => {
    // The text of a JSON number is read as that of a CSV file.
    const columns = names.map((name) => `${identifier(name)}: 'VARCHAR'`).join();
    const source =
      type === "json"
        ? `read_json(${literal(files[k]!)}, columns = {${columns}})`
        : `read_parquet(${literal(files[k]!)})`;
    const values = names.map((name, c) => {
      const value = fields[c]!.type === "text" ? `${identifier(name)}::VARCHAR` : identifier(name);
      return `${value} AS ${prefix}${c}`;
    });
    return numberedRows(`(SELECT ${values.join()} FROM ${source})`, prefix, numbered);
  };
  const failure = async (error: unknown): Promise<TableError> => new TableError([unreadable(files, error)]);
  return { rows: { fields, from, files, prefix }, format: { type }, failure };
}

function numberedRows(rows: string, prefix: string, numbered: boolean): string {
  return numbered ? `(SELECT *, row_number() OVER () AS ${prefix}_row FROM ${rows})` : rows;
}

function unreadable(files: readonly string[], error: unknown): TableProblem {
  const message = `it cannot be read: ${reasonOf(error).split("\n")[0]!.slice(0, 300)}`;
  return placed(
    "unreadable",
    message,
    [{ file: files[0]!, row: 0 }],
    "make the file again, or say what it is with `format`",
  );
}

/** @param type DuckDB's name of it */
export function typeOf(type: string): TableColumn["type"] {
  if (/^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL.*|BOOLEAN)$/.test(type)) return "number";
  return /^(DATE|TIMESTAMP.*)$/.test(type) ? "time" : "text";
}
