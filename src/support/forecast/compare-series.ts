import type { ForecastErrors } from "../run/report.ts";
import { baselineErrors, describeErrors, type ForecastSeries, forecastErrors } from "./compare.ts";

/** Errors over several series: each is measured by itself, then the mean is taken. */
export interface SeriesErrors {
  /** How many series have windows in the test part. */
  readonly series: number;
  /** The model's, then those of forecasts that need no model. */
  readonly errors: readonly ForecastErrors[];
}

/**
 * The errors of a model and of forecasts that need no model, as the mean over series. A baseline that some series is too short for is
 * left out; the mean of MASE is that of the series that have one.
 * @param series those of the windows, in the same order, each with `origins`
 * @param forecasts of the model, [windows, horizon], in units of the data
 */
export function compareSeries(
  series: Iterable<ForecastSeries>,
  horizon: number,
  forecasts: Float64Array,
): SeriesErrors {
  const all: ForecastErrors[][] = [];
  let done = 0;
  for (const one of series) {
    const windows = one.origins!.length;
    const own = forecasts.subarray(done * horizon, (done + windows) * horizon);
    all.push([forecastErrors("model", one, horizon, own), ...baselineErrors(one, horizon, windows)]);
    done += windows;
  }
  const [first = []] = all;
  const errors = first.flatMap(({ name }) => {
    const own = all.flatMap((errors) => errors.find((error) => error.name === name) ?? []);
    return own.length < all.length ? [] : [meanErrors(name, own)];
  });
  return { series: all.length, errors };
}

function meanErrors(name: string, errors: readonly ForecastErrors[]): ForecastErrors {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value / values.length, 0);
  const scaled = errors.flatMap(({ mase }) => mase ?? []);
  return {
    name,
    mae: mean(errors.map(({ mae }) => mae)),
    rmse: mean(errors.map(({ rmse }) => rmse)),
    mase: scaled.length === 0 ? null : mean(scaled),
  };
}

/** One line, as {@link describeErrors}; of several series, which may differ in size, by their MASE. */
export function describeSeriesErrors(target: string, { series, errors }: SeriesErrors): string {
  const [model, ...baselines] = errors as [ForecastErrors, ...ForecastErrors[]];
  const isScaled = series > 1 && errors.every(({ mase }) => mase !== null);
  return describeErrors(
    { name: target, ...(series > 1 ? { series } : {}) },
    model,
    baselines,
    isScaled ? "mase" : "mae",
  );
}
