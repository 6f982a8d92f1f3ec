import type { MissingPolicy } from "./prepare-options.ts";
import type { PreparedHeader, RowLayout } from "./prepared-file.ts";
import { scaled, scalersOf, type TableFitted, type TableScaler } from "./scalers.ts";

/**
 * What the model reads of a row: the features, then for each of them with `missing: indicator` whether it is missing, 1 or 0.
 * @param columns which have the features
 */
export function inputNames(
  features: readonly string[],
  columns: readonly { readonly name: string; readonly missing: MissingPolicy }[],
): string[] {
  const indicated = features.filter((feature) => {
    return columns.some(({ name, missing }) => name === feature && missing === "indicator");
  });
  return [...features, ...indicated.map((name) => `${name} (missing)`)];
}

/** Beyond it the square of a scaled number, of which losses are made, has no 32-bit float. */
const MAX_SCALED = 1e18;

/** Takes a column's values from rows, scaled. */
export class ColumnReader {
  readonly name: string;
  readonly missing: MissingPolicy;
  readonly #value: number;
  readonly #filled: number;
  /** Of each series; undefined where it has none. */
  readonly #scalers: readonly (TableScaler | undefined)[];

  constructor({ columns, series }: PreparedHeader, layout: RowLayout, fitted: TableFitted, name: string) {
    const c = columns.findIndex((column) => column.name === name);
    this.name = name;
    this.missing = columns[c]!.missing;
    this.#value = layout.values + c;
    this.#filled = layout.filled[c]!;
    const names = series.map((one) => one.name);
    this.#scalers = scalersOf(fitted, name, names).map((scaler) => scaler ?? undefined);
  }

  scaler(series: number): TableScaler | undefined {
    return this.#scalers[series];
  }

  /** The value of a row that begins at `at`, in units of the data; NaN where it is missing and nothing takes its place. */
  value(rows: Float64Array, at: number, series: number): number {
    const value = rows[at + this.#value]!;
    return Number.isNaN(value) && (this.missing === "mean" || this.missing === "indicator")
      ? this.#scalers[series]!.mean
      : value;
  }

  scaled(rows: Float64Array, at: number, series: number): number {
    return scaled(this.value(rows, at, series), this.#scalers[series]!);
  }

  /** Whether a value that there is can be scaled: a logarithm needs a positive one, and none may be too far from those of training. */
  fits(rows: Float64Array, at: number, series: number): boolean {
    const value = this.value(rows, at, series);
    return Number.isNaN(value) || Math.abs(scaled(value, this.#scalers[series]!)) <= MAX_SCALED;
  }

  /** Whether the table itself has this value. */
  isObserved(rows: Float64Array, at: number): boolean {
    return this.#filled < 0 ? !Number.isNaN(rows[at + this.#value]!) : rows[at + this.#filled] === 0;
  }
}

/** Reads the inputs of windows. */
export class InputReader {
  readonly columns: readonly ColumnReader[];
  readonly width: number;
  readonly #indicated: readonly ColumnReader[];
  readonly #rowWidth: number;

  constructor(header: PreparedHeader, layout: RowLayout, fitted: TableFitted, features: readonly string[]) {
    this.columns = features.map((name) => new ColumnReader(header, layout, fitted, name));
    this.#indicated = this.columns.filter(({ missing }) => missing === "indicator");
    this.width = this.columns.length + this.#indicated.length;
    this.#rowWidth = layout.width;
  }

  /** Whether all columns can be scaled for a series. */
  knows(series: number): boolean {
    return this.columns.every((column) => column.scaler(series) !== undefined);
  }

  /** Whether each feature has a value. */
  isWhole(rows: Float64Array, at: number, series: number): boolean {
    return this.columns.every((column) => !Number.isNaN(column.value(rows, at, series)));
  }

  /** Whether a value of the row was found with the help of a later one. */
  looksAhead(rows: Float64Array, at: number): boolean {
    return this.columns.some((column) => column.missing === "linear" && !column.isObserved(rows, at));
  }

  /** Sample `b` of `batch`, of the first `lookback` rows. x: [lookback, batch, features] */
  write(x: Float32Array, b: number, batch: number, rows: Float64Array, lookback: number, series: number): void {
    const { columns, width } = this;
    for (let t = 0; t < lookback; t++) {
      const [at, to] = [t * this.#rowWidth, (t * batch + b) * width];
      for (let f = 0; f < columns.length; f++) x[to + f] = columns[f]!.scaled(rows, at, series);
      for (let k = 0; k < this.#indicated.length; k++) {
        x[to + columns.length + k] = Number(!this.#indicated[k]!.isObserved(rows, at));
      }
    }
  }
}
