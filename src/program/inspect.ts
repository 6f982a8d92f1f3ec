import { type TablePlan, tableInput } from "../core/sources/table.ts";
import { dataFile } from "../support/data/data-file.ts";
import { parseTime } from "../support/data/time-format.ts";
import { cacheDirectory } from "../support/system/cache.ts";
import { counted } from "../support/system/counted.ts";
import { printable } from "../support/system/printable.ts";
import { UserError } from "../support/system/user-error.ts";
import { describeProblem, quoted, TableError } from "../support/table/findings.ts";
import { absolute, openedBy, requireColumns, requireTime } from "../support/table/load.ts";
import { openTable } from "../support/table/open.ts";
import { prepareTable } from "../support/table/prepare.ts";
import type { OpenTable, TableFormat, TableInput, TableProblem } from "../support/table/table.ts";
import { detectTimeFormat } from "../support/table/time-column.ts";

/** What a column is to the model; "unused": nothing. */
export type ColumnRole = "time" | "series" | "target" | "feature" | "unused";

export interface InspectedColumn {
  readonly name: string;
  readonly type: "number" | "time" | "text";
  readonly role: ColumnRole;
  /** Cells without a value; of a column of numbers those, too, that are no numbers. */
  readonly missing: number;
  /** The least and the greatest number, the first and the last time as the table has them; null of texts, and where there is none. */
  readonly min: number | string | null;
  readonly max: number | string | null;
}

/** What is found in the table of a spec. */
export interface Inspection {
  /** null where the table cannot be read. */
  readonly rows: number | null;
  /** How the files are written, everything detected; null where they cannot be read. */
  readonly format: TableFormat | null;
  readonly files: OpenTable["files"];
  readonly columns: readonly InspectedColumn[];
  /** What refuses the table, and what is doubtful: those are warnings. */
  readonly problems: readonly (TableProblem & { readonly severity: "error" | "warning" })[];
  /** Sentences about what training does with the table. */
  readonly notes: readonly string[];
}

/**
 * Reads a table as a program of the spec does, and says all that is found. Nothing is written but the prepared table, which the cache
 * keeps for training.
 * @param directory folder of the data files
 */
export async function inspectTable(dataset: TablePlan, directory: string): Promise<Inspection> {
  const problems: Inspection["problems"][number][] = [];
  const collect = async <T>(work: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      problems.push(...problemsOf(error));
      return undefined;
    }
  };
  const files = dataset.path.map((file) => dataFile(directory, file));
  const input: TableInput = { ...tableInput(dataset), files };
  const opened = await collect(() => openTable(absolute(input)));
  if (opened === undefined) return { rows: null, format: null, files: [], columns: [], problems, notes: [] };
  try {
    const { time, order, series, columns } = dataset;
    const options = { input, ...(time && { time }), ...(order && { order }), series, columns };
    const hasAll = await collect(() => {
      const source = dataset.path.join(", ");
      requireColumns(opened, options, source);
      requireTime(opened, options, source);
      return true;
    });
    const inspected = await inspectColumns(opened, dataset);
    const numbers = inspected.filter(({ type, role }) => type === "number" && role !== "unused");
    const doubts = hasAll === undefined ? [] : await opened.problems(numbers.map(({ name }) => name));
    const context = { cacheDirectory: cacheDirectory(), key: openedBy(input, opened) };
    const prepared = hasAll === undefined ? undefined : await collect(() => prepareTable(opened, options, context));
    const warnings = doubts.filter(({ code }) => code === "sentinel").map(asWarning);
    return {
      rows: opened.rows,
      format: opened.format,
      files: opened.files,
      columns: inspected,
      problems: [...problems, ...warnings, ...numbers.flatMap(constant)],
      notes: prepared?.header.notes ?? [],
    };
  } finally {
    opened.close();
  }
}

/** @throws what is no mistake of the table */
function problemsOf(error: unknown): Inspection["problems"] {
  if (error instanceof TableError) return error.problems.map((problem) => ({ ...problem, severity: "error" }));
  if (!(error instanceof UserError)) throw error;
  const { message, fix = "" } = error;
  return [{ code: "table", message, count: 1, places: [], fix, severity: "error" }];
}

function asWarning(problem: TableProblem): Inspection["problems"][number] {
  return { ...problem, severity: "warning" };
}

