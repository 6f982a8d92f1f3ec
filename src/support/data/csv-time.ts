import { counted, grouped, inSpec, lineOf, listed, MAX_PLACES, type Problem, shownText } from "./csv-problems.ts";
import { type CsvTable, rowCells } from "./csv-table.ts";
import {
  type DateOrder,
  describeFrequency,
  detectTimes,
  type FittedTime,
  type Gaps,
  inferFrequency,
  isDescending,
  type Times,
} from "./time.ts";
import { isDigits, possibleTemplates } from "./time-format.ts";

export interface TimeOptions {
  /** The column that has each row's time; where it is not named, columns that look like it are looked at all the same. */
  readonly time?: string;
  readonly timeFormat?: DateOrder;
  /** check: rows must be in order of time; sort: they are put into it; asIs: nobody looks. */
  readonly order?: "check" | "sort" | "asIs";
}

/** A table in order of time. */
export interface OrderedTable {
  readonly table: CsvTable;
  /** The column of times, where there is one that is in order. */
  readonly time?: { readonly column: string; readonly times: Times };
  readonly problems: readonly Problem[];
}

/**
 * Puts the rows in order of time, or finds why they are not. A series that is read backwards, or two that are read as one, would be
 * trained without complaint.
 * @param wanted columns of numbers, none of which is taken for a time that nobody named
 */
export function orderRows(table: CsvTable, options: TimeOptions, wanted: readonly string[]): OrderedTable {
  const { time, timeFormat, order = "check" } = options;
  if (order === "asIs" || table.starts.length === 0) return { table, problems: [] };
  if (time === undefined) return orderUnnamed(table, wanted);
  if (!table.names.includes(time)) return { table, problems: [] };
  const cells = columnTexts(table, time);
  const found = detectTimes(cells, timeFormat);
  if (found.kind === "none") return { table, problems: [notTimes(table, time, cells, found.template, found.others)] };
  if (found.kind === "ambiguous") return { table, problems: [ambiguous(table, time, cells)] };
  const { table: ordered, times } = order === "sort" ? sortRows(table, found.times) : { table, times: found.times };
  const problems = orderProblems(ordered, time, times, { fix: "add `order: sort` to the dataset" });
  if (problems.length > 0) return { table: ordered, problems };
  return { table: ordered, time: { column: time, times }, problems: [] };
}

/** The cells of a column, without the spaces around them. */
export function columnTexts(table: CsvTable, name: string): string[] {
  const index = table.names.indexOf(name);
  return table.starts.map((_, row) => rowCells(table, row)[index]?.text.trim() ?? "");
}

/** The rows by their times; those of equal times stay as they are. */
export function sortRows(table: CsvTable, times: Times): { table: CsvTable; times: Times } {
  const { instants, offsets } = times;
  const order = [...instants.keys()].sort((a, b) => instants[a]! - instants[b]! || a - b);
  return {
    table: { ...table, starts: order.map((row) => table.starts[row]!) },
    times: {
      ...times,
      instants: Float64Array.from(order, (row) => instants[row]!),
      offsets: Float64Array.from(order, (row) => offsets[row]!),
    },
  };
}

/** What columns of times are called. Digits alone count as times only under such a name. */
const TIME_NAME =
  /(^|[^a-z])(date|time|datetime|timestamp|month|year|quarter|week|day|period|ds|t|index|epoch)$|^(date|time|year|month|quarter|day|week)/i;

/** Names of columns that say when, even in digits alone: they do not begin again, as hours and months do. */
const WHOLE_TIME = /^(date|time|datetime|timestamp|year|ds|epoch|t)$/i;

interface Candidate {
  readonly column: string;
  readonly readings: readonly Times[];
}

