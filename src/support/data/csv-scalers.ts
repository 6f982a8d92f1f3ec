import { UserError } from "../system/user-error.ts";
import { type FittedTime, parseFittedTime } from "./time.ts";

/** value = scaled · scale + offset */
export type Scaler = {
  readonly offset: number;
  readonly scale: number;
};

export type Scaling = "standard" | "minMax" | "none";

/** What is fitted to the training rows: plain JSON, kept with the run and read by everything that forecasts with it. */
export type CsvFitted = {
  readonly scalers: { readonly [column: string]: Scaler };
  /** null where the rows have no times. */
  readonly time: FittedTime | null;
};

/** The scaler of a column's training rows. Its numbers are never -0, which JSON cannot say. */
export function fitScaler(values: Float64Array, scaling: Scaling): Scaler {
  if (scaling === "none") return { offset: 0, scale: 1 };
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
  // A constant column: its computed deviation may be a rounding error instead of 0.
  if (low === high) return { offset: low + 0, scale: 1 };
  if (scaling === "minMax") return { offset: low + 0, scale: high - low };
  const unit = Math.max(Math.abs(low), Math.abs(high));
  // Squares of numbers that large, or that small, have no double.
  const { mean, deviation } =
    unit > 1e150 || unit < 1e-150
      ? moments(
          values.map((value) => value / unit),
          unit,
        )
      : moments(values, 1);
  return { offset: mean + 0, scale: deviation || 1 };
}

/** Mean and standard deviation, of the whole population, of values in `unit`. */
function moments(values: Float64Array, unit: number): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean: mean * unit, deviation: Math.sqrt(variance) * unit };
}

/** Scaled values in units of the data. */
export function inDataUnits(scaled: ArrayLike<number>, { offset, scale }: Scaler): Float64Array {
  return Float64Array.from(scaled, (value) => value * scale + offset);
}

/**
 * The fitted state of a run as it was read from its files, checked to have a scaler for each of `columns`.
 * @throws UserError (1) where it is not what {@link CsvFitted} says
 */
export function parseCsvFitted(value: unknown, columns: readonly string[]): CsvFitted {
  if (!isRecord(value)) throw damaged(`it is ${value === undefined ? "missing" : "no object"}`);
  if (!isRecord(value.scalers)) throw damaged("it has no scalers");
  const scalers: [string, Scaler][] = [];
  for (const column of new Set(columns)) {
    const scaler = Object.hasOwn(value.scalers, column) ? value.scalers[column] : undefined;
    const name = JSON.stringify(column);
    if (!isRecord(scaler)) throw damaged(`there is no scaler of column ${name}`);
    const { offset, scale } = scaler;
    if (!isNumber(offset) || !isNumber(scale) || scale <= 0) {
      throw damaged(`the scaler of column ${name} has an offset or a scale that is no number to scale with`);
    }
    scalers.push([column, { offset, scale }]);
  }
  const time = parseFittedTime(value.time);
  if (time === undefined) throw damaged("what it says about times");
  return { scalers: Object.fromEntries(scalers), time };
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isNumber(value: unknown): value is number {
  return Number.isFinite(value);
}

export function damaged(what: string): UserError {
  return new UserError(`what the run has fitted to its training rows is damaged: ${what}`, {
    exitCode: 1,
    fix: "name another run with --run, or train again",
  });
}
