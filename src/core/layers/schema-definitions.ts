import {
  choiceDefinition,
  type Definition,
  type Definitions,
  mapDefinition,
  NAME,
  titleOfKind,
} from "../schema/definitions.ts";
import type { OptionSchema } from "../schema/options.ts";
import type { LayerDefinition, Wrapping } from "./definition.ts";

type Described = Wrapping["layers"][number];

/** The choice of all layers, as the schema describes it. */
const LAYER = {
  title: "Layer",
  description: "One layer; `type` is the name of the tf.layers function.",
  type: "Kind of layer: the name of the tf.layers function.",
};

/**
 * The definitions of the JSON Schema that follow from layer definitions: the choice of layers, for each wrapper that of the layers inside
 * it, what each of those takes there, and each layer. Defaults are added to descriptions, and choices filled in, by scripts/schema.js.
 */
export function layerDefinitions(layers: readonly Described[]): Definitions {
  const wrappings = (layers as readonly Pick<LayerDefinition, "wraps">[]).flatMap(({ wraps }) => wraps ?? []);
  return Object.fromEntries([
    [LAYER.title, choiceDefinition(LAYER, layers.map(titleOf))],
    ...wrappings.map((wraps) => [wraps.choice.title, choiceDefinition(wraps.choice, wraps.layers.map(wrappedTitleOf))]),
    ...wrappings.flatMap((wraps) => wraps.layers.map((layer) => [wrappedTitleOf(layer), wrapped(layer)])),
    ...layers.map((layer) => [titleOf(layer), standing(layer)]),
  ]);
}

function titleOf({ type }: Described): string {
  return titleOfKind(type, "Layer");
}

function wrappedTitleOf(layer: Described): string {
  return `Wrapped${titleOf(layer)}`;
}

/** A layer of the model. */
function standing(layer: Described): Definition {
  const { schema, inputs } = layer;
  const takesSeveral = inputs.least > 1;
  return map(titleOf(layer), layer, takesSeveral ? ["inputs"] : [], {
    name: {
      description:
        "Name of the layer, an identifier in the generated code. Default: the type and a number, such as lstm1.",
      ...NAME,
      examples: ["encoder"],
    },
    inputs: {
      description:
        "Names of the layers or model inputs that this layer reads. Default: the layer before it; for the first layer the dataset's input.",
      type: "array",
      minItems: 1,
      maxItems: 16,
      items: NAME,
      examples: [takesSeveral ? ["encoder", "decoder"] : ["encoder"]],
    },
    ...(schema.hasWeights
      ? {
          trainable: {
            description: "Train the layer's weights; false keeps them as they are.",
            type: "boolean",
            default: true,
            examples: [true],
          },
        }
      : {}),
  });
}

/** The same layer inside a wrapper, whose name, inputs and `trainable` are its own. */
function wrapped(layer: Described): Definition {
  return map(wrappedTitleOf(layer), layer, [], {});
}

function map(
  title: string,
  { type, schema }: Described,
  required: readonly string[],
  place: Readonly<Record<string, OptionSchema>>,
): Definition {
  const { description, options } = schema;
  return mapDefinition(title, type, {
    description,
    required: [...(schema.required ?? []), ...required],
    options: { ...place, ...options },
  });
}