/** Looks at the columns that look like times, though the spec names none. */
function orderUnnamed(table: CsvTable, wanted: readonly string[]): OrderedTable {
  const candidates: Candidate[] = [];
  const strays: Problem[] = [];
  for (const column of columnsOfTimes(table)) {
    if (wanted.includes(column)) continue;
    const cells = columnTexts(table, column);
    const found = detectTimes(cells);
    if (found.kind === "times") candidates.push({ column, readings: [found.times] });
    else if (found.kind === "ambiguous") candidates.push({ column, readings: found.readings });
    else if (column === table.names[0] || TIME_NAME.test(column))
      strays.push(...strayRows(table, column, cells, found));
  }
  const usable = candidates.filter(({ column, readings: [first] }) => tellsOrder(column, first!));
  for (const { column, readings } of usable) {
    const [times] = readings;
    const ascending = readings.find(({ instants }) => isAscending(instants));
    if (ascending === undefined) continue;
    return { table, problems: [], ...(readings.length === 1 ? { time: { column, times: times! } } : {}) };
  }
  const rank = ({ column, readings }: Candidate): number =>
    Number(TIME_NAME.test(column)) - 2 * Number(isDigits(readings[0]!.format.template));
  const [first] = [...usable].sort((a, b) => rank(b) - rank(a));
  if (first === undefined) return { table, problems: strays };
  const fix = `add \`time: ${inSpec(first.column)}\` and \`order: sort\` to the dataset, or \`order: asIs\` where the rows are right as they are`;
  const mayRepeat = hasFinerTime(table, first.column);
  const problems = orderProblems(table, first.column, first.readings[0]!, { fix, mayRepeat });
  return { table, problems: [...strays, ...problems] };
}

/** Whether a column of times, or of numbers that may be times, says in which order rows belong. */
function tellsOrder(column: string, { format, instants }: Times): boolean {
  if (instants.every((instant) => instant === instants[0])) return false;
  if (!isDigits(format.template)) return true;
  // A number called like a time, such as the day of a month or the time of a lap, is only known to be one where it rises or falls
  // all the way, or begins again with each series.
  const isMonotonic = isAscending(instants) || isDescending(instants);
  if (format.template === "N")
    return TIME_NAME.test(column) && (isMonotonic || (WHOLE_TIME.test(column) && beginsAgain(instants)));
  return WHOLE_TIME.test(column) || (TIME_NAME.test(column) && isMonotonic);
}

/** Rising, and now and then falling back to the first value. */
function beginsAgain(instants: Float64Array): boolean {
  return instants.every((instant, row) => row === 0 || instant > instants[row - 1]! || instant === instants[0]);
}

/** The columns whose first cells have the form of times. */
function columnsOfTimes(table: CsvTable): string[] {
  const first = Array.from({ length: Math.min(10, table.starts.length) }, (_, row) => rowCells(table, row));
  return table.names.filter((column, index) => {
    const times = first.filter((cells) => {
      const text = cells[index]?.text.trim() ?? "";
      if (text === "" || text.length >= 40) return false;
      return possibleTemplates(text).some((template) => !isDigits(template) || TIME_NAME.test(column));
    });
    return times.length > first.length / 2;
  });
}

function isAscending(values: Float64Array): boolean {
  return values.every((value, k) => k === 0 || value > values[k - 1]!);
}

/** Rows, such as totals, that have no time in a column of times. */
function strayRows(
  table: CsvTable,
  column: string,
  cells: readonly string[],
  { template, others }: { readonly template: string | undefined; readonly others: readonly number[] },
): Problem[] {
  const rest = cells.length - others.length;
  if (template === undefined || isDigits(template) || rest < 5 || others.length > cells.length / 5) return [];
  const what = `${counted(others.length, "row")} ${others.length === 1 ? "has" : "have"} no time in column ${shownText(column)}, where the other ${grouped(rest)} have one`;
  const places = others
    .slice(0, MAX_PLACES)
    .map((row) => ({ offset: table.starts[row]!, text: shownText(cells[row]!) }));
  const fix = "delete rows that are not of the series, or add `order: asIs` to the dataset where they are";
  return [{ offset: places[0]!.offset, what, places, count: others.length, fix }];
}

