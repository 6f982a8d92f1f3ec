import { describe, expect, it } from "vitest";
import {
  ar1Forecast,
  fitAr1,
  forecastScores,
  naiveForecast,
  naiveScale,
} from "../../../src/support/forecast/baselines.ts";

describe("fitAr1", () => {
  it("finds the line that a series follows", () => {
    const values = [8];
    for (let t = 1; t < 20; t++) values.push(1 + 0.5 * values[t - 1]!);
    const { intercept, slope } = fitAr1(values);
    expect(intercept).toBeCloseTo(1, 10);
    expect(slope).toBeCloseTo(0.5, 10);
    expect([...ar1Forecast(values, 18, { intercept, slope })]).toEqual([
      expect.closeTo(values[18]!, 8),
      expect.closeTo(values[19]!, 8),
    ]);
  });

  it("forecasts the mean of a constant series", () => {
    expect(fitAr1([3, 3, 3])).toEqual({ intercept: 3, slope: 0 });
  });
});

describe("naive forecasts", () => {
  it("repeat the value one step, or one season, before", () => {
    expect([...naiveForecast([1, 2, 3, 4, 5], 3)]).toEqual([3, 4]);
    expect([...naiveForecast([1, 2, 3, 4, 5], 3, 3)]).toEqual([1, 2]);
  });

  it("scale errors by their own on the training values", () => {
    expect(naiveScale([1, 2, 4, 8])).toBeCloseTo(7 / 3, 12);
    expect(naiveScale([1, 2, 4, 8], 2)).toBeCloseTo(4.5, 12);
  });
});

describe("forecastScores", () => {
  it("measures by hand-computed errors 1 and 3", () => {
    const { rmse, mae, mape, mase } = forecastScores([10, 20], [11, 17], 4);
    expect(rmse).toBeCloseTo(Math.sqrt(5), 12);
    expect(mae).toBe(2);
    expect(mape).toBeCloseTo(12.5, 12);
    expect(mase).toBe(0.5);
  });
});
