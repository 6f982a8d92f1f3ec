import { counted, type Problem, shownText } from "./csv-problems.ts";
import type { CsvTable } from "./csv-table.ts";
import { columnTexts, gapNote, orderProblems, orderRows, sortRows, type TimeOptions } from "./csv-time.ts";
import {
  describeFrequency,
  type FittedTime,
  type Frequency,
  inferFrequency,
  nextTimes,
  parseTimes,
  type Times,
} from "./time.ts";
import { parseTime } from "./time-format.ts";

export interface WindowOptions extends TimeOptions {
  readonly target: string;
  readonly features: readonly string[];
  readonly lookback: number;
  readonly horizon: number;
  /** What the run knows of its times. */
  readonly fitted: FittedTime | null;
}

/** The last rows of a table in order of time, with their times and those that follow. */
export interface OrderedWindow {
  readonly table: CsvTable;
  readonly times: readonly string[] | undefined;
  readonly forecastTimes: readonly string[] | undefined;
  readonly problems: readonly Problem[];
  readonly notes: readonly string[];
}

/** The last rows of the table, in the order and with the steps of the rows that the run was trained on. */
export function orderWindow(table: CsvTable, options: WindowOptions): OrderedWindow {
  const { time, fitted, order = "check", lookback, horizon, target, features } = options;
  const last = (whole: CsvTable, rows = lookback): CsvTable => ({ ...whole, starts: whole.starts.slice(-rows) });
  const undated = { times: undefined, forecastTimes: undefined, problems: [], notes: [] };
  if (order === "asIs") return { ...undated, table: last(table) };
  const column = time ?? fitted?.column;
  if (fitted === null || column === undefined || !table.names.includes(column)) {
    // One row alone has no order: the row before it shows one.
    const { problems } = orderRows(last(table, Math.max(2, lookback)), options, [target, ...features]);
    return { ...undated, table: last(table), problems };
  }
  // Of a column that nobody named only the window is looked at: what stands before it does not matter.
  const looked = time === undefined ? last(table, Math.max(2, lookback)) : table;
  const read = parseTimes(columnTexts(looked, column), fitted.format);
  if (read === undefined) return { ...undated, table: last(table), problems: [otherForm(looked, fitted)] };
  const ordered = order === "sort" ? sortRows(looked, read) : { table: looked, times: read };
  const fix =
    time === undefined
      ? "put the rows in order of time"
      : "add `order: sort` to the dataset, or put the rows in order of time";
  const problems = orderProblems(ordered.table, column, ordered.times, { fix });
  const window = last(ordered.table);
  const steps = checkSteps(window, column, lastTimes(ordered.times, lookback), fitted.frequency);
  const times = columnTexts(window, column);
  return {
    table: window,
    times,
    forecastTimes: nextTimes(times.at(-1)!, horizon, fitted),
    problems: [...problems, ...(problems.length === 0 ? steps.problems : [])],
    notes: steps.notes,
  };
}

function lastTimes({ format, instants, offsets }: Times, rows: number): Times {
  return { format, instants: instants.slice(-rows), offsets: offsets.slice(-rows) };
}

function otherForm(table: CsvTable, { column, format }: FittedTime): Problem {
  const cells = columnTexts(table, column);
  const row = cells.findIndex((cell) => parseTime(cell, format) === undefined);
  const what = `${shownText(cells[row]!)} in column ${shownText(column)} is no time of the form ${format.template}, which the training rows have`;
  return { offset: table.starts[row]!, what, fix: "write times as in training" };
}

/** Rows a day apart say nothing to a model of months; single gaps are only told. */
function checkSteps(
  table: CsvTable,
  column: string,
  times: Times,
  trained: Frequency | null,
): { problems: Problem[]; notes: string[] } {
  const { frequency, gaps } = inferFrequency(times);
  if (trained === null || times.instants.length < 3) return { problems: [], notes: [] };
  const step = describeFrequency(trained);
  if (frequency === undefined) {
    return {
      problems: [],
      notes: [
        `the last ${counted(times.instants.length, "row")} have no frequency, but the model was trained on steps of ${step}`,
      ],
    };
  }
  const found = describeFrequency(frequency);
  const daily = ["1 day", "1 business day"];
  if (found !== step && !(daily.includes(found) && daily.includes(step))) {
    const what = `the rows are ${found} apart in column ${shownText(column)}, but the model was trained on steps of ${step}`;
    return { problems: [{ offset: table.starts[0]!, what, fix: `give rows that are ${step} apart` }], notes: [] };
  }
  return { problems: [], notes: gaps.count === 0 ? [] : [gapNote(table, column, step, gaps)] };
}
