import type * as tf from "@tensorflow/tfjs-core";
import type { EpochMetrics } from "./metrics.ts";
import type { TrainingLoop } from "./training-loop.ts";

/**
 * What a training does beside its steps: a line in the list `callbacks` of train.ts. The loop calls each function that there is, one
 * callback after the other in the order of the list, and waits for it. Callbacks may change `training.state.rateScale`, a factor of
 * the learning rate from the next step on, and set `training.state.stopped`, which ends the training after this epoch. The one that
 * saves checkpoints comes after those that change anything.
 */
export interface Callback {
  /** What checkpoints keep for it; a resumed run has it back, bit for bit, before the first call. */
  readonly keeps?: Kept;
  /** Before the first step of an epoch, and where a run resumes within one. */
  epochStart?(training: TrainingLoop): void | Promise<void>;
  /** After each step; `training.state` counts it already. */
  stepEnd?(training: TrainingLoop): void | Promise<void>;
  /** After the validation; `training.state` stands at the beginning of the next epoch. */
  epochEnd?(training: TrainingLoop, metrics: EpochMetrics): void | Promise<void>;
  /** After the last epoch, before the model is exported. */
  trainEnd?(training: TrainingLoop): void | Promise<void>;
}

/** Named state. Its owner changes the numbers, and assigns to the variables, float32, outside of the captured step. */
export interface Kept {
  /** Unique among the callbacks. */
  readonly name: string;
  readonly numbers?: Record<string, number>;
  readonly tensors?: Readonly<Record<string, tf.Variable>>;
}
