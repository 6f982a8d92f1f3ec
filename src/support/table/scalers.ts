import { damaged, fitScaler, isNumber, isRecord } from "../data/csv-scalers.ts";
import { type FittedTime, parseFittedTime } from "../data/time.ts";
import { UserError } from "../system/user-error.ts";
import { quoted } from "./findings.ts";
import type { Prepared } from "./prepared-file.ts";
import type { RowRange, SeriesParts } from "./split.ts";

/**
 * - standard: minus the mean, by the standard deviation of the population; minMax: minus the least value, by the distance to the largest
 * - robust: minus the median, by the distance of the quartiles; 1 where they are equal
 * - log: the natural logarithm, then standard; all values must be positive
 *
 * The scale of a constant column is 1.
 */
export type TableScaling = "standard" | "minMax" | "robust" | "log" | "none";

/** value = f(scaled · scale + offset), with f = exp where `log` is true. */
export type TableScaler = {
  readonly log: boolean;
  readonly offset: number;
  readonly scale: number;
  /** What takes the place of a missing value: the mean of the training rows, in units of the data. */
  readonly mean: number;
};

/** What is fitted to the training rows: plain JSON. Names of columns and series are values of lists, since any text may be one. */
export type TableFitted = {
  readonly columns: readonly {
    readonly name: string;
    /** One for all series, or one for each of `series`; null for a series without a value in its training rows. */
    readonly scalers: readonly (TableScaler | null)[];
  }[];
  /** The names of the series where each has scalers of its own. */
  readonly series: readonly (readonly string[])[] | null;
  readonly time: FittedTime | null;
};

export interface ScalingOptions {
  /** Of each column of the prepared table. */
  readonly scalings: readonly TableScaling[];
  readonly per: "all" | "series";
}

/** Values of the columns that are fitted at once. Unit: numbers */
const HELD = 8 * 2 ** 20;

/**
 * Fits the columns to the training rows, without values that were filled in; sums go row by row, so they are the same everywhere.
 * Holds 64 MB of values, or all training values of one column.
 * @throws UserError (1) naming a column without values, or with values that cannot be scaled
 */
export function fitTable(
  prepared: Prepared,
  parts: readonly SeriesParts[],
  { scalings, per }: ScalingOptions,
): TableFitted {
  const { columns, series, time } = prepared.header;
  const ranges = parts.map(({ train }) => train);
  const groups = per === "all" ? [ranges] : ranges.map((range) => [range]);
  const fitted = groups.map((group) => fitGroup(prepared, group, scalings));
  return {
    columns: columns.map(({ name }, c) => {
      const scalers = fitted.map((group) => group[c]!);
      if (scalers.every((scaler) => scaler === null)) {
        throw new UserError(`column ${quoted(name)} has no value in the training rows`, {
          exitCode: 1,
          fix: "leave the column out, or give more rows",
        });
      }
      return { name, scalers };
    }),
    series: per === "all" ? null : series.map(({ name }) => name),
    time,
  };
}

/** A scaler for each column, null where it has no value. */
function fitGroup(
  prepared: Prepared,
  ranges: readonly RowRange[],
  scalings: readonly TableScaling[],
): (TableScaler | null)[] {
  const { columns } = prepared.header;
  const rows = ranges.reduce((sum, { first, end }) => sum + end - first, 0);
  const atOnce = Math.max(1, Math.floor(HELD / Math.max(1, rows)));
  const scalers: (TableScaler | null)[] = [];
  for (let first = 0; first < columns.length; first += atOnce) {
    const count = Math.min(atOnce, columns.length - first);
    for (const [k, values] of observed(prepared, ranges, { first, count, rows }).entries()) {
      const c = first + k;
      scalers.push(values.length === 0 ? null : fitColumn(values, scalings[c]!, columns[c]!.name));
    }
  }
  return scalers;
}

/** The values of `count` columns in these rows, in order, without missing ones and those that were filled in. */
function observed(
  prepared: Prepared,
  ranges: readonly RowRange[],
  { first, count, rows }: { first: number; count: number; rows: number },
): Float64Array[] {
  const { width, values, filled } = prepared.layout;
  const all = Array.from({ length: count }, () => new Float64Array(rows));
  const counts = new Uint32Array(count);
  for (const range of ranges) {
    for (const block of prepared.blocks(range.first, range.end)) {
      for (let at = 0; at < block.rows.length; at += width) {
        for (let k = 0; k < count; k++) {
          const c = first + k;
          const value = block.rows[at + values + c]!;
          if (Number.isNaN(value) || (filled[c]! >= 0 && block.rows[at + filled[c]!] !== 0)) continue;
          all[k]![counts[k]!++] = value;
        }
      }
    }
  }
  return all.map((column, k) => column.subarray(0, counts[k]));
}

