// Parts of train.ts that only some programs have.
import type { Plan } from "../plan/types.ts";
import { sourceOf } from "../sources/sources.ts";
import { taskOf } from "../tasks/tasks.ts";

/** A confusion matrix of more classes would be too large to keep and to read. */
const MAX_CONFUSION_CLASSES = 64;

export function hasConfusionMatrix({ dataset }: Plan): boolean {
  const { kind, classes, perTimestep } = dataset.targets;
  return kind === "labels" && !perTimestep && classes! <= MAX_CONFUSION_CLASSES;
}

/** Whether the spec names files, whose paths start at its folder. */
export function readsFiles({ dataset }: Plan): boolean {
  return sourceOf(dataset).reads === "files";
}

/** The model's forecasts of the test part beside those that need no model. Of several quantiles the one nearest to the median counts. */
export function comparison({ training }: Plan, test: string): string {
  const quantiles = training.loss.type === "quantile" ? training.loss.quantiles : [0.5];
  const distances = quantiles.map((quantile) => Math.abs(quantile - 0.5));
  const middle = distances.indexOf(Math.min(...distances));
  const values =
    quantiles.length === 1
      ? "predicted"
      : `predicted.filter((_, k) => k % ${quantiles.length} === ${middle}) /* quantile ${quantiles[middle]} */`;
  return `  const forecasts = inDataUnits(${values}, data.targetScaler); // [windows, TARGETS]
  const errors = [
    forecastErrors("model", data.series, TARGETS, forecasts),
    ...baselineErrors(data.series, TARGETS, ${test}.count),
  ];
`;
}

/** Of each metric that has a unit, the power of the target's scale that turns it into that of the data. */
export function unitPowers({ dataset, training }: Plan): [name: string, power: number][] {
  return training.metrics.flatMap((metric) => {
    const power = taskOf(dataset).unitPower?.(dataset, metric);
    return power === undefined ? [] : [[metric.name, power]];
  });
}
