import type { LayerDefinition, Wrapping } from "./definition.ts";
import type { OptionSchema } from "./schema.ts";

type Described = Wrapping["layers"][number];

/** A definition of the JSON Schema. */
type Definition = Readonly<Record<string, unknown>>;

/** The choice of all layers, as the schema describes it. */
const LAYER = {
  title: "Layer",
  description: "One layer; `type` is the name of the tf.layers function.",
  type: "Kind of layer: the name of the tf.layers function.",
};

const NAME = { type: "string", pattern: "^[a-z][A-Za-z0-9]*$", maxLength: 40 };

/**
 * The definitions of the JSON Schema that follow from layer definitions: the choice of layers, for each wrapper that of the layers inside
 * it, what each of those takes there, and each layer. Defaults are added to descriptions, and choices filled in, by scripts/schema.js.
 */
export function schemaDefinitions(layers: readonly Described[]): Record<string, Definition> {
  const wrappings = (layers as readonly Pick<LayerDefinition, "wraps">[]).flatMap(({ wraps }) => wraps ?? []);
  return Object.fromEntries([
    [LAYER.title, choice(LAYER, layers.map(titleOf))],
    ...wrappings.map((wraps) => [wraps.choice.title, choice(wraps.choice, wraps.layers.map(wrappedTitleOf))]),
    ...wrappings.flatMap((wraps) => wraps.layers.map((layer) => [wrappedTitleOf(layer), wrapped(layer)])),
    ...layers.map((layer) => [titleOf(layer), standing(layer)]),
  ]);
}

/** "simpleRNN" → "SimpleRnnLayer" */
function titleOf({ type }: Described): string {
  const words = type.replace(/[A-Z]+(?=[A-Z]|$)/g, (letters) => letters.charAt(0) + letters.slice(1).toLowerCase());
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}Layer`;
}

function wrappedTitleOf(layer: Described): string {
  return `Wrapped${titleOf(layer)}`;
}

function choice({ title, description, type }: Wrapping["choice"], of: readonly string[]): Definition {
  return {
    title,
    description,
    type: "object",
    required: ["type"],
    properties: { type: { description: type } },
    if: {},
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: { allOf: of.map((name) => ({ then: { $ref: `#/$defs/${name}` } })) },
  };
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
  return {
    title,
    type: "object",
    additionalProperties: false,
    required: ["type", ...(schema.required ?? []), ...required],
    properties: {
      type: { description: schema.description, const: type, examples: [type] },
      ...place,
      ...schema.options,
    },
  };
}
