import type { MetricPlan } from "../plan/training.ts";
import type { DatasetPlan } from "../plan/types.ts";

export type TaskType = "classify" | "forecast" | "generate" | "tensors";

/** The pairs of predictor.ts and predict.ts that there are: src/core/emit/predict has one of these names for each. */
export type PredictPrograms = "images" | "forecast" | "forecasts" | "generate" | "outputs" | "labels";

interface Words {
  readonly key: string;
  readonly one: string;
  readonly areAll: string;
}

/** Targets that have no other name. */
export const TARGETS: Words = { key: "dataset.targets.features", one: "target", areAll: "the targets are" };

/** A task says what is learned. This is all that is particular to one, but for its programs in src/core/emit/predict. */
export interface TaskDefinition {
  readonly type: TaskType;
  /** How messages speak of targets that are numbers: where the spec says how many, one of them, all of them with their verb. */
  readonly numbers: Words;
  /** Whether one output, the probability of the second class, can stand for two. */
  readonly sharesOutput: boolean;
  /** Whether the report and the last line of a run have the model's errors beside those of forecasts that need no model. */
  readonly comparesForecasts: boolean;
  programs(dataset: DatasetPlan): PredictPrograms;
  /** Arguments that predict.ts can be tried with, as words; `file` makes a word of a data file's path. */
  example(dataset: DatasetPlan, file: (path: string) => string): readonly string[];
  /** Of a metric that has a unit, the power of the target's scale that turns it into that of the data. */
  unitPower?(dataset: DatasetPlan, metric: MetricPlan): number | undefined;
}