function constant({ name, min, max }: InspectedColumn): Inspection["problems"] {
  if (min === null || min !== max) return [];
  const message = `all values of column ${quoted(name)} are ${min}`;
  return [
    asWarning({ code: "constant", message, count: 1, places: [], fix: "leave it out: nothing is learned of it" }),
  ];
}

function roleOf(name: string, { time, series, target, features }: TablePlan): ColumnRole {
  if (name === time?.column) return "time";
  if (series.includes(name)) return "series";
  if (name === target) return "target";
  return features.includes(name) ? "feature" : "unused";
}

/** One pass over all cells. */
async function inspectColumns(table: OpenTable, dataset: TablePlan): Promise<InspectedColumn[]> {
  const ranges = new Map<string, Range>();
  for (const { name, type } of table.columns) {
    if (type === "number") ranges.set(name, new NumberRange());
    else if (type === "text") ranges.set(name, new TextRange());
    else {
      const format = await detectTimeFormat(table, name, dataset.time?.dateOrder);
      ranges.set(name, "template" in format ? new TimeRange(format) : new TextRange());
    }
  }
  const numbers = table.columns.filter(({ type }) => type === "number").map(({ name }) => name);
  const texts = table.columns.filter(({ type }) => type !== "number").map(({ name }) => name);
  for await (const chunk of table.read({ numbers, texts })) {
    for (const name of numbers) for (const value of chunk.numbers.get(name)!) ranges.get(name)!.add(value);
    for (const name of texts) for (const text of chunk.texts.get(name)!) ranges.get(name)!.add(text);
  }
  return table.columns.map(({ name, type }) => {
    const { missing, min, max } = ranges.get(name)!;
    return { name, type, role: roleOf(name, dataset), missing, min, max };
  });
}

abstract class Range {
  missing = 0;
  min: number | string | null = null;
  max: number | string | null = null;
  abstract add(cell: number | string | undefined): void;
}

class NumberRange extends Range {
  override min: number | null = null;
  override max: number | null = null;

  override add(value: number): void {
    if (Number.isNaN(value)) this.missing++;
    else {
      if (this.min === null || value < this.min) this.min = value;
      if (this.max === null || value > this.max) this.max = value;
    }
  }
}

class TextRange extends Range {
  override add(text: string | undefined): void {
    if (text === undefined) this.missing++;
  }
}

class TimeRange extends Range {
  readonly #format: Parameters<typeof parseTime>[1];
  #first = Number.POSITIVE_INFINITY;
  #last = Number.NEGATIVE_INFINITY;

  constructor(format: Parameters<typeof parseTime>[1]) {
    super();
    this.#format = format;
  }

  override add(text: string | undefined): void {
    const time = text === undefined ? undefined : parseTime(text.trim(), this.#format);
    if (text === undefined || time === undefined) {
      this.missing += Number(text === undefined);
      return;
    }
    if (time.instant < this.#first) [this.#first, this.min] = [time.instant, text.trim()];
    if (time.instant > this.#last) [this.#last, this.max] = [time.instant, text.trim()];
  }
}

/** For people: what the files are, a row for each column, then what is wrong and what is doubtful. */
export function describeInspection({ rows, format, files, columns, problems, notes }: Inspection): string {
  const lines: string[] = [];
  if (rows !== null && format !== null) {
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    lines.push(`${counted(rows, "row")} in ${counted(files.length, "file")}, ${bytes.toLocaleString("en-US")} bytes`);
    const detected = Object.entries(format).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
    lines.push(`read with ${detected.join(", ")}`, "");
    const cells = [
      ["column", "type", "role", "missing", "least or first", "greatest or last"],
      ...columns.map(({ name, type, role, missing, min, max }) => [
        quoted(name),
        type,
        role,
        missing.toLocaleString("en-US"),
        String(min ?? ""),
        String(max ?? ""),
      ]),
    ];
    const widths = cells[0]!.map((_, k) => Math.max(...cells.map((row) => row[k]!.length)));
    lines.push(
      ...cells.map((row) =>
        row
          .map((cell, k) => cell.padEnd(widths[k]!))
          .join("  ")
          .trimEnd(),
      ),
      "",
    );
  }
  lines.push(...notes.map((note) => `note: ${note}`));
  for (const problem of problems) {
    lines.push(`${problem.severity}: ${describeProblem(problem)}`, `  fix: ${problem.fix}`);
  }
  if (!problems.some(({ severity }) => severity === "error")) lines.push("the table can be trained on");
  return `${lines.map(printable).join("\n")}\n`;
}