function fitColumn(values: Float64Array, scaling: TableScaling, name: string): TableScaler {
  const standard = fitScaler(values, "standard");
  const mean = standard.offset;
  const wrong = (what: string, fix: string): UserError => {
    return new UserError(`column ${quoted(name)} ${what}`, { exitCode: 1, fix });
  };
  if (scaling === "log" && !values.every((value) => value > 0)) {
    const value = values.find((value) => !(value > 0));
    throw wrong(
      `has ${value} in its training rows, and no logarithm of it`,
      "take another scaling, or a `min` above 0",
    );
  }
  const scaler = scaling === "standard" ? standard : fitOther(values, scaling);
  if (!Number.isFinite(scaler.scale) || !Number.isFinite(mean)) {
    throw wrong("has numbers too far apart to be scaled", "correct them, or give the column in a larger unit");
  }
  return { log: scaling === "log", ...scaler, mean };
}

function fitOther(
  values: Float64Array,
  scaling: Exclude<TableScaling, "standard">,
): Pick<TableScaler, "offset" | "scale"> {
  if (scaling === "robust") return fitRobust(values);
  return scaling === "log" ? fitScaler(values.map(Math.log), "standard") : fitScaler(values, scaling);
}

/** Median and distance of the quartiles. */
function fitRobust(values: Float64Array): { offset: number; scale: number } {
  const sorted = values.slice().sort();
  return { offset: quantile(sorted, 0.5) + 0, scale: quantile(sorted, 0.75) - quantile(sorted, 0.25) || 1 };
}

/** Between the two nearest values, by their distance (definition 7 of Hyndman & Fan, "Sample quantiles in statistical packages", 1996). */
function quantile(sorted: Float64Array, share: number): number {
  const at = (sorted.length - 1) * share;
  const below = Math.floor(at);
  const [low, high] = [sorted[below]!, sorted[Math.ceil(at)]!];
  return low + (high - low) * (at - below);
}

/** A value as the model sees it; -Infinity or NaN where its logarithm is taken and it has none. */
export function scaled(value: number, { log, offset, scale }: TableScaler): number {
  return ((log ? Math.log(value) : value) - offset) / scale;
}

/** Scaled values in units of the data. */
export function unscaled(values: ArrayLike<number>, { log, offset, scale }: TableScaler): Float64Array {
  return Float64Array.from(values, (value) => (log ? Math.exp(value * scale + offset) : value * scale + offset));
}

/**
 * The scaler of each series for one column; undefined for a series that the run does not know, null for one without training values.
 * @param series their names
 */
export function scalersOf(
  { columns, series: known }: TableFitted,
  column: string,
  series: readonly (readonly string[])[],
): (TableScaler | null | undefined)[] {
  const { scalers } = columns.find(({ name }) => name === column)!;
  if (known === null) return series.map(() => scalers[0]);
  const places = new Map(known.map((name, place) => [JSON.stringify(name), place]));
  return series.map((name) => scalers[places.get(JSON.stringify(name)) ?? -1]);
}

/**
 * The fitted state of a run as it was read from its files, checked to have scalers for each of `columns`.
 * @throws UserError (1) where it is not what {@link TableFitted} says
 */
export function parseTableFitted(value: unknown, columns: readonly string[]): TableFitted {
  if (!isRecord(value)) throw damaged(`it is ${value === undefined ? "missing" : "no object"}`);
  const series = value.series === null ? null : parseNames(value.series);
  if (!Array.isArray(value.columns)) throw damaged("it has no list of columns");
  const parsed = value.columns.map((column: unknown) => parseColumn(column, series?.length ?? 1));
  const names = new Set(parsed.map(({ name }) => name));
  const lacking = columns.find((name) => !names.has(name));
  if (lacking !== undefined) throw damaged(`there is no scaler of column ${quoted(lacking)}`);
  if (names.size < parsed.length) throw damaged("a column stands in it twice");
  const time = parseFittedTime(value.time);
  if (time === undefined) throw damaged("what it says about times");
  return { columns: parsed, series, time };
}

function parseNames(value: unknown): readonly (readonly string[])[] {
  const isName = (name: unknown): name is readonly string[] =>
    Array.isArray(name) && name.every((text) => typeof text === "string");
  if (!Array.isArray(value) || !value.every(isName)) throw damaged("the names of its series");
  if (new Set(value.map((name) => JSON.stringify(name))).size < value.length)
    throw damaged("a series stands in it twice");
  return value;
}

function parseColumn(value: unknown, count: number): TableFitted["columns"][number] {
  if (!isRecord(value) || typeof value.name !== "string") throw damaged("a column has no name");
  const { name, scalers } = value;
  const shown = quoted(name);
  if (!Array.isArray(scalers) || scalers.length !== count)
    throw damaged(`column ${shown} has another number of scalers`);
  return {
    name,
    scalers: scalers.map((scaler: unknown) => {
      if (scaler === null && count > 1) return null;
      const { log, offset, scale, mean } = isRecord(scaler) ? scaler : {};
      if (typeof log === "boolean" && isNumber(offset) && isNumber(scale) && scale > 0 && isNumber(mean)) {
        return { log, offset, scale, mean };
      }
      throw damaged(`a scaler of column ${shown} has numbers that cannot scale`);
    }),
  };
}
