import { counted, grouped, lineOf, type Problem, shownText } from "./csv-problems.ts";
import type { Scaler } from "./csv-scalers.ts";
import { type CsvTable, rowCells } from "./csv-table.ts";

/** A column of numbers, by row. */
export interface Column {
  readonly name: string;
  readonly values: Float64Array;
}

/** Beyond it the square of a scaled number, of which losses are made, has no 32-bit float. */
const MAX_SCALED = 1e18;

/** Values of the other rows closer together than this become one when they are scaled. */
const LEAST_SPREAD = 1e-6;

/**
 * A column scaled to 32-bit floats, or the number that cannot be scaled.
 * @param trainRows the rows, from the first on, that the scaler was fitted to; 0 where it comes from a run
 */
export function scaleColumn(
  table: CsvTable,
  { name, values }: Column,
  scaler: Scaler,
  trainRows: number,
): Float32Array | Problem {
  const { offset, scale } = scaler;
  const at = (row: number): number => rowCells(table, row)[table.names.indexOf(name)]!.start;
  const fix = "correct the number or drop its row, or give the column in a larger unit";
  if (!Number.isFinite(scale)) {
    return { offset: at(0), what: `the numbers of column ${shownText(name)} are too far apart to be scaled`, fix };
  }
  const result = Float32Array.from(values, (value) => (value - offset) / scale);
  const outside = result.findIndex((value) => !(Math.abs(value) <= MAX_SCALED));
  if (outside >= 0) {
    const what = `${values[outside]} in column ${shownText(name)} does not fit into 32-bit floats when it is scaled and squared`;
    return { offset: at(outside), what, fix };
  }
  const train = values.subarray(0, trainRows);
  const extreme = train.reduce(
    (best, value, row) => (Math.abs(value - offset) > Math.abs(train[best]! - offset) ? row : best),
    0,
  );
  const [low, high] = rangeWithout(train, train[extreme]);
  if (high > low && (high - low) / scale < LEAST_SPREAD) {
    const what = `${train[extreme]} in column ${shownText(name)} is so far from the other rows, ${low} to ${high}, that they become one number when it is scaled`;
    return { offset: at(extreme), what, fix };
  }
  return result;
}

function rangeWithout(values: Float64Array, left: number | undefined): readonly [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) if (value !== left) [low, high] = [Math.min(low, value), Math.max(high, value)];
  return [low, high];
}

/** Numbers that files have for missing values: nines alone, the least of 16 and 32 bits, and numbers beyond any measurement. */
function isUsualMark(value: number): boolean {
  return /^-?9{2,}(\.9+)?$/.test(String(value)) || [-32768, -2147483648].includes(value) || Math.abs(value) >= 1e19;
}

/** Lines about numbers that are probably none, and about columns that say nothing. */
export function valueNotes(table: CsvTable, { name, values }: Column, trainRows: number): string[] {
  const [low, high] = rangeWithout(values.subarray(0, trainRows), undefined);
  if (low === high) {
    return [
      `column ${shownText(name)} is ${low} in all ${counted(trainRows, "training row")}: there is nothing to learn from it`,
    ];
  }
  return markNotes(table, { name, values });
}

function markNotes(table: CsvTable, { name, values }: Column): string[] {
  const notes: string[] = [];
  let rest = values;
  for (let round = 0; round < 3; round++) {
    const [low, high] = rangeWithout(rest, undefined);
    const mark = [low, high].find((value) => isMark(rest, value));
    if (mark === undefined) break;
    const line = lineOf(table.text, table.starts[values.indexOf(mark)]!);
    const count = values.reduce((sum, value) => sum + Number(value === mark), 0);
    rest = rest.filter((value) => value !== mark);
    const [from, to] = rangeWithout(rest, undefined);
    const cells = `${grouped(count)} of ${counted(values.length, "cell")} ${count === 1 ? "is" : "are"} ${mark}`;
    notes.push(
      `column ${shownText(name)}: ${cells}, first in line ${line}, far from the others, ${from} to ${to}: if it stands for a missing value, it is learnt as a number`,
    );
  }
  return notes;
}

/** Whether an extreme value stands for none: a usual mark farther from the rest than that is wide, or one that is repeated and very far. */
function isMark(values: Float64Array, value: number): boolean {
  const [low, high] = rangeWithout(values, value);
  if (!(high >= low)) return false;
  const distance = Math.max(low - value, value - high);
  if (isUsualMark(value)) return distance > high - low;
  const count = values.reduce((sum, other) => sum + Number(other === value), 0);
  return count >= 3 && high > low && distance > 10 * (high - low);
}
