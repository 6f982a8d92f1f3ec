import { heldOutCount, type ValidationSplit, validationStart } from "../data/splits.ts";
import { RandomStream } from "../nn/random.ts";
import { counted } from "../system/counted.ts";
import { UserError } from "../system/user-error.ts";
import type { Prepared } from "./prepared-file.ts";

export interface SplitOptions {
  /** time: of each series the last rows are for testing, those before them for validation; series: whole series are, drawn with the seed. */
  readonly by: "time" | "series";
  /** Share of the rows of each series, or of the series, for testing. */
  readonly testFraction?: number;
  /** How many rows of each series, in its place. With `by: time`. */
  readonly testRows?: number;
  /** Share of what is not for testing; or the test part itself. */
  readonly validation: ValidationSplit;
  /** Rows of each series between the parts that are in none: no target of one part is close to one of another. With `by: time`. */
  readonly gap: number;
  /** With `by: series`. */
  readonly seed?: number;
}

/** Rows of a prepared table: `first` and those before `end`. */
export interface RowRange {
  readonly first: number;
  readonly end: number;
}

/** Which rows of a series are targets of which part. None of the ranges overlap, unless validation is by the test part. */
export interface SeriesParts {
  readonly train: RowRange;
  readonly validation: RowRange;
  readonly test: RowRange;
}

/**
 * The parts of each series. By time, shares are of each series' own rows: where series end at different times, one may be trained on
 * days on which another is tested.
 * @throws UserError (1) where there are too few series to draw from
 */
export function splitRows(
  { header, firsts }: Pick<Prepared, "header" | "firsts">,
  options: SplitOptions,
): SeriesParts[] {
  const ranges = header.series.map(({ rows }, s): RowRange => ({ first: firsts[s]!, end: firsts[s]! + rows }));
  return options.by === "time" ? ranges.map((range) => byTime(range, options)) : bySeries(ranges, options);
}

function byTime({ first, end }: RowRange, { testFraction = 0, testRows, validation, gap }: SplitOptions): SeriesParts {
  const rows = end - first;
  const testStart = Math.max(0, rows - (testRows ?? heldOutCount(rows, testFraction)));
  const range = (from: number, to: number): RowRange => ({ first: first + from, end: first + Math.max(from, to) });
  const test = range(testStart, rows);
  const rest = Math.max(0, testStart - gap);
  if (validation === "test") return { train: range(0, rest), validation: test, test };
  const start = rest === 0 ? 0 : validationStart(rest, validation);
  return { train: range(0, Math.max(0, start - gap)), validation: range(start, rest), test };
}

function bySeries(
  ranges: readonly RowRange[],
  { testFraction = 0, validation, seed = 0 }: SplitOptions,
): SeriesParts[] {
  const count = ranges.length;
  const tested = heldOutCount(count, testFraction);
  const validated = validation === "test" ? 0 : heldOutCount(count - tested, validation.fraction);
  if (tested + validated >= count) {
    throw new UserError(
      `${counted(count, "series", "series")} cannot be split into training, validation and test series`,
      {
        exitCode: 1,
        fix: "give more series, lower the shares, or split by time",
      },
    );
  }
  const parts = new Array<SeriesParts>(count);
  const none: RowRange = { first: 0, end: 0 };
  for (const [place, s] of new RandomStream(seed, "test series").permutation(count).entries()) {
    const range = ranges[s]!;
    const isTest = place < tested;
    const isValidation = validation === "test" ? isTest : !isTest && place < tested + validated;
    parts[s] = {
      train: isTest || isValidation ? none : range,
      validation: isValidation ? range : none,
      test: isTest ? range : none,
    };
  }
  return parts;
}
