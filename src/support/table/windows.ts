import type { Split } from "../data/dataset.ts";
import { formatTime } from "../data/time-format.ts";
import { counted } from "../system/counted.ts";
import { UserError } from "../system/user-error.ts";
import { quoted, quotedList } from "./findings.ts";
import type { Prepared } from "./prepared-file.ts";
import type { TableFitted } from "./scalers.ts";
import type { RowRange, SeriesParts } from "./split.ts";
import { ColumnReader, InputReader } from "./window-inputs.ts";

export interface WindowOptions {
  readonly target: string;
  readonly features: readonly string[];
  /** Rows that the model reads, and rows that it forecasts. */
  readonly lookback: number;
  readonly horizon: number;
}

/** Windows of all series. x: [lookback, batch, inputs], as {@link inputNames} has them; y: [batch, horizon]; both scaled. */
export interface WindowSplit extends Split {
  /** The series of a window, and the first row that it forecasts. */
  place(index: number): { readonly series: number; readonly row: number };
}

export interface TableWindows {
  readonly train: WindowSplit;
  readonly validation: WindowSplit;
  readonly test: WindowSplit;
  /** Lines about series and windows that are left out. */
  readonly notes: readonly string[];
}

const PARTS = ["train", "validation", "test"] as const;
const PART_NAMES = { train: "training", validation: "validation", test: "testing" } as const;

/**
 * The windows of each part: those whose targets are all rows of the part. Their inputs are the rows before, of the same series, across the
 * border of parts too. A window is left out where a target is missing or was filled in, where a step from its last input to its
 * last target is a gap, where a feature has no value, or where its last input was interpolated with the help of a later row.
 * @throws UserError (1) where a part has no window, or a number cannot be scaled
 */
export function tableWindows(
  prepared: Prepared,
  parts: readonly SeriesParts[],
  fitted: TableFitted,
  options: WindowOptions,
): TableWindows {
  const { header, layout, firsts } = prepared;
  const inputs = new InputReader(header, layout, fitted, options.features);
  const target = new ColumnReader(header, layout, fitted, options.target);
  const isTest = parts.every(({ validation, test }) => validation === test);
  const distinct = PARTS.filter((part) => part !== "validation" || !isTest);
  const lists = { train: new WindowList(), validation: new WindowList(), test: new WindowList() };
  const range = new RangeCheck(prepared, [...inputs.columns, target]);
  const unknown: string[] = [];
  const without = { train: [] as string[], validation: [] as string[], test: [] as string[] };
  let possible = 0;
  for (const [s, { rows, name }] of header.series.entries()) {
    if (!inputs.knows(s) || target.scaler(s) === undefined) {
      unknown.push(seriesName(name));
      continue;
    }
    const own = { first: firsts[s]!, end: firsts[s]! + rows };
    const before = distinct.map((part) => lists[part].count);
    for (const row of windowRows(prepared, s, own, { inputs, target, range, options })) {
      for (const part of distinct) if (isIn(parts[s]![part], row, options.horizon)) lists[part].add(s, row);
    }
    for (const [k, part] of distinct.entries()) {
      const { first, end } = parts[s]![part];
      const most = Math.max(0, end - options.horizon + 1 - Math.max(first, own.first + options.lookback));
      possible += most;
      if (end > first && lists[part].count === before[k]) without[part].push(seriesName(name));
    }
  }
  range.throwIfAny();
  const left = possible - distinct.reduce((sum, part) => sum + lists[part].count, 0);
  for (const part of distinct) {
    if (lists[part].count === 0) throw noWindow(part, prepared.rows, options, left);
  }
  const several = header.series.length > 1;
  const notes = [
    ...(unknown.length === 0
      ? []
      : [`${counted(unknown.length, "series", "series")} without training values left out: ${quotedList(unknown)}`]),
    ...distinct.flatMap((part) => {
      const names = without[part];
      if (!several || names.length === 0) return [];
      return [
        `${counted(names.length, "series", "series")} without a window for ${PART_NAMES[part]}: ${quotedList(names)}`,
      ];
    }),
    ...(left === 0
      ? []
      : [`${counted(left, "window")} left out, which have missing or filled values, or gaps, where they must not`]),
  ];
  const split = (list: WindowList): WindowSplit => windowSplit(prepared, list, { inputs, target, options });
  const [train, test] = [split(lists.train), split(lists.test)];
  return { train, validation: isTest ? test : split(lists.validation), test, notes };
}

function isIn({ first, end }: RowRange, row: number, horizon: number): boolean {
  return row >= first && row + horizon <= end;
}

/** "a", or "a / b" where several columns name a series. */
export function seriesName(name: readonly string[]): string {
  return name.join(" / ");
}

interface Readers {
  readonly inputs: InputReader;
  readonly target: ColumnReader;
  readonly options: WindowOptions;
}