function notTimes(
  table: CsvTable,
  column: string,
  cells: readonly string[],
  template: string | undefined,
  others: readonly number[],
): Problem {
  const places = others
    .slice(0, MAX_PLACES)
    .map((row) => ({ offset: table.starts[row]!, text: shownText(cells[row]!) }));
  const form = template === undefined ? "" : ` of the form ${template}, which most have`;
  const what = `${counted(others.length, "cell")} of column ${shownText(column)} ${others.length === 1 ? "is no time" : "are no times"}${form}`;
  const fix =
    template === undefined
      ? "write times as 2024-01-31, 2024-01, 2024Q1, 2024 or 2024-01-31T09:30:00Z, or leave out `time`"
      : "write all times in one form, and delete rows that are not of the series";
  return { offset: places[0]!.offset, what, places, count: others.length, fix };
}

function ambiguous(table: CsvTable, column: string, cells: readonly string[]): Problem {
  const what = `${shownText(cells[0]!)} in column ${shownText(column)}, as all its dates, has the day or the month first`;
  return {
    offset: table.starts[0]!,
    what,
    fix: "add `timeFormat: dayFirst` or `timeFormat: monthFirst` to the dataset",
  };
}

/**
 * Why rows are not in order of time: newest first, several series, repeated times, rows out of place.
 * @param fix of rows that sorting puts right
 * @param mayRepeat whether rows that share a time with the row before are in order
 */
export function orderProblems(
  table: CsvTable,
  column: string,
  { instants }: Times,
  { fix, mayRepeat = false }: { fix: string; mayRepeat?: boolean },
): Problem[] {
  const { text, starts } = table;
  const index = table.names.indexOf(column);
  const cell = (row: number): string => shownText(rowCells(table, row)[index]!.text.trim());
  const line = (row: number): number => lineOf(text, starts[row]!);
  const back = [...instants.keys()].filter((row) => row > 0 && instants[row]! < instants[row - 1]!);
  const repeated = isAscending(instants) ? [] : repeatedRows(instants);
  if (back.length === 0 && (repeated.length === 0 || mayRepeat)) return [];
  const series = seriesColumn(table, column, instants);
  if (series !== undefined) return [severalSeries(table, series)];
  if (isDescending(instants)) {
    const last = instants.length - 1;
    const what = `the rows are newest first: column ${shownText(column)} goes from ${cell(0)} in line ${line(0)} back to ${cell(last)} in line ${line(last)}`;
    return [{ offset: starts[0]!, what, fix }];
  }
  const rows = (count: number): string => `${counted(count, "row")} of ${grouped(instants.length)}`;
  const problems: Problem[] = [];
  if (repeated.length > 0) {
    const places = repeated.slice(0, MAX_PLACES).map(([first, again]) => ({
      offset: starts[again]!,
      text: `${cell(again)} as in line ${line(first)}`,
    }));
    const what = `${rows(repeated.length)} ${repeated.length === 1 ? "repeats" : "repeat"} a time of column ${shownText(column)}`;
    const clocks = cell(0).includes(":") ? "; times at which clocks are put back need their zone" : "";
    const advice = `keep one row for each time, of one series${clocks}`;
    problems.push({ offset: places[0]!.offset, what, places, count: repeated.length, fix: advice });
  }
  if (back.length > 0) {
    const places = back
      .slice(0, MAX_PLACES)
      .map((row) => ({ offset: starts[row]!, text: `${cell(row)} after ${cell(row - 1)}` }));
    const what = `${rows(back.length)} ${back.length === 1 ? "is" : "are"} earlier in column ${shownText(column)} than the row before`;
    problems.push({ offset: places[0]!.offset, what, places, count: back.length, fix });
  }
  return problems;
}

