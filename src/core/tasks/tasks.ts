import type { SourceType } from "../sources/source.ts";
import { sourceOf } from "../sources/sources.ts";
import { classify } from "./classify.ts";
import { forecast } from "./forecast.ts";
import { generate } from "./generate.ts";
import type { TaskDefinition, TaskType } from "./task.ts";
import { tensors } from "./tensors.ts";

const TASKS: Readonly<Record<TaskType, TaskDefinition>> = { classify, forecast, generate, tensors };

/** What is learned from a dataset, of the spec or the plan. */
export function taskOf(dataset: { readonly type: SourceType }): TaskDefinition {
  return TASKS[sourceOf(dataset).task];
}
