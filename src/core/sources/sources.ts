import type { DatasetPlan } from "../plan/types.ts";
import type { DatasetInput, DatasetTargets } from "../spec/dataset.ts";
import type { Source } from "../spec/types.ts";
import { arrays } from "./arrays.ts";
import { csv } from "./csv.ts";
import { digits } from "./digits.ts";
import { idx } from "./idx.ts";
import { mnist } from "./mnist.ts";
import type { SourceDefinition, SourceType } from "./source.ts";
import { table } from "./table.ts";
import { text } from "./text.ts";
import { leftForTraining, planValidation } from "./validation.ts";

/** All sources, by the `type` of a dataset. */
export const SOURCES: Readonly<Record<SourceType, SourceDefinition>> = { mnist, digits, idx, csv, table, text, arrays };

export function sourceOf({ type }: { readonly type: SourceType }): SourceDefinition {
  return SOURCES[type];
}

/** The inputs that a dataset gives, in order. */
export function datasetInputs(dataset: Source): readonly DatasetInput[] {
  return sourceOf(dataset).inputs(dataset);
}

/** The targets that a dataset gives. */
export function datasetTargets(dataset: Source): DatasetTargets {
  return sourceOf(dataset).targets(dataset);
}

/** Where the spec describes an input. JSON pointer. */
export function inputPointer(dataset: Source, index: number): string {
  return sourceOf(dataset).inputPointer?.(index) ?? "/dataset";
}

/** Whether scaling puts the mean of the targets at 0. */
export function targetsAreCentred(dataset: Source): boolean {
  return sourceOf(dataset).isCentred?.(dataset) ?? false;
}

/**
 * @param seed training.seed, which draws the validation samples
 * @param consecutive whether samples continue one another, as stateful layers have it
 */
export function planDataset(
  dataset: Source,
  { specLine, ...order }: { readonly specLine: number; readonly seed: number; readonly consecutive: boolean },
): DatasetPlan {
  const source = sourceOf(dataset);
  const samples = source.samples?.(dataset);
  const validation = planValidation(dataset, source, order);
  const plan = {
    specLine,
    inputs: source.inputs(dataset),
    targets: source.targets(dataset),
    trainSamples: samples === undefined ? undefined : leftForTraining(samples, validation),
    validation,
    type: source.type,
    ...source.plan(dataset, order),
  };
  return plan as DatasetPlan;
}
