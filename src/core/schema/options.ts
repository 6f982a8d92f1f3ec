// Options of a spec as the JSON Schema has them, for the definitions that it is put together from. The default is added to each
// description by scripts/schema.js.

/** The JSON Schema of one option. */
export interface OptionSchema {
  readonly description: string;
  readonly default?: unknown;
  readonly examples: readonly unknown[];
  readonly [keyword: string]: unknown;
}

/** `fallback` is the default; undefined where there is none. */
export function withDefault(schema: object, fallback: unknown, examples: readonly unknown[]): OptionSchema {
  return { ...schema, ...(fallback === undefined ? {} : { default: fallback }), examples } as OptionSchema;
}

interface Limits {
  readonly least?: number;
  readonly most?: number;
  readonly fallback?: number;
  /** In what it counts. */
  readonly unit?: string;
}

/** A whole number. */
export function count(description: string, examples: readonly number[], limits: Limits = {}): OptionSchema {
  const { least = 1, most = 65536, fallback, unit = "count" } = limits;
  return withDefault(
    {
      description: unit === "" ? description : `${description} Unit: ${unit}.`,
      type: "integer",
      minimum: least,
      maximum: most,
    },
    fallback,
    examples,
  );
}

export function flag(description: string, fallback: boolean): OptionSchema {
  return withDefault({ description, type: "boolean" }, fallback, [fallback]);
}

/** A share of something that is set to zero. */
export function rate(description: string, fallback?: number): OptionSchema {
  const range = { type: "number", minimum: 0, exclusiveMaximum: 1 };
  return withDefault({ description: `${description}; 0 ≤ rate < 1.`, ...range }, fallback, [0.2]);
}

export function choice(
  description: string,
  values: readonly string[],
  fallback: string | undefined,
  example: string = fallback ?? values[0]!,
): OptionSchema {
  return withDefault({ description, type: "string", enum: values }, fallback, [example]);
}

/** One of the definitions of the schema. */
export function reference(description: string, name: string, fallback: unknown, example: unknown): OptionSchema {
  return withDefault({ description, $ref: `#/$defs/${name}` }, fallback, [example]);
}
