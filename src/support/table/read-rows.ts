import { parseTime, type TimeFormat } from "../data/time-format.ts";
import { Findings, quoted } from "./findings.ts";
import type { PrepareOptions } from "./prepare-options.ts";
import type { RowWriter } from "./row-writer.ts";
import type { Chunk, OpenTable, TableProblem } from "./table.ts";

/** The series of a row that is left out. */
export const LEFT_OUT = 0xffff_ffff;

/** What rows are ordered by, by their position in the table. */
export interface RowKeys {
  readonly count: number;
  /** Positions in `names`, or {@link LEFT_OUT}. */
  readonly series: Uint32Array;
  /** The texts that name each series, in the order in which they first appear. */
  readonly names: readonly (readonly string[])[];
  /** undefined where there is no column of times. Units as {@link RowTime} has them. */
  readonly times: { readonly instants: Float64Array; readonly offsets: Float64Array } | undefined;
  /** The latest time of each series, as the table has it. */
  readonly lastTimes: readonly (string | null)[];
  /** Missing values of each column, in rows that are not left out. */
  readonly missing: readonly number[];
  readonly dropped: number;
  readonly problems: readonly TableProblem[];
}

/**
 * Reads the table once: values go to `values`, [row][column], and what rows are ordered by stays in memory, 20 bytes a row.
 * Looks for values out of their range, missing values, and cells that are no times.
 */
export async function readRows(
  table: OpenTable,
  options: PrepareOptions,
  format: TimeFormat | undefined,
  values: RowWriter,
  progress: (done: number, total: number) => void,
): Promise<RowKeys> {
  const { time, series, columns } = options;
  const reader = new RowReader(table, options, format);
  const texts = [...new Set([...(time === undefined ? [] : [time.column]), ...series])];
  const numbers = columns.map(({ name }) => name);
  for await (const chunk of table.read({ numbers, texts })) {
    reader.add(chunk, values);
    progress(reader.count, table.rows);
  }
  return reader.keys();
}

class RowReader {
  count = 0;
  readonly #options: PrepareOptions;
  readonly #format: TimeFormat | undefined;
  readonly #indices = new Map<string, number>();
  readonly #names: (readonly string[])[] = [];
  readonly #lastTimes: (string | null)[] = [];
  readonly #lastInstants: number[] = [];
  readonly #missing: number[];
  #dropped = 0;
  #series: Uint32Array;
  #instants: Float64Array;
  #offsets: Float64Array;
  readonly #noTime: Findings;
  readonly #noSeries: Findings;
  readonly #noValue: readonly Findings[];
  readonly #outside: readonly Findings[];

  constructor(table: OpenTable, options: PrepareOptions, format: TimeFormat | undefined) {
    this.#options = options;
    this.#format = format;
    const { columns, time } = options;
    const capacity = Math.max(16, table.rows);
    this.#series = new Uint32Array(capacity);
    this.#instants = new Float64Array(time === undefined ? 0 : capacity);
    this.#offsets = new Float64Array(time === undefined ? 0 : capacity);
    this.#missing = columns.map(() => 0);
    const findings = (): Findings => new Findings(table);
    [this.#noTime, this.#noSeries] = [findings(), findings()];
    this.#noValue = columns.map(findings);
    this.#outside = columns.map(findings);
  }

  add(chunk: Chunk, values: RowWriter): void {
    const { time, series, columns } = this.#options;
    this.#grow(this.count + chunk.count);
    const numbers = columns.map(({ name }) => chunk.numbers.get(name)!);
    const names = series.map((name) => chunk.texts.get(name)!);
    const times = time === undefined ? undefined : chunk.texts.get(time.column)!;
    const record = new Float64Array(columns.length);
    for (let k = 0; k < chunk.count; k++) {
      for (let c = 0; c < record.length; c++) record[c] = numbers[c]![k]!;
      values.write(record);
      const isIn = !this.#isDropped(record);
      const index = isIn ? this.#seriesOf(names, k) : LEFT_OUT;
      this.#series[this.count] = index;
      if (isIn) this.#check(record);
      if (times !== undefined && isIn) this.#addTime(times[k], index);
      this.count++;
    }
  }

  keys(): RowKeys {
    const { count } = this;
    const hasTimes = this.#options.time !== undefined;
    return {
      count,
      series: this.#series.subarray(0, count),
      names: this.#names,
      times: hasTimes
        ? { instants: this.#instants.subarray(0, count), offsets: this.#offsets.subarray(0, count) }
        : undefined,
      lastTimes: this.#lastTimes,
      missing: this.#missing,
      dropped: this.#dropped,
      problems: this.#problems(),
    };
  }

  #isDropped(record: Float64Array): boolean {
    const { columns } = this.#options;
    for (let c = 0; c < record.length; c++) {
      if (!Number.isNaN(record[c]!) || columns[c]!.missing !== "drop") continue;
      this.#dropped++;
      return true;
    }
    return false;
  }

  #seriesOf(names: readonly (readonly (string | undefined)[])[], k: number): number {
    const key = names.length === 1 ? names[0]![k] : JSON.stringify(names.map((texts) => texts[k]));
    const known = key === undefined ? undefined : this.#indices.get(key);
    if (known !== undefined) return known;
    const name = names.map((texts) => texts[k]);
    const lacking = name.indexOf(undefined);
    if (lacking >= 0) {
      this.#noSeries.add(this.count, this.#options.series[lacking]!);
      return LEFT_OUT;
    }
    this.#indices.set(key!, this.#names.length);
    this.#lastTimes.push(null);
    this.#lastInstants.push(Number.NEGATIVE_INFINITY);
    return this.#names.push(name as string[]) - 1;
  }

