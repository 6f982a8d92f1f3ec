import type { OptionSchema } from "./options.ts";

/** A definition of the JSON Schema, under its title. */
export type Definition = Readonly<Record<string, unknown>>;
export type Definitions = Readonly<Record<string, Definition>>;

/** What a choice of maps says of itself and of its key `type`. */
export interface Choice {
  readonly title: string;
  readonly description: string;
  readonly type: string;
}

/** "simpleRNN" → "SimpleRnnLayer" */
export function titleOfKind(type: string, choice: string): string {
  const words = type.replace(/[A-Z]+(?=[A-Z]|$)/g, (letters) => letters.charAt(0) + letters.slice(1).toLowerCase());
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}${choice}`;
}

/** An identifier of the generated code. */
export const NAME = { type: "string", pattern: "^[a-z][A-Za-z0-9]*$", maxLength: 40 };

/** Maps that their `type` tells apart; scripts/schema.js fills in what follows from those. `of`: their titles. */
export function choiceDefinition({ title, description, type }: Choice, of: readonly string[]): Definition {
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

interface MapSchema {
  readonly description: string;
  readonly required?: readonly string[];
  readonly options: Readonly<Record<string, OptionSchema>>;
}

/** One map of a choice. */
export function mapDefinition(title: string, type: string, schema: MapSchema): Definition {
  return {
    title,
    type: "object",
    additionalProperties: false,
    required: ["type", ...(schema.required ?? [])],
    properties: { type: { description: schema.description, const: type, examples: [type] }, ...schema.options },
  };
}

/** A map that belongs to another one. */
export function partDefinition(title: string, { description, required = [], options }: MapSchema): Definition {
  return { title, description, type: "object", additionalProperties: false, required, properties: options };
}
