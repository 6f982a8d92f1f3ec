import type { DateOrder, FittedTime, Frequency } from "../data/time.ts";
import { UserError } from "../system/user-error.ts";

/**
 * What happens where a column has no value. A value that was filled in is never a target, and nothing is fitted to it. None of these
 * lets a window know what comes after it, nor training what is in the validation and test rows:
 *
 * - error: the table is refused.
 * - drop: the row is left out. It depends on that row alone, but the rows that are left are counted, and shares of them split.
 * - ffill: the last value before it in its series, which is always known in time. Rows before the first value are in no window.
 * - linear: on the line between the values before and after it, by rows. It needs a later value, so no window ends its inputs in
 *   such a row: of each window all that was interpolated lies between inputs of that window or before them. Rows before the first and
 *   after the last value are in no window.
 * - mean: the mean of the training rows, a constant that is fitted once and kept with the run (scalers.ts).
 * - indicator: that mean, and one more feature that is 1 where the value is missing, else 0.
 */
export type MissingPolicy = "error" | "drop" | "ffill" | "linear" | "mean" | "indicator";

/** What is asked of a column of numbers. */
export interface ColumnRule {
  readonly name: string;
  /** Values outside are refused. */
  readonly min?: number;
  readonly max?: number;
  readonly missing: MissingPolicy;
}

/** What is asked of the column of times. */
export interface TimeRule {
  readonly column: string;
  /** Of dates such as 01/02/2020, which may not tell. */
  readonly dateOrder?: DateOrder;
  /** error: the rows of each series must be in order of time; sort: they are put into it. */
  readonly order: "error" | "sort";
  /** Of rows of one series with one time; mean: of each column, of the values that there are. */
  readonly duplicates: "error" | "first" | "last" | "mean";
  /** fill: rows without values are put in; allow: windows count rows, but no forecast spans a gap. */
  readonly gaps: "error" | "fill" | "allow";
  /** Inferred from the times of all rows where it is not given. The day of months is that of the rows. */
  readonly frequency?: Frequency;
  /** What a run knows of its times: nothing is detected then, and nothing inferred. */
  readonly fitted?: Pick<FittedTime, "format" | "frequency">;
}

export interface PrepareOptions {
  /** Where there is none, the rows of each series are in order as they stand. */
  readonly time?: TimeRule;
  /** Columns of texts whose values together name a series; without any, all rows are of one. */
  readonly series: readonly string[];
  readonly columns: readonly ColumnRule[];
}

/** @throws UserError (2) where policies contradict each other */
export function checkOptions({ time, columns }: PrepareOptions): void {
  const unfilled = columns.filter(({ missing }) => missing === "error" || missing === "drop");
  if (time?.gaps === "fill" && unfilled.length > 0) {
    const [{ name, missing }] = unfilled as [ColumnRule];
    throw new UserError(
      `gaps are filled with rows without values, but column ${JSON.stringify(name)} has \`missing: ${missing}\``,
      { exitCode: 2, fix: "say `whenMissing: ffill`, `linear`, `mean` or `indicator`, or take `gaps: allow`" },
    );
  }
}
