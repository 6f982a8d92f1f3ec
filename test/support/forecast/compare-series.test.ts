import { describe, expect, it } from "vitest";
import { baselineErrors, type ForecastSeries, forecastErrors } from "../../../src/support/forecast/compare.ts";
import { compareSeries, describeSeriesErrors } from "../../../src/support/forecast/compare-series.ts";

const SMALL: ForecastSeries = {
  name: "a",
  values: [1, 2, 4, 3, 5, 4, 6, 8],
  trainRows: 4,
  testStart: 4,
  origins: [4, 6],
  season: 2,
};
/** A thousand times as large, and without training rows. */
const LARGE: ForecastSeries = {
  name: "b",
  values: [1000, 3000, 2000, 4000],
  trainRows: 0,
  testStart: 0,
  origins: [2],
  season: 2,
};

describe("errors over several series", () => {
  const forecasts = Float64Array.of(4, 5, 7, 7, 2500, 2500);

  it("are the means of the errors of each, over its own windows", () => {
    const { series, errors } = compareSeries([SMALL, LARGE], 2, forecasts);
    expect(series).toBe(2);
    // 5 4 | 6 8 and 2000 4000 against the forecasts
    const [a, b] = [(1 + 1 + 1 + 1) / 4, (500 + 1500) / 2];
    const scale = (1 + 2 + 1) / 3;
    expect(errors[0]).toEqual({
      name: "model",
      mae: (a + b) / 2,
      rmse: (1 + Math.sqrt((500 ** 2 + 1500 ** 2) / 2)) / 2,
      mase: a / scale,
    });
    // Windows begin after 3 and 4; the last row before them stays.
    const naive = errors.find(({ name }) => name === "naive")!;
    expect(naive.mae).toBeCloseTo(((2 + 1 + 2 + 4) / 4 + (1000 + 1000) / 2) / 2, 12);
  });

  it("leave out a baseline that some series cannot have", () => {
    const names = (series: readonly ForecastSeries[]): string[] =>
      compareSeries(series, 2, forecasts).errors.map(({ name }) => name);
    expect(names([SMALL])).toEqual(["model", "naive", "seasonal naive", "drift", "AR(1)"]);
    expect(names([SMALL, LARGE])).toEqual(["model", "naive", "seasonal naive", "drift"]);
    expect(names([SMALL, { ...LARGE, season: 3 }])).toEqual(["model", "naive", "drift"]);
  });

  it("are those of one series where there is one", () => {
    const one: ForecastSeries = { ...SMALL, origins: [4, 5, 6] };
    const own = Float64Array.of(1, 2, 3, 4, 5, 6);
    const { origins: _, ...whole } = one;
    expect(compareSeries([one], 2, own)).toEqual({
      series: 1,
      errors: [forecastErrors("model", whole, 2, own), ...baselineErrors(whole, 2)],
    });
  });

  it("are told by their MASE, since series differ in size", () => {
    const compared = compareSeries([SMALL, { ...SMALL, origins: [5] }], 2, forecasts);
    expect(describeSeriesErrors("sales", compared)).toMatch(
      /^MASE [\d.]+ \(test, sales, mean over 2 series\); naive [\d.]+, .*: worse than /,
    );
    const unscaled = compareSeries([LARGE, LARGE], 2, Float64Array.of(1, 2, 3, 4));
    expect(describeSeriesErrors("sales", unscaled)).toMatch(
      /^MAE \d+ \(test, in units of sales, mean over 2 series\); /,
    );
    const single = describeSeriesErrors("sales", compareSeries([SMALL], 2, forecasts));
    expect(single).toMatch(/^MAE 1 \(test, in units of sales\); naive 2.25, /);
  });
});
