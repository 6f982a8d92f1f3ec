import { join } from "node:path";
import { cacheDirectory } from "../system/cache.ts";
import { nearest } from "../system/nearest.ts";
import { UserError } from "../system/user-error.ts";
import { badCells, sentinels } from "./bad-cells.ts";
import { type Cells, judgeCells } from "./cells.ts";
import { Engine, identifier, reasonOf } from "./engine.ts";
import { checkExpression, refused } from "./expression.ts";
import { findFiles, fingerprint } from "./find-files.ts";
import { quotedList, TableError } from "./findings.ts";
import { cellMacros } from "./numbers.ts";
import { merged, placed } from "./places.ts";
import { readChunks } from "./read-chunks.ts";
import { type Field, type Rows, textOf, unpivoted, type View, valueSql, viewed } from "./relation.ts";
import { type Opened, openRows, typeOf } from "./sources.ts";
import type { OpenTable, TableColumn, TableInput, TableProblem } from "./table.ts";
import { makeWorkFolder } from "./work-folder.ts";

/**
 * Finds out how the files of a table are written and what their cells are. Everything that is wrong with them is told at once.
 * @throws TableError (1) where files are missing or damaged; UserError (2) where an expression of the spec is wrong
 */
export async function openTable(input: TableInput): Promise<OpenTable> {
  checkFormat(input);
  const folder = makeWorkFolder(join(cacheDirectory(), "tables"));
  let engine: Engine | undefined;
  const close = (): void => {
    engine?.close();
    folder.remove();
  };
  try {
    engine = await Engine.open(folder.path);
    return await open(engine, folder.path, input, close);
  } catch (error) {
    close();
    throw error;
  }
}

function checkFormat({ format: { decimal, thousands } }: TableInput): void {
  if (thousands === undefined || thousands !== (decimal ?? (thousands === "." ? "," : "."))) return;
  throw new UserError(`format: ${JSON.stringify(thousands)} cannot separate both decimals and thousands`, {
    exitCode: 2,
    fix: "give decimal and thousands different marks",
  });
}

async function open(engine: Engine, folder: string, input: TableInput, close: () => void): Promise<OpenTable> {
  const { files: paths, problems: absent } = await findFiles(engine, input.files);
  if (absent.length > 0) throw new TableError(merged(absent));
  await engine.lock(paths, folder);
  for (const macro of cellMacros()) await engine.rows(macro);
  const files: OpenTable["files"][number][] = [];
  for (const path of paths) files.push(await fingerprint(path));
  const { opened, rows, cells } = await judge(engine, folder, paths, input, true);
  const nothing =
    cells.rows > 0
      ? []
      : [placed("headerOnly", "there are no rows below the header", [{ file: paths[0]!, row: 0 }], "give rows")];
  if (cells.problems.length + nothing.length > 0) throw new TableError(merged([...cells.problems, ...nothing]));
  const view = await viewOf(engine, input, cells.columns);
  const made = await madeColumns(engine, rows, view);
  const [[count] = []] =
    view.where === undefined
      ? [[cells.rows]]
      : await guard(engine.rows(`SELECT count(*)::DOUBLE FROM ${viewed(rows, view)}`), "where");
  const format = { ...opened.format, ...cells.format };
  const table = new Table(engine, rows, view, made, cells.plain);
  return {
    format,
    columns: [...cells.columns, ...made],
    rows: Number(count),
    files,
    read: (columns) => table.read(columns),
    problems: (numbers) => table.problems(numbers, format),
    close,
  };
}

/** Finds out all about the files; those whose lines end in several ways are copied first. */
async function judge(
  engine: Engine,
  folder: string,
  files: readonly string[],
  { format, wide, select = {} }: TableInput,
  sameEnds: boolean,
): Promise<{ opened: Opened; rows: Rows; cells: Cells }> {
  const names = [...Object.keys(select), ...Object.values(wide ?? {})];
  const opened = await openRows(engine, files, { format, folder, names, sameEnds });
  const rows = wide === undefined ? opened.rows : wideRows(opened.rows, wide);
  try {
    return { opened, rows, cells: await judgeCells(engine, rows, { ...opened.format, ...format }) };
  } catch (error) {
    const failure = await opened.failure(error);
    if (failure !== "line ends") throw failure;
    return judge(engine, folder, files, { files, format, select, ...(wide === undefined ? {} : { wide }) }, false);
  }
}

function wideRows(rows: Rows, wide: NonNullable<TableInput["wide"]>): Rows {
  const long = unpivoted(rows, wide);
  if (long !== undefined) return long;
  const message = `fewer than two columns have a time as their header: ${quotedList(rows.fields.map(({ name }) => name))}`;
  throw new TableError([
    placed("notWide", message, [{ file: rows.files[0]!, row: 0 }], "leave wide out, or correct the headers"),
  ]);
}

async function viewOf(
  engine: Engine,
  { select = {}, where, orderBy }: TableInput,
  columns: readonly TableColumn[],
): Promise<View> {
  for (const [name, sql] of Object.entries(select)) {
    if (columns.some((column) => column.name.toLowerCase() === name.toLowerCase())) {
      throw refused(`select.${name}`, "the files have a column of this name");
    }
    await checkExpression(engine, `select.${name}`, sql, "value");
  }
  if (where !== undefined) await checkExpression(engine, "where", where, "value");
  if (orderBy !== undefined) await checkExpression(engine, "orderBy", orderBy, "order");
  const numbers = new Set(columns.filter(({ type }) => type === "number").map(({ name }) => name));
  return { select: new Map(Object.entries(select)), where, orderBy, numbers };
}