/** The first target row of each window of a series, whatever part it is of. */
function* windowRows(
  prepared: Prepared,
  series: number,
  { first, end }: RowRange,
  { inputs, target, range, options: { lookback, horizon } }: Readers & { readonly range: RangeCheck },
): Generator<number> {
  const { width, gap } = prepared.layout;
  // Of the last rows, by their number modulo horizon + 1: whether the inputs of a window can end there.
  const canEnd = new Uint8Array(horizon + 1);
  let [wholeRows, targetRows] = [0, 0];
  for (const block of prepared.blocks(first, end)) {
    for (let k = 0; k * width < block.rows.length; k++) {
      const [row, at] = [block.first + k, k * width];
      range.look(block.rows, at, row, series);
      wholeRows = inputs.isWhole(block.rows, at, series) ? wholeRows + 1 : 0;
      canEnd[row % (horizon + 1)] = Number(wholeRows >= lookback && !inputs.looksAhead(block.rows, at));
      const follows = gap < 0 || block.rows[at + gap] === 0;
      targetRows = follows && target.isObserved(block.rows, at) ? targetRows + 1 : 0;
      const start = row - horizon + 1;
      if (targetRows >= horizon && start - lookback >= first && canEnd[(start - 1) % (horizon + 1)] === 1) yield start;
    }
  }
}

/** Windows as runs of rows that follow each other. */
class WindowList {
  count = 0;
  readonly #series: number[] = [];
  readonly #rows: number[] = [];
  /** Windows before each run. */
  readonly #before: number[] = [];
  #next = -1;

  add(series: number, row: number): void {
    if (row !== this.#next || series !== this.#series.at(-1)) {
      this.#series.push(series);
      this.#rows.push(row);
      this.#before.push(this.count);
    }
    this.#next = row + 1;
    this.count++;
  }

  place(index: number): { series: number; row: number } {
    let [low, high] = [0, this.#before.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#before[middle]! <= index) low = middle;
      else high = middle - 1;
    }
    return { series: this.#series[low]!, row: this.#rows[low]! + index - this.#before[low]! };
  }
}

function windowSplit(prepared: Prepared, list: WindowList, { inputs, target, options }: Readers): WindowSplit {
  const { lookback, horizon } = options;
  const { width } = prepared.layout;
  const buffer = new Float64Array((lookback + horizon) * width);
  return {
    count: list.count,
    place: (index) => list.place(index),
    async read(indices) {
      const batch = indices.length;
      const x = new Float32Array(lookback * batch * inputs.width);
      const y = new Float32Array(batch * horizon);
      for (let b = 0; b < batch; b++) {
        const { series, row } = list.place(indices[b]!);
        const rows = prepared.read(row - lookback, lookback + horizon, buffer);
        inputs.write(x, b, batch, rows, lookback, series);
        for (let h = 0; h < horizon; h++) y[b * horizon + h] = target.scaled(rows, (lookback + h) * width, series);
      }
      return { inputs: { input: x }, targets: y };
    },
  };
}

/** Looks for numbers that cannot be scaled. */
class RangeCheck {
  readonly #prepared: Prepared;
  readonly #columns: readonly ColumnReader[];
  readonly #counts: number[];
  readonly #firsts: string[] = [];

  constructor(prepared: Prepared, columns: readonly ColumnReader[]) {
    this.#prepared = prepared;
    this.#columns = [...new Map(columns.map((column) => [column.name, column])).values()];
    this.#counts = this.#columns.map(() => 0);
  }

  look(rows: Float64Array, at: number, row: number, series: number): void {
    for (let c = 0; c < this.#columns.length; c++) {
      const column = this.#columns[c]!;
      if (column.fits(rows, at, series)) continue;
      this.#counts[c]!++;
      this.#firsts[c] ??= `${column.value(rows, at, series)} ${this.#place(rows, at, row, series)}`;
    }
  }

  throwIfAny(): void {
    const lines = this.#columns.flatMap(({ name }, c) => {
      const count = this.#counts[c]!;
      return count === 0
        ? []
        : [`${counted(count, "value")} of column ${quoted(name)} cannot be scaled, first ${this.#firsts[c]}`];
    });
    if (lines.length === 0) return;
    throw new UserError(lines.join("\n"), {
      exitCode: 1,
      fix: "correct the values, or take another scaling: `log` needs values above 0, all others ones not far from those of training",
    });
  }

  #place(rows: Float64Array, at: number, row: number, series: number): string {
    const { header, layout, firsts } = this.#prepared;
    const instant = rows[at + layout.time]!;
    const when =
      header.time === null
        ? `in row ${row - firsts[series]! + 1}`
        : `at ${formatTime({ instant, offset: 0, zone: "" }, header.time.format)}`;
    const { name } = header.series[series]!;
    return name.length === 0 ? when : `${when} of series ${quoted(seriesName(name))}`;
  }
}

function noWindow(
  part: (typeof PARTS)[number],
  rows: number,
  { lookback, horizon }: WindowOptions,
  left: number,
): UserError {
  const why = left === 0 ? "" : `; ${counted(left, "window")} left out for missing or filled values, or gaps`;
  return new UserError(
    `of ${counted(rows, "row")} no window is for ${PART_NAMES[part]}: it needs ${lookback} + ${horizon} rows in one series, ${horizon} of them in that part${why}`,
    { exitCode: 1, fix: "give more rows, lower `lookback` or `horizon`, or change the shares of the parts" },
  );
}
