import type { Frequency } from "../data/time.ts";
import { gather } from "./gather.ts";
import type { RowOrder } from "./order-rows.ts";
import type { PrepareOptions } from "./prepare-options.ts";
import { type RowLayout, rowLayout } from "./prepared-file.ts";
import type { RowKeys } from "./read-rows.ts";
import type { RowWriter } from "./row-writer.ts";
import { type RowTime, stepsBetween, timeAfter } from "./steps.ts";

/** Where the values of all rows lie, [row][column]. */
export interface ValuesFile {
  readonly path: string;
  readonly file: number;
}

/** Writes the rows in their order: those of one time as one, gaps filled, missing values filled in where that is done here. */
export function writeRows(
  { path, file }: ValuesFile,
  { columns, time }: PrepareOptions,
  { times }: RowKeys,
  { order, starts, frequency }: RowOrder,
  writer: RowWriter,
): void {
  const layout = rowLayout({ columns, time: time ?? null });
  const series = new SeriesWriter(columns, layout, writer, time?.gaps === "fill", frequency);
  const merging = time?.duplicates ?? "first";
  const width = columns.length;
  const merged = new MergedRow(width, merging);
  let s = 0;
  let held: RowTime | undefined;
  const put = (): void => {
    if (merged.count > 0) series.add(held, merged.values());
    merged.clear();
  };
  for (const { first, rows } of gather(path, file, width, order)) {
    for (let k = 0; k * width < rows.length; k++) {
      while (first + k >= starts[s + 1]!) {
        put();
        series.end();
        s++;
      }
      const position = order[first + k]!;
      const at = times && { instant: times.instants[position]!, offset: times.offsets[position]! };
      if (at === undefined || at.instant !== held?.instant) put();
      if (merged.count === 0) held = at;
      merged.add(rows.subarray(k * width, (k + 1) * width));
    }
  }
  put();
}

/** Rows of one time as one. */
class MergedRow {
  count = 0;
  readonly #how: "error" | "first" | "last" | "mean";
  readonly #values: Float64Array;
  readonly #counts: Float64Array;

  constructor(width: number, how: "error" | "first" | "last" | "mean") {
    this.#how = how;
    this.#values = new Float64Array(width);
    this.#counts = new Float64Array(width);
  }

  add(row: Float64Array): void {
    this.count++;
    if (this.#how === "mean") {
      for (let c = 0; c < row.length; c++) {
        if (Number.isNaN(row[c]!)) continue;
        this.#values[c]! += row[c]!;
        this.#counts[c]!++;
      }
    } else if (this.count === 1 || this.#how === "last") this.#values.set(row);
  }

  values(): Float64Array {
    if (this.#how !== "mean") return this.#values;
    return this.#values.map((sum, c) => sum / this.#counts[c]!);
  }

  clear(): void {
    this.count = 0;
    this.#values.fill(0);
    this.#counts.fill(0);
  }
}

/** Writes the rows of one series after the other. */
class SeriesWriter {
  readonly #columns: PrepareOptions["columns"];
  readonly #layout: RowLayout;
  readonly #writer: RowWriter;
  readonly #isFilled: boolean;
  readonly #frequency: Frequency | null;
  readonly #record: Float64Array;
  readonly #none: Float64Array;
  /** The row of the last value of each column, -1 before the first, and that value. */
  readonly #lastRows: Float64Array;
  readonly #lastValues: Float64Array;
  #before: RowTime | undefined;

  constructor(
    columns: PrepareOptions["columns"],
    layout: RowLayout,
    writer: RowWriter,
    isFilled: boolean,
    frequency: Frequency | null,
  ) {
    [this.#columns, this.#layout, this.#writer] = [columns, layout, writer];
    [this.#isFilled, this.#frequency] = [isFilled, frequency];
    this.#record = new Float64Array(layout.width);
    this.#none = new Float64Array(columns.length).fill(Number.NaN);
    this.#lastRows = new Float64Array(columns.length).fill(-1);
    this.#lastValues = new Float64Array(columns.length).fill(Number.NaN);
  }

  add(time: RowTime | undefined, values: Float64Array): void {
    let steps = 1;
    if (time !== undefined && this.#before !== undefined && this.#frequency !== null) {
      steps = stepsBetween(this.#before, time, this.#frequency);
      for (let k = 1; this.#isFilled && k < steps; k++) {
        this.#write(timeAfter(this.#before, k, this.#frequency), this.#none, 0);
      }
    }
    this.#write(time, values, steps === 1 || this.#isFilled ? 0 : 1);
    this.#before = time;
  }

  end(): void {
    this.#before = undefined;
    this.#lastRows.fill(-1);
    this.#lastValues.fill(Number.NaN);
  }

  #write(time: RowTime | undefined, values: Float64Array, gap: number): void {
    const record = this.#record;
    const { values: start, filled } = this.#layout;
    const row = this.#writer.rows;
    if (time !== undefined) [record[0], record[1]] = [time.instant, gap];
    record.set(values, start);
    for (let c = 0; c < values.length; c++) {
      if (filled[c]! < 0) continue;
      const isMissing = Number.isNaN(values[c]!);
      record[filled[c]!] = Number(isMissing);
      if (isMissing) {
        if (this.#columns[c]!.missing === "ffill") record[start + c] = this.#lastValues[c]!;
        continue;
      }
      if (this.#columns[c]!.missing === "linear") this.#interpolate(c, row, values[c]!);
      this.#lastRows[c] = row;
      this.#lastValues[c] = values[c]!;
    }
    this.#writer.write(record);
  }

  /** The rows between the last value of a column and this one. Where there is no last value, nothing is known of them. */
  #interpolate(c: number, row: number, value: number): void {
    const first = this.#lastRows[c]!;
    const before = this.#lastValues[c]!;
    for (let k = first + 1; first >= 0 && k < row; k++) {
      const share = (k - first) / (row - first);
      this.#writer.patch(k, this.#layout.values + c, before * (1 - share) + value * share);
    }
  }
}
