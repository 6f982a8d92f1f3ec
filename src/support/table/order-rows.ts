import { describeFrequency, type Frequency, inferFrequency } from "../data/time.ts";
import { formatTime, type TimeFormat } from "../data/time-format.ts";
import { counted } from "../system/counted.ts";
import { Findings, quoted } from "./findings.ts";
import type { PrepareOptions, TimeRule } from "./prepare-options.ts";
import { LEFT_OUT, type RowKeys } from "./read-rows.ts";
import { type RowTime, stepsBetween } from "./steps.ts";
import type { OpenTable, TableProblem } from "./table.ts";

/** Rows of a series that its frequency is inferred from. */
const SAMPLE = 10_000;

/** The order that rows are written in. */
export interface RowOrder {
  /** Positions in the table, series after series, each in order of time. */
  readonly order: Uint32Array;
  /** Where each series begins in `order`, and where the last ends. */
  readonly starts: Uint32Array;
  /** null where rows have no times, or their times no step that most are apart. */
  readonly frequency: Frequency | null;
  /** Rows of each series, with those of one time taken together and gaps filled. */
  readonly rows: readonly number[];
  readonly problems: readonly TableProblem[];
  readonly notes: readonly string[];
}

/** Distributes rows to their series (counting sort), orders each by time, and looks for what is wrong with the times. */
export function orderRows(
  table: OpenTable,
  { time }: PrepareOptions,
  keys: RowKeys,
  format: TimeFormat | undefined,
): RowOrder {
  const { order, starts } = distribute(keys);
  const each = keys.names.map((_, s) => order.subarray(starts[s], starts[s + 1]));
  if (time === undefined || keys.times === undefined || format === undefined) {
    return { order, starts, frequency: null, rows: each.map(({ length }) => length), problems: [], notes: [] };
  }
  const times = new TimeKeys(keys.times, format);
  const unordered = new Findings(table);
  let descending = 0;
  for (const rows of each) {
    const { isDescending, isSorted } = times.look(rows, (row) =>
      unordered.add(row, time.column, () => times.text(row)),
    );
    if (isSorted) continue;
    if (isDescending) descending++;
    times.sort(rows, isDescending);
  }
  const frequency = frequencyOf(time, times, each);
  const checked = checkSteps(table, time, times, each, frequency);
  const sameWay = descending === each.length ? "; all are newest first" : "";
  const problems = [
    ...(time.order === "sort"
      ? []
      : unordered.problem(
          "order",
          "add `order: sort`, or put the rows in order of time; rows of several series need `series`",
          (rows) => `${rows} earlier in column ${quoted(time.column)} than the row before${sameWay}`,
        )),
    ...checked.problems,
  ];
  return { order, starts, frequency, rows: checked.rows, problems, notes: checked.notes };
}

function distribute({ series, count, names }: RowKeys): { order: Uint32Array; starts: Uint32Array } {
  const starts = new Uint32Array(names.length + 1);
  for (const index of series) if (index !== LEFT_OUT) starts[index + 1]!++;
  for (let s = 0; s < names.length; s++) starts[s + 1]! += starts[s]!;
  const next = starts.slice();
  const order = new Uint32Array(starts[names.length]!);
  for (let row = 0; row < count; row++) {
    const index = series[row]!;
    if (index !== LEFT_OUT) order[next[index]!++] = row;
  }
  return { order, starts };
}

/** The times of rows by their position in the table. */
class TimeKeys {
  readonly #instants: Float64Array;
  readonly #offsets: Float64Array;
  readonly #format: TimeFormat;

