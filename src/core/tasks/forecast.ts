import type { MetricPlan } from "../plan/training.ts";
import { sourceOf } from "../sources/sources.ts";
import type { TaskDefinition } from "./task.ts";

/** What a metric of scaled numbers grows with: their scale, or its square. */
const POWERS: Partial<Record<MetricPlan["type"], number>> = {
  meanAbsoluteError: 1,
  rootMeanSquaredError: 1,
  meanSquaredError: 2,
};

/** What follows the end of a series. */
export const forecast: TaskDefinition = {
  type: "forecast",
  numbers: { key: "dataset.horizon", one: "forecast", areAll: "a forecast has" },
  sharesOutput: true,
  comparesForecasts: true,
  programs: (dataset) => (sourceOf(dataset).severalSeries ? "forecasts" : "forecast"),
  example: () => [],
  unitPower: (dataset, { type }) => (sourceOf(dataset).scalesTargets?.(dataset) ? POWERS[type] : undefined),
};
