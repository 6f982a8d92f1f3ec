import type { SourceType } from "../sources/source.ts";
import { sourceOf } from "../sources/sources.ts";
import type { DatasetTargets } from "../spec/dataset.ts";
import { classify } from "./classify.ts";
import { forecast } from "./forecast.ts";
import { generate } from "./generate.ts";
import { definitionOfTargets } from "./targets.ts";
import type { TaskDefinition, TaskType } from "./task.ts";
import { tensors } from "./tensors.ts";

const TASKS: Readonly<Record<TaskType, TaskDefinition>> = { classify, forecast, generate, tensors };

/** What is learned from a dataset, of the spec or the plan. */
export function taskOf(dataset: { readonly type: SourceType }): TaskDefinition {
  return TASKS[sourceOf(dataset).task];
}

/** Whether one output, the probability of the second of two classes, can stand for both. */
export function sharesOutput(dataset: { readonly type: SourceType }, targets: DatasetTargets): boolean {
  return targets.classes === 2 && definitionOfTargets(targets).sharesOutput === true && taskOf(dataset).sharesOutput;
}
