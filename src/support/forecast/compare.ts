import type { ForecastErrors } from "../run/report.ts";
import { fitAr1, naiveScale } from "./baselines.ts";

/** A series of which a model forecasts the end, in units of the data. */
export interface ForecastSeries {
  readonly name: string;
  /** Of all rows, in order. */
  readonly values: ArrayLike<number>;
  /** How many of them, from the first on, are for training. */
  readonly trainRows: number;
  /** The first row of the test part; the rows between are for validation. */
  readonly testStart: number;
  /** The first row of each window of the test part; without it one window begins at each of its rows. */
  readonly origins?: ArrayLike<number>;
  /** Rows per season, where they have one. */
  readonly season: number | undefined;
}

/** Forecasts from the rows before row `first`, of step 1, 2, … */
type Forecast = (first: number, step: number) => number;

/**
 * The errors of forecasts that need no model (Hyndman & Athanasopoulos, "Forecasting: principles and practice", 5.2), over the windows that the model is tested
 * on. With y[n] the last row before the window and h the step:
 * naive y[n]; seasonal naive y[n + h - m·⌈h/m⌉] with m rows per season; drift y[n] + h·(y[n] - y[0])/n;
 * AR(1) ŷ[n+h] = c + φ·ŷ[n+h-1], fitted to the training rows by least squares.
 * @param windows how many, where not all are tested: window k forecasts rows testStart + k to testStart + k + horizon - 1
 */
export function baselineErrors(
  series: ForecastSeries,
  horizon: number,
  windows = testWindows(series, horizon),
): ForecastErrors[] {
  const { values, trainRows, season } = series;
  const { intercept, slope } = fitAr1(Array.prototype.slice.call(values, 0, trainRows));
  const first = windowStart(series, 0);
  const forecasts: Record<string, Forecast> = {
    naive: (first) => values[first - 1]!,
    ...(season === undefined || season < 2 || season > first
      ? {}
      : { "seasonal naive": (first, step) => values[first - 1 + step - season * Math.ceil(step / season)]! }),
    drift: (first, step) => values[first - 1]! + (step * (values[first - 1]! - values[0]!)) / Math.max(1, first - 1),
    // A series that is kept for testing has no training rows to fit it to.
    ...(trainRows < 2
      ? {}
      : {
          "AR(1)": (first, step) => {
            let value = values[first - 1]!;
            for (let k = 0; k < step; k++) value = intercept + slope * value;
            return value;
          },
        }),
  };
  return Object.entries(forecasts).map(([name, forecast]) => {
    const predictions = new Float64Array(windows * horizon);
    for (let k = 0; k < windows; k++) {
      for (let step = 1; step <= horizon; step++)
        predictions[k * horizon + step - 1] = forecast(windowStart(series, k), step);
    }
    return forecastErrors(name, series, horizon, predictions);
  });
}

/** The first row of a window of the test part. */
function windowStart({ origins, testStart }: ForecastSeries, window: number): number {
  return origins?.[window] ?? testStart + window;
}

/** How many windows have all their targets in the test part. */
export function testWindows({ values, testStart, origins }: ForecastSeries, horizon: number): number {
  return origins?.length ?? Math.max(0, values.length - testStart - horizon + 1);
}

/**
 * The errors of a model over the first windows of the test part.
 * @param predictions [windows, horizon], in units of the data, window by window
 */
export function forecastErrors(
  name: string,
  series: ForecastSeries,
  horizon: number,
  predictions: ArrayLike<number>,
): ForecastErrors {
  const { values, trainRows } = series;
  const count = predictions.length;
  let [absolute, squares] = [0, 0];
  for (let k = 0; k < count; k++) {
    const actual = values[windowStart(series, Math.floor(k / horizon)) + (k % horizon)]!;
    const error = Math.abs(actual - predictions[k]!);
    absolute += error / count;
    squares += error ** 2 / count;
  }
  const scale = naiveScale(Array.prototype.slice.call(values, 0, trainRows));
  return { name, mae: absolute, rmse: Math.sqrt(squares), mase: scale > 0 ? absolute / scale : null };
}

/**
 * One line: the model's error beside those of the baselines, and which of them are better.
 * "MAE 12.3 (test, in units of sales); naive 14.1, seasonal naive 10.2, drift 14.3, AR(1) 13.9: worse than seasonal naive"
 * @param target its name, and of how many series the errors are the mean
 */
export function describeErrors(
  { name: target, series }: { readonly name: string; readonly series?: number },
  model: ForecastErrors,
  baselines: readonly ForecastErrors[],
  measure: "mae" | "mase" = "mae",
): string {
  const own = model[measure] ?? Number.NaN;
  const others = baselines.map((other) => ({ name: other.name, error: other[measure] ?? Number.NaN }));
  const better = others.filter(({ error }) => error < own).map(({ name }) => name);
  const ties = others.filter(({ error }) => error === own).map(({ name }) => name);
  const verdict = !Number.isFinite(own)
    ? "no number"
    : better.length > 0
      ? `worse than ${listOf(better)}`
      : ties.length > 0
        ? `no better than ${listOf(ties)}`
        : "better than each of them";
  const unit = measure === "mae" ? `in units of ${target}` : target;
  const mean = series === undefined ? "" : `, mean over ${series.toLocaleString("en-US")} series`;
  const shown = others.map(({ name, error }) => `${name} ${short(error)}`).join(", ");
  return `${measure.toUpperCase()} ${short(own)} (test, ${unit}${mean}); ${shown}: ${verdict}`;
}

function listOf(names: readonly string[]): string {
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

/** Four digits, more of large numbers. */
function short(value: number): string {
  return Math.abs(value) >= 1e4 && Math.abs(value) < 1e15 ? value.toFixed(0) : String(Number(value.toPrecision(4)));
}
