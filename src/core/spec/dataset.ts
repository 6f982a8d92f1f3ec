/** A shape per sample: [features] or [timesteps, features]. The batch axis is never part of it. */
export type Shape = readonly number[];

/** One input of the model, per sample. */
export interface DatasetInput {
  readonly name: string;
  /** [timesteps, features] or [features]; [timesteps] of ids */
  readonly shape: Shape;
  readonly kind: "floats" | "ids";
  /** Ids are 0..vocabularySize-1. */
  readonly vocabularySize: number | undefined;
}

/** What the model learns to give, per sample. */
export interface DatasetTargets {
  /** Integer labels; rows of class probabilities; numbers; numbers in 0..1; labels of unknown timesteps, padded with 0. */
  readonly kind: "labels" | "oneHot" | "numbers" | "binary" | "labelSequence";
  /** Of labels, oneHot and labelSequence. */
  readonly classes: number | undefined;
  /** Of labels [] or [timesteps], of labelSequence [length], else [size] or [timesteps, size]. */
  readonly shape: Shape;
  readonly perTimestep: boolean;
}

/** One class for each sample. */
export function labels(classes: number): DatasetTargets {
  return { kind: "labels", classes, shape: [], perTimestep: false };
}
