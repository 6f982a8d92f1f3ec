import { basename, dirname, relative, resolve } from "node:path";
import type { Dataset } from "../data/dataset.ts";
import { sortedRecord } from "../data/sorted-record.ts";
import type { ForecastSeries } from "../forecast/compare.ts";
import { cacheDirectory } from "../system/cache.ts";
import { counted } from "../system/counted.ts";
import { nearest } from "../system/nearest.ts";
import { printable } from "../system/printable.ts";
import { UserError } from "../system/user-error.ts";
import { quoted, quotedList } from "./findings.ts";
import { type FittedTable, numberFormat } from "./fitted.ts";
import { openTable } from "./open.ts";
import { prepareTable } from "./prepare.ts";
import type { ColumnRule, PrepareOptions, TimeRule } from "./prepare-options.ts";
import { fitTable, scalersOf, type TableScaler, type TableScaling, unscaled } from "./scalers.ts";
import { type SplitOptions, splitRows } from "./split.ts";
import type { OpenTable, TableInput } from "./table.ts";
import { testSeries } from "./test-series.ts";
import { tableWindows, type WindowOptions } from "./windows.ts";

export interface TableOptions extends WindowOptions {
  readonly input: TableInput;
  readonly time?: TimeRule;
  /** The rows are in order as they stand, whatever times they have. */
  readonly order?: "asIs";
  /** Columns that say together of which series a row is. */
  readonly series: readonly string[];
  /** Of the target and of each feature. */
  readonly columns: readonly (ColumnRule & { readonly scaling: TableScaling })[];
  readonly split: SplitOptions;
  readonly scalePer: "all" | "series";
  /** Rows per season. By default those that the frequency suggests. */
  readonly season?: number;
  /** How many rows there must be, and which files, in the order of their names. */
  readonly rows?: number;
  readonly sha256?: readonly string[];
  /** Takes lines about data that may not be what it seems. */
  readonly note: (line: string) => void;
}

export interface TableDataset extends Dataset {
  readonly fitted: FittedTable;
  readonly target: string;
  /** Of the target, where one scales all series: the first. */
  readonly targetScaler: TableScaler;
  /** Scaled forecasts of the first windows of the test part, [windows, horizon], in units of the data. */
  inDataUnits(scaled: ArrayLike<number>): Float64Array;
  /** The series of the first `windows` windows of the test part, in the order of the windows. */
  testSeries(windows: number): Iterable<ForecastSeries>;
}

/**
 * A table as windows: files are opened, checked and prepared, rows split, scalers fitted to the training rows.
 * @throws UserError (3) where a file is missing or cannot be read, (1) naming all that is wrong with the table
 */
export async function loadTable(options: TableOptions): Promise<TableDataset> {
  const { target, horizon, columns, season, note } = options;
  const table = await openTable(absolute(options.input));
  const source = sourceOf(options.input);
  const say = (line: string): void => note(`data: ${source}: ${line}`);
  try {
    requireFacts(table, options, source);
    requireColumns(table, options, source);
    requireTime(table, options, source);
    const key = openedBy(options.input, table);
    const context = { cacheDirectory: cacheDirectory(), key, log: say, progress: nowAndThen(say) };
    const prepared = await prepareTable(table, options, context);
    const parts = splitRows(prepared, options.split);
    const scalings = columns.map(({ scaling }) => scaling);
    const fit = fitTable(prepared, parts, { scalings, per: options.scalePer });
    const { train, validation, test, notes } = tableWindows(prepared, parts, fit, options);
    for (const line of [...prepared.header.notes, ...notes]) say(line);
    const names = prepared.header.series.map(({ name }) => name);
    const scalers = scalersOf(fit, target, names);
    return {
      train,
      validation,
      test,
      fitted: { ...fit, numbers: numberFormat(table.format) },
      target,
      targetScaler: scalers.find((scaler) => scaler != null)!,
      inDataUnits(scaled) {
        const values = new Float64Array(scaled.length);
        for (let first = 0; first < scaled.length; first += horizon) {
          const scaler = scalers[test.place(first / horizon).series]!;
          const window = Array.prototype.slice.call(scaled, first, first + horizon) as number[];
          values.set(unscaled(window, scaler), first);
        }
        return values;
      },
      testSeries: (windows) => testSeries({ prepared, parts, test, windows, target, season }),
      source: `${source}: ${counted(table.rows, "row")}, ${counted(names.length, "series", "series")}`,
      checksums: sortedRecord(new Map(shortNames(table.files))),
    };
  } finally {
    table.close();
  }
}

const PROGRESS_MILLISECONDS = 5000;

/** How far preparing is, where it takes long. */
function nowAndThen(say: (line: string) => void): (done: number, total: number) => void {
  let last = performance.now();
  return (done, total) => {
    const now = performance.now();
    if (now - last < PROGRESS_MILLISECONDS) return;
    last = now;
    say(`${Math.floor((100 * done) / total)} % of ${counted(total, "row")} read`);
  };
}

