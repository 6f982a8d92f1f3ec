import { closeSync, openSync, readdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { counted } from "../system/counted.ts";
import { writeError } from "../system/files.ts";
import { withLock } from "../system/lock.ts";
import { printable } from "../system/printable.ts";
import { sha256 } from "../system/sha256.ts";
import { UserError } from "../system/user-error.ts";
import { quoted, TableError } from "./findings.ts";
import { orderRows, type RowOrder } from "./order-rows.ts";
import { checkOptions, type PrepareOptions } from "./prepare-options.ts";
import {
  checksum,
  headerBytes,
  openPrepared,
  type Prepared,
  type PreparedHeader,
  rowLayout,
  VERSION,
} from "./prepared-file.ts";
import { type RowKeys, readRows } from "./read-rows.ts";
import { RowWriter, sync, writeFully } from "./row-writer.ts";
import type { OpenTable, TableProblem } from "./table.ts";
import { detectTimeFormat } from "./time-column.ts";
import { writeRows } from "./write-rows.ts";

export interface PrepareContext {
  /** Prepared tables lie below it, in `tables/`. */
  readonly cacheDirectory: string;
  /** What decides the rows beside the files and the options: how the table was opened. */
  readonly key: string;
  /** Rows that were read, and how many there are. */
  readonly progress?: (done: number, total: number) => void;
  /** Takes a line when another process prepares the same table. */
  readonly log?: (line: string) => void;
}

/**
 * A table as rows of numbers in one file: series after series, in order of time, checked and filled as the options say. The file stays
 * in the cache under the SHA-256 of all that decides it, and is made anew where it is not whole. It appears by a rename, and two
 * processes make it once. What is kept in memory of a row are 24 bytes, to order it.
 * @throws UserError (1) naming all that is wrong with the table, (2) where options contradict each other, (3) where the system refuses
 */
export async function prepareTable(
  table: OpenTable,
  options: PrepareOptions,
  { cacheDirectory, key, progress = () => undefined, log }: PrepareContext,
): Promise<Prepared> {
  checkOptions(options);
  const files = table.files.map(({ sha256 }) => sha256);
  const name = sha256(JSON.stringify([VERSION, key, files, resolved(options)]));
  const path = join(cacheDirectory, "tables", `${name}.rows`);
  const found = openPrepared(path);
  if (found !== undefined) return found;
  return await withLock(
    `${path}.lock`,
    async () => {
      const made = openPrepared(path);
      if (made !== undefined) return made;
      removeLeftovers(path);
      await make(table, options, path, progress);
      return openPrepared(path) ?? damaged(path);
    },
    { log: log && (() => log("waiting for another process, which prepares the same table")) },
  );
}

/** Whatever order the keys of the options were given in. */
function resolved({ time, series, columns }: PrepareOptions): unknown {
  const times = time && [
    time.column,
    time.dateOrder,
    time.order,
    time.duplicates,
    time.gaps,
    time.frequency && Object.entries(time.frequency).sort(),
    time.fitted && [time.fitted.format.template, time.fitted.format.century],
    time.fitted?.frequency && Object.entries(time.fitted.frequency).sort(),
  ];
  return [times, series, columns.map(({ name, min, max, missing }) => [name, min, max, missing])];
}

function damaged(path: string): never {
  throw new Error(`${path} is not what was written: the disk may be damaged`);
}

/** Files of processes that ended before their work did. The lock is held, so nobody writes to them. */
function removeLeftovers(path: string): void {
  const folder = dirname(path);
  for (const name of readdirSync(folder)) {
    const file = join(folder, name);
    if (file.startsWith(path) && name.endsWith(".tmp")) rmSync(file, { force: true });
  }
}

/** @throws UserError as {@link prepareTable} */
async function make(
  table: OpenTable,
  options: PrepareOptions,
  path: string,
  progress: (done: number, total: number) => void,
): Promise<void> {
  const [values, prepared] = [`${path}.${process.pid}.values.tmp`, `${path}.${process.pid}.tmp`];
  const files: number[] = [];
  const openNew = (name: string): number => {
    files.push(openSync(name, "w+"));
    return files.at(-1)!;
  };
  const close = (): void => {
    for (const file of files.splice(0)) closeSync(file);
    rmSync(values, { force: true });
  };
  try {
    const [valuesFile, preparedFile] = [openNew(values), openNew(prepared)];
    const writer = new RowWriter(values, valuesFile, options.columns.length);
    const { keys, order, header } = await read(table, options, writer, progress);
    const start = headerBytes(header);
    writeFully(prepared, preparedFile, start, 0);
    const rows = new RowWriter(prepared, preparedFile, rowLayout(header).width, start.length);
    writeRows({ path: values, file: valuesFile }, options, keys, order, rows);
    rows.flush();
    const length = start.length + rows.rows * rows.width * 8;
    writeFully(prepared, preparedFile, checksum(preparedFile, length), length);
    sync(prepared, preparedFile);
    // What is left behind by a process that ends after the rename, nobody looks for.
    close();
    renameSync(prepared, path);
  } catch (error) {
    throw writeError(path, error);
  } finally {
    close();
    rmSync(prepared, { force: true });
  }
}

/** Reads and judges the whole table, before anything of it is used. */
async function read(
  table: OpenTable,
  options: PrepareOptions,
  values: RowWriter,
  progress: (done: number, total: number) => void,
): Promise<{ keys: RowKeys; order: RowOrder; header: PreparedHeader }> {
  const { time, columns } = options;
  const found = time && (time.fitted?.format ?? (await detectTimeFormat(table, time.column, time.dateOrder)));
  const [format, noFormat] = found === undefined || "template" in found ? [found, []] : [undefined, found];
  const keys = await readRows(table, options, format, values, progress);
  values.flush();
  const order = orderRows(table, options, keys, format);
  const ofCells = await table.problems(columns.map(({ name }) => name));
  // Without a form of times no cell is one.
  const ofRows = keys.problems.filter((problem) => {
    return problem.code === "time" ? noFormat.length === 0 : !isKnown(problem, ofCells.filter(isError));
  });
  const problems = [...ofCells.filter(isError), ...noFormat, ...ofRows, ...order.problems];
  if (problems.length > 0) throw new TableError(problems);
  if (order.order.length === 0) {
    const names = table.files.map(({ name }) => printable(name)).join(", ");
    throw new UserError(`${names}: no row is left`, { exitCode: 1, fix: "give rows that have values in all columns" });
  }
  const notes = [
    ...ofCells.filter((problem) => !isError(problem)).map(({ message }) => message),
    ...(keys.dropped === 0 ? [] : [`${counted(keys.dropped, "row")} without a value left out`]),
    ...columns.flatMap(({ name, missing }, c) => {
      const count = keys.missing[c]!;
      return count === 0 ? [] : [`${counted(count, "value")} missing in column ${quoted(name)}: ${missing}`];
    }),
    ...order.notes,
  ];
  const header = {
    columns: columns.map(({ name, missing }) => ({ name, missing })),
    series: keys.names.map((name, s) => ({ name, rows: order.rows[s]!, lastTime: keys.lastTimes[s]! })),
    time: time === undefined ? null : { column: time.column, format: format!, frequency: order.frequency },
    notes,
  };
  return { keys, order, header };
}

/** Whether all cells of a column that lack a value are told of as cells that are no numbers. */
function isKnown({ code, count, places }: TableProblem, ofCells: readonly TableProblem[]): boolean {
  const same = ofCells.filter((problem) => problem.places.some(({ column }) => column === places[0]?.column));
  return code === "missing" && same.reduce((sum, problem) => sum + problem.count, 0) >= count;
}

/** Numbers that probably stand for missing values are told of, and kept. */
function isError({ code }: TableProblem): boolean {
  return code !== "sentinel";
}