/** Pairs of rows with the same time, the later one second. */
function repeatedRows(instants: Float64Array): (readonly [number, number])[] {
  const first = new Map<number, number>();
  const pairs: (readonly [number, number])[] = [];
  for (const [row, instant] of instants.entries()) {
    const seen = first.get(instant);
    if (seen === undefined) first.set(instant, row);
    else pairs.push([seen, row]);
  }
  return pairs;
}

const CLOCK_NAME = /hour|minute|second|slot|step|interval|session/i;

/** Whether another column tells apart the rows of one time, such as the hours of a day. */
function hasFinerTime(table: CsvTable, column: string): boolean {
  return table.names.some((name) => name !== column && (CLOCK_NAME.test(name) || TIME_NAME.test(name)));
}

const MAX_SERIES_SHOWN = 3;

/** What columns are called that name a series, even by a number. */
const SERIES_NAME =
  /^(series|id|key|item|sku|store|shop|product|ticker|symbol|station|sensor|device|site|region|country|group|code)$|_id$/i;

interface SeriesColumn {
  readonly column: string;
  readonly values: readonly string[];
}

/** A column of texts, such as a country or an id, within each value of which every time stands once. */
function seriesColumn(table: CsvTable, timeColumn: string, instants: Float64Array): SeriesColumn | undefined {
  const repeated = instants.length - new Set(instants).size;
  if (repeated < 2 || repeated < instants.length / 10) return undefined;
  for (const column of table.names) {
    if (column === timeColumn) continue;
    const cells = columnTexts(table, column);
    if (!SERIES_NAME.test(column) && !cells.every(isName)) continue;
    const values = [...new Set(cells)];
    if (values.length < 2 || values.length > cells.length / 2) continue;
    if (new Set(cells.map((cell, row) => `${instants[row]} ${cell}`)).size === cells.length) return { column, values };
  }
  return undefined;
}

/** Neither a number nor a time of the day. */
function isName(cell: string): boolean {
  return cell !== "" && !Number.isFinite(Number(cell)) && !/^\d{1,2}:\d{2}/.test(cell);
}

function severalSeries(table: CsvTable, { column, values }: SeriesColumn): Problem {
  const what = `the rows are of ${grouped(values.length)} series: column ${shownText(column)} has ${listed(values, MAX_SERIES_SHOWN)}, each with times of its own`;
  const fix = `keep the rows of one series in the file, such as those where ${shownText(column)} is ${shownText(values[0]!)}`;
  return { offset: table.starts[0]!, what, fix };
}

/** What a run keeps of its times, and a line about the steps that differ. */
export function fitTime(
  table: CsvTable,
  { column, times }: NonNullable<OrderedTable["time"]>,
): { fitted: FittedTime; notes: string[] } {
  const { frequency, gaps } = inferFrequency(times);
  const fitted: FittedTime = { column, format: times.format, frequency: frequency ?? null };
  if (frequency === undefined) {
    const few = times.instants.length < 3;
    const what = `column ${shownText(column)} has no frequency, a step that at least half of its rows are apart`;
    return { fitted, notes: few ? [] : [`${what}: windows count rows, and forecasts are not dated`] };
  }
  return { fitted, notes: gaps.count === 0 ? [] : [gapNote(table, column, describeFrequency(frequency), gaps)] };
}

/** What to say about steps that are not the usual one. */
export function gapNote(table: CsvTable, column: string, step: string, { count, first, missing }: Gaps): string {
  const cells = [first - 1, first].map((row) => rowCells(table, row)[table.names.indexOf(column)]!.text.trim());
  const line = lineOf(table.text, table.starts[first]!);
  const rows = missing === 0 ? "" : ` (${counted(missing, "row")} missing)`;
  return `${counted(count, "step")} of ${grouped(table.starts.length - 1)} in column ${shownText(column)} ${count === 1 ? "is" : "are"} not ${step}${rows}: first from ${cells.map(shownText).join(" to ")} in line ${line}; windows count rows all the same`;
}
