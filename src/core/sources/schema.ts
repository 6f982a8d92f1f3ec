// What a source says for the JSON Schema, and the options that several sources share.

import type { Definitions } from "../schema/definitions.ts";
import { count, type OptionSchema, reference, withDefault } from "../schema/options.ts";

/** The part of the JSON Schema that describes a dataset. Keys stand in the order in which the schema shows them. */
export interface SourceSchema {
  /** What it is, for editors and documentation. */
  readonly description: string;
  readonly required?: readonly string[];
  readonly options: Readonly<Record<string, OptionSchema>>;
  /** Maps inside it. */
  readonly definitions?: Definitions;
}

/** The path of a file. */
export const FILE = { type: "string", minLength: 1, maxLength: 255, pattern: "^[^\\u0000-\\u001f\\u007f\\\\]+$" };

/** Where a file is not said to be of the data folder, the description says where it is. */
export function fileSchema(description: string, example: string): OptionSchema {
  return withDefault({ description, ...FILE }, undefined, [example]);
}

/** In the folder that --data names. */
export function dataFileSchema(example: string): OptionSchema {
  return fileSchema("The file, inside the folder that --data names (or the current one).", example);
}

/** Timesteps, or what follows them. */
export function timestepsSchema(
  description: string,
  example: number,
  limits: Parameters<typeof count>[2] = {},
): OptionSchema {
  return count(description, [example], { most: 100_000, unit: "timesteps", ...limits });
}

/** A share of the samples, at their end. */
export function shareSchema(description: string, fallback: number): OptionSchema {
  return withDefault({ description, type: "number", exclusiveMinimum: 0, exclusiveMaximum: 1 }, fallback, [fallback]);
}

/** @param which in words: "a share of …; or `test`, …" */
export function validationSchema(which: string): OptionSchema {
  const { description, ...schema } = reference(`What training is watched by: ${which}.`, "Validation", 0.1, 0.1);
  return { description, ...schema, examples: [0.1, "test"] };
}

export const DRAWN_PER_CLASS =
  "a share of the training samples, drawn with training.seed, per class, and held out; or `test`, the test samples";

/** A number by which values are divided. */
export function scaleSchema(description: string, unit: string, examples: readonly number[]): OptionSchema {
  return withDefault(
    { description: `${description} Unit: ${unit}.`, type: "number", exclusiveMinimum: 0 },
    1,
    examples,
  );
}

export const PIXEL_SCALE = scaleSchema(
  "Pixels (0..255) are divided by this number; 255 brings them into 0..1.",
  "pixel value",
  [255, 1],
);