/** With the files as the reader takes them. */
export function absolute(input: TableInput): TableInput {
  return { ...input, files: input.files.map((file) => resolve(file)) };
}

/** The files in words, as the spec names them. */
export function sourceOf({ files }: TableInput): string {
  const shown = files.slice(0, 3).map((file) => printable(file));
  return `${shown.join(", ")}${files.length > shown.length ? ` and ${files.length - shown.length} more` : ""}`;
}

/** What decides the rows of a table beside its files. */
export function openedBy({ select, where, orderBy, wide }: TableInput, { format }: OpenTable): string {
  const sorted = Object.entries(format).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([sorted, Object.entries(select ?? {}), where, orderBy, wide]);
}

/** The SHA-256 of each file by the path from the folder that has all of them, so that a folder of data may be moved. */
function shortNames(files: OpenTable["files"]): [name: string, sha256: string][] {
  let folder = dirname(files[0]?.name ?? "");
  for (const { name } of files) {
    while (dirname(folder) !== folder && relative(folder, name).startsWith("..")) folder = dirname(folder);
  }
  return files.map(({ name, sha256 }) => {
    const path = files.length === 1 ? basename(name) : relative(folder, name).replaceAll("\\", "/");
    return [path, sha256];
  });
}

/** @throws UserError (1) where the table is not the one that the spec describes */
function requireFacts({ rows, files }: OpenTable, expected: TableOptions, source: string): void {
  const refuse = (what: string, key: string): UserError => {
    const fix = `give the table that the spec is about, or change \`${key}\` in the dataset`;
    return new UserError(`${source}: ${what}`, { exitCode: 1, fix });
  };
  if (expected.rows !== undefined && rows !== expected.rows) {
    throw refuse(
      `the table has ${counted(rows, "row")}, but must have ${expected.rows.toLocaleString("en-US")}`,
      "rows",
    );
  }
  if (expected.sha256 === undefined) return;
  if (expected.sha256.length !== files.length) {
    const found = counted(files.length, "file");
    throw refuse(
      `there ${files.length === 1 ? "is" : "are"} ${found}, but ${expected.sha256.length} SHA-256`,
      "sha256",
    );
  }
  for (const [k, { name, sha256 }] of files.entries()) {
    if (sha256 === expected.sha256[k]) continue;
    throw refuse(`${printable(basename(name))} has the SHA-256 ${sha256}, not ${expected.sha256[k]}`, "sha256");
  }
}

/** @throws UserError (1) naming the columns that the table lacks, and those that may be meant */
export function requireColumns(
  { columns }: OpenTable,
  { time, series, columns: numbers }: Pick<PrepareOptions, "time" | "series" | "columns">,
  source: string,
): void {
  const names = columns.map(({ name }) => name);
  const known = new Set(names);
  const wanted = new Set([...(time === undefined ? [] : [time.column]), ...series, ...numbers.map(({ name }) => name)]);
  const lacking = [...wanted].filter((name) => !known.has(name));
  if (lacking.length === 0) return;
  const near = lacking.flatMap((name) => {
    const meant = nearest(name, names);
    return meant === undefined ? [] : [`did you mean ${quoted(meant)}?`];
  });
  const has = names.length === 0 ? "no columns" : `the columns ${quotedList(names)}`;
  throw new UserError(`${source}: there is no column ${lacking.map(quoted).join(", ")}; the table has ${has}`, {
    exitCode: 1,
    fix: near.length === 0 ? "name columns of the table, or make them with `select`" : [...new Set(near)].join(" "),
  });
}

/** What columns of times are called; digits alone count as times only under such a name. */
const TIME_NAME = /^(date|time|datetime|timestamp|year|quarter|month|week|day|ds|epoch|t)$/i;

/**
 * Rows that are newest first, or of several series, would be learned from without complaint where nobody looks at their times.
 * @throws UserError (1) where a column has times, and neither `time` nor an order is given
 */
export function requireTime(
  { columns }: OpenTable,
  options: Pick<TableOptions, "time" | "order" | "series" | "columns" | "input">,
  source: string,
): void {
  const { time, order, series, input } = options;
  if (time !== undefined || order === "asIs" || input.orderBy !== undefined) return;
  const used = new Set([...series, ...options.columns.map(({ name }) => name)]);
  const times = columns.find(({ name, type }) => !used.has(name) && (type === "time" || TIME_NAME.test(name)));
  if (times === undefined) return;
  const message = `${source}: column ${quoted(times.name)} seems to have times, but the dataset does not say so with \`time\``;
  const fix = `add \`time: ${JSON.stringify(times.name)}\`, or \`order: asIs\` where the rows are in order as they stand`;
  throw new UserError(message, { exitCode: 1, fix });
}
