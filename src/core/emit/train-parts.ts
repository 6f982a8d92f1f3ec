// What the sections of train.ts ask of a plan.
import type { Plan } from "../plan/types.ts";
import { sourceOf } from "../sources/sources.ts";
import { taskOf } from "../tasks/tasks.ts";
import type { EmitContext } from "./context.ts";
import type { Imports } from "./imports.ts";
import { hasStates } from "./states.ts";

export interface TrainContext extends EmitContext {
  readonly imports: Imports;
}

/** Whether the spec names files, whose paths start at its folder. */
export function readsFiles({ dataset }: Plan): boolean {
  return sourceOf(dataset).reads === "files";
}

/** Of each metric that has a unit, the power of the target's scale that turns it into that of the data. */
export function unitPowers({ dataset, training }: Plan): [name: string, power: number][] {
  return training.metrics.flatMap((metric) => {
    const power = taskOf(dataset).unitPower?.(dataset, metric);
    return power === undefined ? [] : [[metric.name, power]];
  });
}

/** What the splits are called; `onTest`: the test samples are those of the validation. */
export function splits(plan: Plan): { test: string; validation: string; onTest: boolean } {
  const folder = hasStates(plan) ? "" : "data.";
  const onTest = plan.dataset.validation === "test";
  return { test: `${folder}test`, validation: `${folder}${onTest ? "test" : "validation"}`, onTest };
}
