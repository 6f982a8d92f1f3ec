import type { Dataset } from "./types.ts";

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

/** How many classes `classWeight` can weigh: those of labels and one-hot rows, and the two of a single yes-or-no target. */
export function weighableClasses({ kind, classes, shape }: DatasetTargets): number | undefined {
  if (kind === "labelSequence") return undefined;
  return kind === "binary" && shape.at(-1) === 1 ? 2 : classes;
}

const IMAGE: DatasetInput = { name: "input", shape: [28, 28], kind: "floats", vocabularySize: undefined };

/** The inputs that a dataset gives, in order. */
export function datasetInputs(dataset: Dataset): DatasetInput[] {
  switch (dataset.type) {
    case "mnist":
    case "digits":
      return [IMAGE];
    case "idx":
      return [{ ...IMAGE, shape: [dataset.rows, dataset.columns] }];
    case "csv":
      return [{ ...IMAGE, shape: [dataset.lookback, dataset.features?.length ?? 1] }];
    case "text":
      return dataset.encoding === "ids"
        ? [{ name: "input", shape: [dataset.timesteps], kind: "ids", vocabularySize: dataset.vocabularySize! }]
        : [{ ...IMAGE, shape: [dataset.timesteps, dataset.vocabularySize!] }];
    case "arrays":
      return dataset.inputs.map(({ name, shape, vocabularySize }) => ({
        name: name!,
        shape,
        kind: vocabularySize === undefined ? "floats" : "ids",
        vocabularySize,
      }));
  }
}

function labels(classes: number): DatasetTargets {
  return { kind: "labels", classes, shape: [], perTimestep: false };
}

/** The targets that a dataset gives. */
export function datasetTargets(dataset: Dataset): DatasetTargets {
  switch (dataset.type) {
    case "mnist":
    case "digits":
      return labels(10);
    case "idx":
      return labels(dataset.classes);
    case "text":
      return labels(dataset.vocabularySize!);
    case "csv":
      return { kind: "numbers", classes: undefined, shape: [dataset.horizon!], perTimestep: false };
    case "arrays": {
      const { encoding: kind, classes, features = 1, timesteps, length = 1 } = dataset.targets;
      if (kind === "labelSequence") return { kind, classes, shape: [length], perTimestep: false };
      const time = timesteps === undefined ? [] : [timesteps];
      const size = kind === "labels" ? [] : [kind === "oneHot" ? (classes ?? 1) : features];
      return { kind, classes, shape: [...time, ...size], perTimestep: timesteps !== undefined };
    }
  }
}