/** Types of the columns that expressions make. Each expression is bound alone first, so that an error names its key. */
async function madeColumns(engine: Engine, rows: Rows, view: View): Promise<TableColumn[]> {
  const none = { ...view, select: new Map(), where: undefined, orderBy: undefined };
  const made: TableColumn[] = [];
  for (const [name, sql] of view.select) {
    const bound = { ...none, select: new Map([[name, sql]]) };
    const described = await guard(
      engine.rows(`DESCRIBE SELECT ${identifier(name)} FROM ${viewed(rows, bound)}`),
      `select.${name}`,
    );
    made.push({ name, type: typeOf(String(described[0]?.[1])) });
  }
  if (view.where !== undefined) {
    const bound = { ...none, select: new Map([...view.select, [rows.prefix, view.where]]) };
    const described = await guard(engine.rows(`DESCRIBE SELECT ${rows.prefix} FROM ${viewed(rows, bound)}`), "where");
    if (described[0]?.[1] !== "BOOLEAN") throw refused("where", "it is no condition: it is not true or false");
  }
  if (view.orderBy !== undefined) {
    await guard(engine.rows(`DESCRIBE SELECT * FROM ${viewed(rows, { ...view, where: undefined })}`), "orderBy");
  }
  return made;
}

async function guard<T>(query: Promise<T>, key: string): Promise<T> {
  try {
    return await query;
  } catch (error) {
    throw refused(key, error);
  }
}

class Table {
  readonly #engine: Engine;
  readonly #rows: Rows;
  readonly #view: View;
  readonly #made: ReadonlyMap<string, TableColumn>;
  readonly #plain: ReadonlySet<string>;

  constructor(engine: Engine, rows: Rows, view: View, made: readonly TableColumn[], plain: ReadonlySet<string>) {
    this.#plain = plain;
    this.#engine = engine;
    this.#rows = rows;
    this.#view = view;
    this.#made = new Map(made.map((column) => [column.name, column]));
  }

  async *read({ numbers, texts }: Parameters<OpenTable["read"]>[0]): ReturnType<OpenTable["read"]> {
    const fields = [...numbers, ...texts].map((name) => this.#field(name));
    const absent = fields.filter((field) => typeof field === "string");
    if (absent.length > 0) throw new TableError(this.#absent(absent));
    const columns = {
      numbers: numbers.map((name) => [name, this.#value(name)] as const),
      texts: texts.map((name) => [name, this.#text(name)] as const),
    };
    try {
      yield* readChunks(this.#engine, viewed(this.#rows, this.#view), columns);
    } catch (error) {
      if (error instanceof Error && /out of memory/i.test(error.message)) throw error;
      throw new UserError(`${this.#rows.files.join(", ")}: ${reasonOf(error)}`, {
        exitCode: 1,
        fix: "correct the files or the expressions",
        cause: error,
      });
    }
  }

  async problems(numbers: readonly string[], format: OpenTable["format"]): Promise<TableProblem[]> {
    const found: TableProblem[] = this.#absent(numbers.filter((name) => typeof this.#field(name) === "string"));
    const known = [...new Set(numbers)].filter((name) => typeof this.#field(name) !== "string");
    for (const name of known) {
      const field = this.#field(name) as Field | undefined;
      // A column of numbers has no other cells.
      if (field === undefined || this.#view.numbers.has(name)) continue;
      found.push(...(await badCells(this.#engine, this.#rows, this.#view, field, format)));
    }
    const columns = known.map((name) => ({ name, value: this.#value(name) }));
    return [...found, ...(await sentinels(this.#engine, this.#rows, this.#view, columns))];
  }

  /** The column of the files; undefined of one that an expression makes; the name itself where there is none. */
  #field(name: string): Field | undefined | string {
    return this.#made.has(name) ? undefined : (this.#rows.fields.find((field) => field.name === name) ?? name);
  }

  #value(name: string): string {
    const field = this.#field(name) as Field | undefined;
    if (field === undefined) return `${identifier(name)}::DOUBLE`;
    return this.#plain.has(name) ? `TRY_CAST(${field.raw} AS DOUBLE)` : valueSql(field);
  }

  #text(name: string): string {
    const field = this.#field(name) as Field | undefined;
    return textOf(field ?? { name, raw: identifier(name), type: this.#made.get(name)!.type });
  }

  #absent(names: readonly string[]): TableProblem[] {
    const all = [...this.#rows.fields.map(({ name }) => name), ...this.#made.keys()];
    return [...new Set(names)].map((name) => {
      const near = nearest(name, all);
      const hint = near === undefined ? "" : `; did you mean ${quotedList([near])}?`;
      const message = `there is no column ${quotedList([name])}${hint}`;
      return placed(
        "noColumn",
        message,
        [{ file: this.#rows.files[0]!, row: 0, column: name }],
        `use one of: ${quotedList(all)}`,
      );
    });
  }
}