  constructor({ instants, offsets }: NonNullable<RowKeys["times"]>, format: TimeFormat) {
    [this.#instants, this.#offsets, this.#format] = [instants, offsets, format];
  }

  at(row: number): RowTime {
    return { instant: this.#instants[row]!, offset: this.#offsets[row]! };
  }

  isSame(a: number, b: number): boolean {
    return this.#instants[a] === this.#instants[b];
  }

  text(row: number): string {
    return formatTime({ ...this.at(row), zone: "" }, this.#format);
  }

  look(rows: Uint32Array, earlier: (row: number) => void): { isSorted: boolean; isDescending: boolean } {
    const instants = this.#instants;
    let [isSorted, isDescending] = [true, true];
    for (let k = 1; k < rows.length; k++) {
      const step = instants[rows[k]!]! - instants[rows[k - 1]!]!;
      if (step >= 0) isDescending = false;
      if (step >= 0) continue;
      isSorted = false;
      earlier(rows[k]!);
    }
    return { isSorted, isDescending: isDescending && !isSorted };
  }

  /** Rows of one time stay in the order of the table. */
  sort(rows: Uint32Array, isDescending: boolean): void {
    const instants = this.#instants;
    if (isDescending) rows.reverse();
    else rows.sort((a, b) => instants[a]! - instants[b]! || a - b);
  }

  /** Of each series the frequency is inferred; it is the one that most rows have. */
  inferFrequency(series: readonly Uint32Array[]): Frequency | null {
    const votes = new Map<string, number>();
    for (const rows of series) {
      const distinct = rows.subarray(0, SAMPLE).filter((row, k) => k === 0 || !this.isSame(row, rows[k - 1]!));
      const { frequency } = inferFrequency({
        format: this.#format,
        instants: Float64Array.from(distinct, (row) => this.#instants[row]!),
        offsets: Float64Array.from(distinct, (row) => this.#offsets[row]!),
      });
      if (frequency === undefined) continue;
      const key = JSON.stringify(frequency);
      votes.set(key, (votes.get(key) ?? 0) + rows.length);
    }
    const [best] = [...votes].reduce((most, next) => (next[1] > most[1] ? next : most), ["null", 0]);
    return JSON.parse(best) as Frequency | null;
  }
}

function frequencyOf(
  { frequency: given, fitted }: TimeRule,
  times: TimeKeys,
  series: readonly Uint32Array[],
): Frequency | null {
  if (fitted !== undefined) return fitted.frequency;
  if (given !== undefined && given.unit !== "months") return given;
  const inferred = times.inferFrequency(series);
  if (given === undefined) return inferred;
  return inferred?.unit === "months" ? { ...given, day: inferred.day } : given;
}

interface Checked {
  readonly rows: readonly number[];
  readonly problems: readonly TableProblem[];
  readonly notes: readonly string[];
}

/** Counts rows, and looks for repeated times and for steps that are not the frequency. */
function checkSteps(
  table: OpenTable,
  time: TimeRule,
  times: TimeKeys,
  series: readonly Uint32Array[],
  frequency: Frequency | null,
): Checked {
  const [repeated, gaps, uneven] = [new Findings(table), new Findings(table), new Findings(table)];
  const shown = quoted(time.column);
  let missing = 0;
  let total = 0;
  const rows = series.map((positions) => {
    let count = 0;
    for (let k = 0; k < positions.length; k++) {
      const row = positions[k]!;
      const before = positions[k - 1];
      if (before !== undefined && times.isSame(before, row)) {
        repeated.add(row, time.column, () => times.text(row));
        continue;
      }
      count++;
      if (before === undefined || frequency === null) continue;
      const steps = stepsBetween(times.at(before), times.at(row), frequency);
      if (steps === 1) continue;
      const between = (): string => `${times.text(before)} to ${times.text(row)}`;
      if (Number.isNaN(steps)) uneven.add(row, time.column, between);
      else {
        gaps.add(row, time.column, () => `${between()}: ${counted(steps - 1, "row")} missing`);
        missing += steps - 1;
        if (time.gaps === "fill") count += steps - 1;
      }
    }
    total += count;
    return count;
  });
  const step = frequency === null ? "" : describeFrequency(frequency);
  const isLong = series.some(({ length }) => length >= 3);
  const problems = [
    ...(time.duplicates !== "error"
      ? []
      : repeated.problem(
          "duplicates",
          "keep one row for each time and series, say which column is the `series`, or take `duplicates: first`, `last` or `mean`",
          (count) => `${count} with a time of column ${shown} that a row before has`,
        )),
    ...(time.gaps === "allow" ? [] : stepProblems(time, { gaps, uneven, missing, step })),
    ...(frequency === null && time.gaps !== "allow" && isLong ? noFrequency(table, time) : []),
    ...(time.gaps === "fill" && missing > 0 && missing > total - missing
      ? [tooManyMissing(gaps, missing, total - missing)]
      : []),
  ];
  const notes = [
    ...(repeated.count === 0
      ? []
      : [`${counted(repeated.count, "row")} with a repeated time: ${time.duplicates} of each is kept`]),
    ...(missing === 0 || time.gaps !== "fill"
      ? []
      : [`${counted(missing, "row")} put in where column ${shown} has gaps`]),
    ...(time.gaps !== "allow" || gaps.count + uneven.count === 0
      ? []
      : [`${counted(gaps.count + uneven.count, "step")} in column ${shown} not ${step}: no forecast spans one`]),
  ];
  return { rows, problems, notes };
}

interface Steps {
  readonly gaps: Findings;
  readonly uneven: Findings;
  readonly missing: number;
  readonly step: string;
}

function stepProblems(time: TimeRule, { gaps, uneven, missing, step }: Steps): TableProblem[] {
  const shown = quoted(time.column);
  const fix = "give the missing rows, or take `gaps: fill` or `gaps: allow`";
  return [
    ...(time.gaps === "fill"
      ? []
      : gaps.problem("gaps", fix, (_, count) => {
          return `${counted(missing, "row")} missing in column ${shown}, in ${counted(count, "place")}, where rows are ${step} apart`;
        })),
    ...uneven.problem(
      "steps",
      "correct the times, give the `frequency`, or take `gaps: allow`",
      (rows) => `${rows} not a whole number of steps of ${step} after the row before in column ${shown}`,
    ),
  ];
}

function noFrequency(table: OpenTable, { column }: TimeRule): TableProblem[] {
  const findings = new Findings(table);
  findings.add(0, column);
  return findings.problem(
    "frequency",
    "give the `frequency`, or take `gaps: allow`, with which windows count rows",
    () => `column ${quoted(column)} has no frequency, a step that at least half of its rows are apart`,
  );
}

function tooManyMissing({ count, places }: Findings, missing: number, present: number): TableProblem {
  return {
    code: "gaps",
    message: `gaps would be filled with ${counted(missing, "row")}, where there are ${counted(present, "row")}`,
    count,
    places,
    fix: "correct the times, give the `frequency` that rows have, or take `gaps: allow`",
  };
}