  #check(record: Float64Array): void {
    const { columns } = this.#options;
    for (let c = 0; c < record.length; c++) {
      const value = record[c]!;
      const { name, missing, min = -Number.MAX_VALUE, max = Number.MAX_VALUE } = columns[c]!;
      if (value >= min && value <= max) continue;
      if (!Number.isNaN(value)) this.#outside[c]!.add(this.count, name, () => String(value));
      else {
        this.#missing[c]!++;
        if (missing === "error") this.#noValue[c]!.add(this.count, name);
      }
    }
  }

  #addTime(text: string | undefined, index: number): void {
    const time = text === undefined || this.#format === undefined ? undefined : parseTime(text.trim(), this.#format);
    if (time === undefined) {
      this.#noTime.add(this.count, this.#options.time!.column, text === undefined ? undefined : () => quoted(text));
      this.#series[this.count] = LEFT_OUT;
      return;
    }
    this.#instants[this.count] = time.instant;
    this.#offsets[this.count] = time.offset;
    if (index === LEFT_OUT || time.instant < this.#lastInstants[index]!) return;
    this.#lastInstants[index] = time.instant;
    this.#lastTimes[index] = text!.trim();
  }

  #grow(rows: number): void {
    if (rows <= this.#series.length) return;
    const capacity = Math.max(rows, this.#series.length * 2);
    const series = new Uint32Array(capacity);
    series.set(this.#series);
    this.#series = series;
    if (this.#options.time === undefined) return;
    const [instants, offsets] = [new Float64Array(capacity), new Float64Array(capacity)];
    instants.set(this.#instants);
    offsets.set(this.#offsets);
    [this.#instants, this.#offsets] = [instants, offsets];
  }

  #problems(): TableProblem[] {
    const { time, series, columns } = this.#options;
    const form = this.#format === undefined ? "" : ` of the form ${this.#format.template}`;
    return [
      ...this.#noSeries.problem(
        "noSeries",
        "name the series of each row, or delete rows that are of none",
        (rows) => `${rows} without a name in ${series.map(quoted).join(", ")}, which name the series`,
      ),
      ...this.#noTime.problem(
        "time",
        "write all times in one form, and delete rows that are not of the series",
        (rows) => `${rows} without a time${form} in column ${quoted(time?.column ?? "")}`,
      ),
      ...columns.flatMap(({ name, min, max }, c) => [
        ...this.#noValue[c]!.problem(
          "missing",
          "give the values, or say what to do, as with `whenMissing: ffill`",
          (rows) => `${rows} without a value in column ${quoted(name)}`,
        ),
        ...this.#outside[c]!.problem(
          "range",
          "correct the values, or the `min` and `max` of the column",
          (rows) => `${rows} with a value outside ${min ?? "-∞"} to ${max ?? "∞"} in column ${quoted(name)}`,
        ),
      ]),
    ];
  }
}
