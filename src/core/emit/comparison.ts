import type { Plan } from "../plan/types.ts";
import { sourceOf } from "../sources/sources.ts";

/** Code of train.ts that measures the model's forecasts beside those that need no model. */
interface Comparison {
  /** Names by module. */
  readonly imports: Readonly<Record<string, readonly string[]>>;
  /** After the test, of which `predicted` is known. */
  readonly lines: string;
  /** What finishRun tells of it. */
  readonly entries: string;
}

/** @param test what the split of the test samples is called */
export function comparison(plan: Plan, test: string): Comparison {
  const values = middleQuantile(plan);
  if (sourceOf(plan.dataset).severalSeries) {
    return {
      imports: { "./support/forecast/compare-series.ts": ["compareSeries", "describeSeriesErrors"] },
      lines: `  const forecasts = data.inDataUnits(${values}); // [windows, TARGETS]
  const compared = compareSeries(data.testSeries(${test}.count), TARGETS, forecasts);
`,
      entries: `    forecast: { target: data.target, ...compared },
    lines: [\`forecast: \${describeSeriesErrors(data.target, compared)}\`],
`,
    };
  }
  return {
    imports: {
      "./support/data/csv-scalers.ts": ["inDataUnits"],
      "./support/forecast/compare.ts": ["baselineErrors", "describeErrors", "forecastErrors"],
    },
    lines: `  const forecasts = inDataUnits(${values}, data.targetScaler); // [windows, TARGETS]
  const errors = [
    forecastErrors("model", data.series, TARGETS, forecasts),
    ...baselineErrors(data.series, TARGETS, ${test}.count),
  ];
`,
    entries: `    forecast: { target: data.series.name, errors },
    lines: [\`forecast: \${describeErrors(data.series, errors[0]!, errors.slice(1))}\`],
`,
  };
}

/** The predictions; of several quantiles the one nearest to the median counts. */
function middleQuantile({ training }: Plan): string {
  const quantiles = training.loss.type === "quantile" ? training.loss.quantiles : [0.5];
  const distances = quantiles.map((quantile) => Math.abs(quantile - 0.5));
  const middle = distances.indexOf(Math.min(...distances));
  return quantiles.length === 1
    ? "predicted"
    : `predicted.filter((_, k) => k % ${quantiles.length} === ${middle}) /* quantile ${quantiles[middle]} */`;
}
