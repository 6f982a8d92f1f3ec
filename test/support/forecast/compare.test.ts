import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { loadCsv } from "../../../src/support/data/csv.ts";
import {
  baselineErrors,
  describeErrors,
  type ForecastSeries,
  forecastErrors,
  testWindows,
} from "../../../src/support/forecast/compare.ts";
import { temporaryFolder, write } from "../data/fixtures.ts";

// A trend, a season of 12 and a wobble. Errors were computed by another program, window by window.
const SERIES: ForecastSeries = {
  name: "sales",
  values: [
    ...[100, 108, 123, 118, 131, 145, 162, 165, 147, 133, 114, 127],
    ...[128, 131, 146, 141, 154, 173, 185, 188, 170, 156, 142, 150],
    ...[151, 154, 169, 169, 177, 196, 208, 211, 198, 179, 165, 173],
  ],
  trainRows: 24,
  testStart: 24,
  season: 12,
};

function byName(errors: ReturnType<typeof baselineErrors>): Record<string, number[]> {
  return Object.fromEntries(errors.map(({ name, mae, rmse, mase }) => [name, [mae, rmse, mase!]]));
}

function expectClose(found: Record<string, number[]>, wanted: Record<string, number[]>): void {
  expect(Object.keys(found)).toEqual(Object.keys(wanted));
  for (const [name, numbers] of Object.entries(wanted)) {
    for (const [k, number] of numbers.entries()) expect(found[name]![k]! / number).toBeCloseTo(1, 10);
  }
}

describe("errors of forecasts without a model", () => {
  it("are those of the windows that the model is tested on", () => {
    expect(testWindows(SERIES, 5)).toBe(8);
    expectClose(byName(baselineErrors(SERIES, 5)), {
      naive: [22.35, 26.482069405543065, 1.9471590909090912],
      "seasonal naive": [24.0, 24.08318915758459, 2.090909090909091],
      drift: [19.584238818090956, 24.404201470063036, 1.7062026243033788],
      "AR(1)": [24.06899388150037, 29.129519793255064, 2.0969199214943504],
    });
  });

  it("repeat the season as often as the horizon needs it", () => {
    expectClose(byName(baselineErrors({ ...SERIES, season: 3 }, 5).slice(1, 2)), {
      "seasonal naive": [26.75, 30.646370095004727, 2.3304924242424243],
    });
  });

  it("are as many as the windows of the reader", () => {
    const text = `y\n${Array.from(SERIES.values).join("\n")}\n`;
    const file = write(temporaryFolder(), "sales.csv", text);
    const options = {
      file,
      target: "y",
      features: ["y"],
      lookback: 3,
      horizon: 5,
      testFraction: 1 / 3,
      validation: "test",
      scaling: "standard",
    } as const;
    const { series, test } = loadCsv({ ...options, season: 12 });
    expect([series.trainRows, test.count]).toEqual([24, testWindows(series, 5)]);
    expect(baselineErrors(series, 5)).toEqual(baselineErrors(SERIES, 5));
  });

  it("leave out a season that there is none of, or that is longer than the training rows", () => {
    for (const season of [undefined, 25]) {
      expect(baselineErrors({ ...SERIES, season }, 1).map(({ name }) => name)).toEqual(["naive", "drift", "AR(1)"]);
    }
  });

  it("can be of the first windows alone", () => {
    const [naive] = baselineErrors(SERIES, 2, 1);
    expect(naive).toMatchObject({ mae: (1 + 4) / 2, rmse: Math.sqrt((1 + 16) / 2) });
  });

  it("have no scale where the training rows do not change", () => {
    const constant = { ...SERIES, values: [5, 5, 5, 5, 6, 7], trainRows: 4, season: undefined };
    expect(baselineErrors(constant, 1)).toEqual(
      ["naive", "drift", "AR(1)"].map((name) => ({
        name,
        mae: expect.any(Number),
        rmse: expect.any(Number),
        mase: null,
      })),
    );
  });
});

