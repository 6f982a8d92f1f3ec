// What a layer definition says for the JSON Schema, and the options that several layers share. Keys stand in the order in which
// the schema shows them.

import { count, flag, type OptionSchema, reference } from "../schema/options.ts";

export { choice, count, flag, type OptionSchema, rate } from "../schema/options.ts";

/** The part of the JSON Schema that describes a layer; name and inputs are added to it. */
export interface LayerSchema {
  /** What the layer does, for editors and documentation. */
  readonly description: string;
  /** It has weights, which `trainable: false` keeps as they are. */
  readonly hasWeights?: boolean;
  readonly options: Readonly<Record<string, OptionSchema>>;
  /** Options without a default. */
  readonly required?: readonly string[];
}

export function activationOption(description: string, fallback: string | undefined, example = fallback): OptionSchema {
  return reference(description, "Activation", fallback, example);
}

/** The layer inside a wrapper. */
export function innerLayer(description: string, choiceTitle: string, example: object): OptionSchema {
  return reference(description, choiceTitle, undefined, example);
}

export function initializerOption(what: string, fallback: string): OptionSchema {
  return reference(`Initialiser of the ${what}.`, "Initializer", fallback, fallback);
}

function regularizerOption(what: string): OptionSchema {
  return reference(`Penalty on the ${what}, added to the loss.`, "Regularizer", {}, { l2: 0.01 });
}

function constraintOption(what: string): OptionSchema {
  const example = { type: "maxNorm", maxValue: 3 };
  return reference(`Constraint on the ${what}, applied after each update.`, "Constraint", { type: "none" }, example);
}

interface WeightSchema {
  /** In words: "input weights". */
  readonly what: string;
  /** Its initialiser by default. */
  readonly from: string;
}

/** Initialisers, regularisers and constraints of weights: kernelInitializer … biasConstraint. */
export function weightOptions(weights: Readonly<Record<string, WeightSchema>>): Record<string, OptionSchema> {
  const each = (suffix: string, option: (weight: WeightSchema) => OptionSchema): [string, OptionSchema][] =>
    Object.entries(weights).map(([key, weight]) => [`${key}${suffix}`, option(weight)]);
  return Object.fromEntries([
    ...each("Initializer", ({ what, from }) => initializerOption(what, from)),
    ...each("Regularizer", ({ what }) => regularizerOption(what)),
    ...each("Constraint", ({ what }) => constraintOption(what)),
  ]);
}

export const UNITS = count("Number of units: the size of the layer's output.", [32, 256]);

/** A kernel and a bias. */
export function kernelAndBias(kernel: string): Record<string, OptionSchema> {
  return {
    useBias: flag("Add a bias.", true),
    ...weightOptions({
      kernel: { what: kernel, from: "glorotUniform" },
      bias: { what: "bias", from: "zeros" },
    }),
  };
}
