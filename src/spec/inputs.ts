import type { Dataset } from "./types.ts";

/** A shape per sample: [features] or [timesteps, features]. The batch axis is never part of it. */
export type Shape = readonly number[];

/** One input of a model, as the dataset gives it. */
export interface ModelInput {
  readonly name: string;
  /** [timesteps, features] or [features]; of token ids: [timesteps]. */
  readonly shape: Shape;
  readonly kind: "floats" | "ids";
  /** Ids are 0..vocabularySize-1; undefined for floats. */
  readonly vocabularySize: number | undefined;
}

/** What a model reads from a dataset. */
export function modelInputs(dataset: Dataset): ModelInput[] {
  const floats = (...shape: number[]): ModelInput[] => [
    { name: "input", shape, kind: "floats", vocabularySize: undefined },
  ];
  switch (dataset.type) {
    case "mnist":
    case "digits":
      return floats(28, 28);
    case "idx":
      return floats(dataset.rows, dataset.columns);
    case "csv":
      return floats(dataset.lookback, dataset.features?.length ?? 1);
    case "text":
      return floats(dataset.timesteps, dataset.vocabularySize!);
  }
}
