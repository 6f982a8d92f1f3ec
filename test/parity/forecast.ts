import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadCsv } from "../../src/support/data/csv.ts";
import type { Split } from "../../src/support/data/dataset.ts";
import {
  ar1Forecast,
  fitAr1,
  forecastScores,
  naiveForecast,
  naiveScale,
} from "../../src/support/forecast/baselines.ts";
import { Comparison, TOLERANCE } from "./compare.ts";
import type { FixtureTensor } from "./fixtures.ts";

type Scores = Readonly<Record<"rmse" | "mae" | "mape" | "mase" | "maseSeasonal12", number>>;

export interface ForecastFixture {
  readonly series: readonly number[];
  readonly trainLength: number;
  readonly window: number;
  readonly scaled: FixtureTensor;
  readonly trainWindows: FixtureTensor;
  readonly trainTargets: FixtureTensor;
  readonly testWindows: FixtureTensor;
  readonly testTargets: FixtureTensor;
  readonly ar1: { readonly intercept: number; readonly slope: number; readonly testPredictions: FixtureTensor };
  readonly mase: { readonly scaleNaive: number; readonly scaleSeasonal12: number };
  readonly testScores: Readonly<Record<"ar1" | "naive" | "seasonalNaive12", Scores>>;
}

/** Windows of the csv reader, and the baselines' definitions. Scaling is of log10, so the file has the logarithms. */
export async function checkForecast(fixture: ForecastFixture): Promise<string | undefined> {
  const { series, trainLength, window } = fixture;
  const comparison = new Comparison();
  const logs = series.map(Math.log10);
  const folder = mkdtempSync(join(tmpdir(), "lstm-compile-parity-"));
  try {
    const file = join(folder, "series.csv");
    writeFileSync(file, `y\n${logs.join("\n")}\n`);
    const testFraction = (series.length - trainLength) / series.length;
    const options = {
      file,
      target: "y",
      features: ["y"],
      lookback: window,
      horizon: 1,
      testFraction,
      validation: "test",
    } as const;
    const { train, test, targetScaler } = loadCsv({ ...options, scaling: "minMax" });
    const { offset, scale } = targetScaler;
    const scaled = logs.map((value) => (value - offset) / scale);
    comparison.values("scaled", scaled, fixture.scaled.data, TOLERANCE.output);
    await compareWindows("train", train, fixture.trainWindows, fixture.trainTargets, comparison);
    await compareWindows("test", test, fixture.testWindows, fixture.testTargets, comparison);

    const ar1 = fitAr1(scaled.slice(0, trainLength));
    comparison.values("ar1", [ar1.intercept, ar1.slope], [fixture.ar1.intercept, fixture.ar1.slope], TOLERANCE.score);
    const unscaled = (values: Float64Array): Float64Array => values.map((value) => 10 ** (value * scale + offset));
    const forecasts = {
      ar1: unscaled(ar1Forecast(scaled, trainLength, ar1)),
      naive: naiveForecast(series, trainLength),
      seasonalNaive12: naiveForecast(series, trainLength, 12),
    };
    comparison.values(
      "ar1.testPredictions",
      predictionsLike(fixture, forecasts.ar1, ar1, scaled),
      fixture.ar1.testPredictions.data,
      TOLERANCE.output,
    );
    const known = series.slice(0, trainLength);
    const scales = [naiveScale(known), naiveScale(known, 12)] as const;
    comparison.values("mase scales", scales, [fixture.mase.scaleNaive, fixture.mase.scaleSeasonal12], TOLERANCE.score);
    const actual = series.slice(trainLength);
    for (const [name, wanted] of Object.entries(fixture.testScores)) {
      const forecast = forecasts[name as keyof typeof forecasts];
      if (forecast === undefined) return `there is no baseline ${name}`;
      const { rmse, mae, mape, mase } = forecastScores(actual, forecast, scales[0]);
      const seasonal = forecastScores(actual, forecast, scales[1]).mase;
      const found = [rmse, mae, mape, mase, seasonal];
      const order = [wanted.rmse, wanted.mae, wanted.mape, wanted.mase, wanted.maseSeasonal12];
      comparison.values(`scores of ${name} (rmse, mae, mape, mase, maseSeasonal12)`, found, order, TOLERANCE.score);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return comparison.failure;
}

/** Predictions stand in the fixture scaled or in the units of the series: whichever is nearer in size. */
function predictionsLike(
  fixture: ForecastFixture,
  units: Float64Array,
  ar1: { intercept: number; slope: number },
  scaled: readonly number[],
): Float64Array {
  const inUnits = fixture.ar1.testPredictions.data[0]! > 10;
  return inUnits ? units : ar1Forecast(scaled, fixture.trainLength, ar1);
}

async function compareWindows(
  name: string,
  split: Split,
  windows: FixtureTensor,
  targets: FixtureTensor,
  comparison: Comparison,
): Promise<void> {
  const { count } = split;
  const all = Int32Array.from({ length: count }, (_, k) => k);
  const read = await split.read(all);
  const x = read.inputs.input; // [timesteps, count, 1]
  const timesteps = x.length / count;
  const batchMajor = Float32Array.from(x, (_, k) => x[(k % timesteps) * count + Math.floor(k / timesteps)]!);
  comparison.tensor(`${name}Windows`, { shape: [count, timesteps], data: batchMajor }, windows, TOLERANCE.output);
  comparison.values(`${name}Targets`, read.targets, targets.data, TOLERANCE.output);
}
