import { type DateOrder, detectTimes } from "../data/time.ts";
import { parseTime, type TimeFormat } from "../data/time-format.ts";
import { Findings, quoted } from "./findings.ts";
import type { OpenTable, TableProblem } from "./table.ts";

/** Cells that the form is told from. */
const SAMPLE = 1000;
const CENTURIES = [1969, 1900, 2000];

interface Candidate {
  readonly format: TimeFormat;
  low: number;
  high: number;
}

/**
 * How the times of a column are written, told from its first cells. Where these leave open whether the day or the month comes first,
 * or which hundred years two digits mean, the cells that follow are read until one form is left, and else until the end: the hundred
 * years are those in which the rows lie closest together.
 */
export async function detectTimeFormat(
  table: OpenTable,
  column: string,
  dateOrder: DateOrder | undefined,
): Promise<TimeFormat | readonly TableProblem[]> {
  const sample: string[] = [];
  const rows: number[] = [];
  let candidates: readonly Candidate[] = [];
  let before = 0;
  for await (const { texts, count } of table.read({ numbers: [], texts: [column] })) {
    const cells = texts.get(column)!;
    if (candidates.length > 0) {
      const fitting = candidates.filter((candidate) => {
        return cells.every((cell) => cell === undefined || widen(candidate, cell.trim()));
      });
      // A cell that has none of the forms is found when the rows are read.
      if (fitting.length > 0) candidates = fitting;
    } else {
      for (const [k, cell] of cells.entries()) if (cell !== undefined) rows.push(before + k);
      for (const cell of cells) if (cell !== undefined) sample.push(cell.trim());
      if (sample.length >= SAMPLE) candidates = candidatesOf(sample, dateOrder);
    }
    if (sample.length >= SAMPLE && candidates.length <= 1) break;
    before += count;
  }
  if (candidates.length === 0) candidates = candidatesOf(sample, dateOrder);
  const [first] = candidates;
  if (first === undefined) return noTimes(table, column, rows, sample);
  if (candidates.some(({ format }) => format.template !== first.format.template)) {
    return ambiguous(table, column, rows[0]!, sample[0]!);
  }
  return candidates.reduce((best, next) => (next.high - next.low < best.high - best.low ? next : best)).format;
}

function candidatesOf(sample: readonly string[], dateOrder: DateOrder | undefined): Candidate[] {
  const found = detectTimes(sample, dateOrder);
  if (found.kind === "none") {
    const others = new Set(found.others);
    // The form of most cells: the others are named when the rows are read.
    const isMost = found.template !== undefined && others.size > 0 && others.size < sample.length / 2;
    const most = sample.filter((_, k) => !others.has(k));
    return isMost ? candidatesOf(most, dateOrder) : [];
  }
  const readings = found.kind === "times" ? [found.times] : found.readings;
  return readings.flatMap(({ format: { template, century } }) => {
    const centuries = /YYYY/.test(template) || !/YY/.test(template) ? [century] : CENTURIES;
    const all = centuries.map((century): Candidate => {
      return { format: { template, century }, low: Number.POSITIVE_INFINITY, high: Number.NEGATIVE_INFINITY };
    });
    return all.filter((candidate) => sample.every((cell) => widen(candidate, cell)));
  });
}

/** Whether a cell has this form. */
function widen(candidate: Candidate, cell: string): boolean {
  const time = parseTime(cell, candidate.format);
  if (time === undefined) return false;
  candidate.low = Math.min(candidate.low, time.instant);
  candidate.high = Math.max(candidate.high, time.instant);
  return true;
}

function noTimes(table: OpenTable, column: string, rows: readonly number[], sample: readonly string[]): TableProblem[] {
  const findings = new Findings(table);
  for (const [k, row] of rows.entries()) findings.add(row, column, () => quoted(sample[k]!));
  if (sample.length === 0) findings.add(0, column);
  return findings.problem(
    "time",
    "write all times in one form, such as 2024-01-31 or 2024-01-31T09:30:00Z, or name another column",
    () => `column ${quoted(column)} has no times`,
  );
}

function ambiguous(table: OpenTable, column: string, row: number, cell: string): TableProblem[] {
  const findings = new Findings(table);
  findings.add(row, column, () => quoted(cell));
  return findings.problem(
    "ambiguousTime",
    "say which with `timeFormat: dayFirst` or `timeFormat: monthFirst`",
    () => `the dates in column ${quoted(column)} have the day or the month first`,
  );
}
