/** What a forecast is measured by: root mean square, mean absolute, mean absolute percentage and scaled errors. */
export interface ForecastScores {
  readonly rmse: number;
  readonly mae: number;
  /** In percent. */
  readonly mape: number;
  /** mae / mean |y[t] - y[t-1]| of the training values (Hyndman & Koehler 2006). */
  readonly mase: number;
}

/** value[t] = intercept + slope · value[t-1] */
export interface Ar1 {
  readonly intercept: number;
  readonly slope: number;
}

/** Ordinary least squares over the values, each against the one before it. A constant series has slope 0. */
export function fitAr1(values: ArrayLike<number>): Ar1 {
  const count = values.length - 1;
  let [meanX, meanY] = [0, 0];
  for (let t = 1; t <= count; t++) {
    meanX += values[t - 1]! / count;
    meanY += values[t]! / count;
  }
  let [covariance, variance] = [0, 0];
  for (let t = 1; t <= count; t++) {
    covariance += (values[t - 1]! - meanX) * (values[t]! - meanY);
    variance += (values[t - 1]! - meanX) ** 2;
  }
  const slope = variance === 0 ? 0 : covariance / variance;
  return { intercept: meanY - slope * meanX, slope };
}

/** The mean of |y[t] - y[t-lag]|: what the error of a forecast is scaled by. */
export function naiveScale(values: ArrayLike<number>, lag = 1): number {
  let sum = 0;
  for (let t = lag; t < values.length; t++) sum += Math.abs(values[t]! - values[t - lag]!);
  return sum / (values.length - lag);
}

/** The value `lag` steps before each value from index `first` on: the naive forecast, or the seasonal one of a lag of one season. */
export function naiveForecast(values: ArrayLike<number>, first: number, lag = 1): Float64Array {
  return Float64Array.from({ length: values.length - first }, (_, k) => values[first + k - lag]!);
}

/** One-step forecasts of each value from index `first` on, from the value before it. */
export function ar1Forecast(values: ArrayLike<number>, first: number, { intercept, slope }: Ar1): Float64Array {
  return naiveForecast(values, first).map((value) => intercept + slope * value);
}

/** @param scale of the mase, see {@link naiveScale} */
export function forecastScores(actual: ArrayLike<number>, predicted: ArrayLike<number>, scale: number): ForecastScores {
  let [squares, absolute, relative] = [0, 0, 0];
  const count = actual.length;
  for (let k = 0; k < count; k++) {
    const error = Math.abs(actual[k]! - predicted[k]!);
    squares += error ** 2 / count;
    absolute += error / count;
    relative += error / Math.abs(actual[k]!) / count;
  }
  return { rmse: Math.sqrt(squares), mae: absolute, mape: 100 * relative, mase: absolute / scale };
}