describe("a model beside them", () => {
  const baselines = [
    { name: "naive", mae: 14.1, rmse: 1, mase: 1 },
    { name: "seasonal naive", mae: 10.2, rmse: 1, mase: 1 },
    { name: "AR(1)", mae: 13.9, rmse: 1, mase: 1 },
  ];
  const line = (mae: number): string => describeErrors(SERIES, { name: "model", mae, rmse: 1, mase: 1 }, baselines);

  it("has errors in units of the data", () => {
    const right = [151, 154, 154, 169];
    expect(forecastErrors("model", SERIES, 2, right)).toEqual({ name: "model", mae: 0, rmse: 0, mase: 0 });
    const wrong = right.map((value, k) => value + [1, -3, 0, 2][k]!);
    expect(forecastErrors("model", SERIES, 2, wrong)).toMatchObject({ mae: 1.5, rmse: Math.sqrt(14 / 4) });
  });

  it("is said to be worse than those that are better", () => {
    expect(line(12.34)).toBe(
      "MAE 12.34 (test, in units of sales); naive 14.1, seasonal naive 10.2, AR(1) 13.9: worse than seasonal naive",
    );
    expect(line(20)).toMatch(/: worse than naive, seasonal naive and AR\(1\)$/);
    expect(line(9)).toMatch(/: better than each of them$/);
    expect(line(10.2)).toMatch(/: no better than seasonal naive$/);
    expect(line(Number.NaN)).toMatch(/: no number$/);
    expect(line(1234567.8)).toMatch(/^MAE 1234568 /);
  });
});

const SHARED = fileURLToPath(new URL("../../../../shared/data", import.meta.url));

describe.runIf(existsSync(`${SHARED}/series/series_baselines.json`))("errors of public series", () => {
  it("are those that were computed with other tools", () => {
    const { series } = JSON.parse(readFileSync(`${SHARED}/series/series_baselines.json`, "utf8"));
    const files: Record<string, [string, string]> = {
      airline: ["airline.csv", "passengers"],
      sunspots: ["sunspots.csv", "sunspots"],
      realgdp: ["macro.csv", "realgdp"],
      unemp: ["macro.csv", "unemp"],
    };
    for (const [name, [file, target]] of Object.entries(files)) {
      const { n, n_test, first_test_index, seasonality, errors } = series[name];
      const options = {
        target,
        features: [target],
        lookback: 1,
        horizon: 1,
        scaling: "none",
        testFraction: n_test / n,
        validation: "test",
      } as const;
      const read = loadCsv({ file: `${SHARED}/series/${file}`, ...options, season: seasonality });
      expect(read.series.trainRows).toBe(first_test_index);
      const of = (key: string): number[] => [errors[key].mae, errors[key].rmse, errors[key].mase];
      expectClose(byName(baselineErrors(read.series, 1)), {
        naive: of("last_value"),
        "seasonal naive": of(`seasonal_naive_m${seasonality}`),
        drift: of("drift"),
        "AR(1)": of("ar1_fit_once"),
      });
    }
  });

  it("are, over the 181 yearly series of M1, the published means", () => {
    const values = new Map<string, number[]>();
    for (const line of readFileSync(`${SHARED}/m1_yearly/m1_yearly.csv`, "utf8").trim().split("\n").slice(1)) {
      const [series, , value] = line.split(",");
      values.set(series!, [...(values.get(series!) ?? []), Number(value)]);
    }
    const sums: Record<string, number> = {};
    for (const [name, all] of values) {
      const trainRows = all.length - 6;
      const series = { name, values: all, trainRows, testStart: trainRows, season: undefined };
      for (const errors of baselineErrors(series, 6)) {
        sums[errors.name] = (sums[errors.name] ?? 0) + errors.mase! / values.size;
      }
    }
    expect(values.size).toBe(181);
    expect(sums.naive).toBeCloseTo(4.894322211, 8);
    expect(sums.drift).toBeCloseTo(3.489172881, 8);
    expect(sums["AR(1)"]).toBeCloseTo(3.675903768, 8);
  });
});
