import type { DatasetInput, DatasetTargets, Plan } from "../plan/types.ts";
import { featuresOf, kindOfShape, placesOf, timestepsOf } from "../spec/shapes.ts";
import { kernels } from "./imports.ts";
import type { ModelContext } from "./model-context.ts";
import { tensorShape } from "./text.ts";

/** A tensor of a batch: its type, its shape as comments show it, and the expression that makes it from `values`. */
export interface BatchTensor {
  readonly type: string;
  readonly shown: string;
  readonly create: (values: string) => string;
}

export function inputTensor({ shape, kind }: DatasetInput): BatchTensor {
  if (kind === "ids") {
    return {
      type: "tf.Tensor2D",
      shown: `[B, ${shape[0]}] ids`,
      create: (values) => `tf.tensor2d(${values}, [batch, ${shape[0]}], "int32")`,
    };
  }
  return floatTensor(shape);
}

function floatTensor(shape: readonly number[]): BatchTensor {
  const [type, create, size] =
    kindOfShape(shape) === "vector"
      ? ["tf.Tensor2D", "tf.tensor2d", `[batch, ${shape[0]}]`]
      : ["tf.Tensor3D", "tf.tensor3d", `[${timestepsOf(shape)}, batch, ${placesOf(shape) * featuresOf(shape)}]`];
  return { type, shown: tensorShape(shape), create: (values) => `${create}(${values}, ${size})` };
}

export function targetTensor(targets: DatasetTargets): BatchTensor {
  if (targets.kind === "labelSequence") {
    const length = targets.shape[0];
    return {
      type: "tf.Tensor2D",
      shown: `[B, ${length}] labels, padded with 0`,
      create: (values) => `tf.tensor2d(${values}, [batch, ${length}], "int32")`,
    };
  }
  if (!areLabels(targets)) return floatTensor(targets.shape);
  return {
    type: "tf.Tensor1D",
    shown: targets.perTimestep ? `[${targets.shape[0]} * B] labels, those of timestep 0 first` : "[B] labels",
    create: (values) => `tf.tensor1d(${values}, "int32")`,
  };
}

/** Of targets per timestep a file may weigh samples or their timesteps. */
export function weightsLayout(targets: DatasetTargets): string {
  return targets.perTimestep ? `[B], or [${targets.shape[0]} * B], those of timestep 0 first` : "[B]";
}

export function inputType(input: DatasetInput): string {
  return inputTensor(input).type;
}

/** How a batch of an input lies in memory: [28, B, 28]; ids: int32 [B, 28]. */
export function inputLayout({ shape, kind }: DatasetInput): string {
  return kind === "ids" ? `int32 [B, ${shape[0]}]` : tensorShape(shape);
}

/** One integer for each sample, or each of its timesteps. */
export function areLabels({ kind }: DatasetTargets): boolean {
  return kind === "labels";
}

/** The targets in the form of the output: as a sequence where they are numbers for each timestep. */
export function targetsLike({ plan, imports }: ModelContext, targets: string): string {
  if (targetTensor(plan.dataset.targets).type !== "tf.Tensor3D") return targets;
  return `${imports.value(kernels("sequence"), "Sequence")}.fromTensor(${targets})`;
}

/** Whether samples have weights of their own, from the dataset. */
export function hasSampleWeights({ dataset }: Plan): boolean {
  return "weightFiles" in dataset && dataset.weightFiles !== undefined;
}
