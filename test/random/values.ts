import { readFileSync } from "node:fs";
import fc from "fast-check";

/** A part of the JSON Schema, as far as values are made of it. */
export interface Part {
  readonly $ref?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly type?: string | readonly string[];
  readonly allOf?: readonly Part[];
  readonly anyOf?: readonly Part[];
  readonly then?: Part;
  readonly properties?: Readonly<Record<string, Part>>;
  readonly patternProperties?: object;
  readonly required?: readonly string[];
  readonly items?: Part;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly exclusiveMaximum?: number;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
}

const { $defs } = JSON.parse(readFileSync("schemas/model-spec.v1.schema.json", "utf8")) as {
  readonly $defs: Readonly<Record<string, Part>>;
};

export function definition(name: string): Part {
  return $defs[name]!;
}

function resolved(part: Part): Part {
  return part.$ref === undefined ? part : $defs[part.$ref.split("/").at(-1)!]!;
}

/** The maps that one can choose from, by the value of their tag: of "Layer", { lstm: …, dense: … }. */
export function choices(name: string, tag = "type"): ReadonlyMap<string, Part> {
  return new Map(
    definition(name).then!.allOf!.map(({ then }): [string, Part] => {
      const part = resolved(then!);
      return [String(part.properties![tag]!.const), part];
    }),
  );
}

/** Where values that the schema takes would rarely fit the rest: how a key's values are made. */
export type Overrides = Readonly<Record<string, fc.Arbitrary<unknown>>>;

/** Values that the schema takes. Numbers are small, so that models are. */
export function valuesOf(part: Part, overrides: Overrides = {}): fc.Arbitrary<unknown> {
  const { then, anyOf, type } = part;
  if (part.$ref !== undefined) return valuesOf(resolved(part), overrides);
  if (part.const !== undefined) return fc.constant(part.const);
  if (part.enum !== undefined) return fc.constantFrom(...part.enum);
  const choice = then?.allOf?.map((variant) => variant.then!) ?? anyOf;
  if (choice !== undefined) return fc.oneof(...choice.map((one) => valuesOf(one, overrides)));
  if (then !== undefined) return fc.oneof(number(part, "number"), valuesOf(then, overrides));
  if (typeof type === "object") return fc.oneof(...type.map((one) => valuesOf({ ...part, type: one }, overrides)));
  switch (type) {
    case "object":
      return part.properties === undefined ? fc.constant({}) : objectOf(part, overrides);
    case "array": {
      const { minItems = 0, maxItems = Number.POSITIVE_INFINITY } = part;
      const lengths = { minLength: minItems, maxLength: Math.min(maxItems, minItems + 2) };
      const item = valuesOf(part.items!, overrides);
      return part.uniqueItems
        ? fc.uniqueArray(item, { ...lengths, selector: (value) => JSON.stringify(value) })
        : fc.array(item, lengths);
    }
    case "boolean":
      return fc.boolean();
    case "string":
      return fc.constantFrom(...(part.examples ?? ["text"]));
    case "integer":
    case "number":
      return number(part, type);
    default:
      throw new Error(`no values are made of ${JSON.stringify(part)}`);
  }
}

export function objectOf(
  { properties = {}, required = [] }: Part,
  overrides: Overrides = {},
): fc.Arbitrary<Record<string, unknown>> {
  const values = Object.entries(properties).map(([key, part]) => [key, overrides[key] ?? valuesOf(part, overrides)]);
  return fc.record(Object.fromEntries(values), { requiredKeys: [...required] });
}

function number(part: Part, type: "integer" | "number"): fc.Arbitrary<unknown> {
  const { minimum, exclusiveMinimum, maximum, exclusiveMaximum } = part;
  const fits = (value: number): boolean =>
    value >= (minimum ?? -2) &&
    value > (exclusiveMinimum ?? Number.NEGATIVE_INFINITY) &&
    value <= (maximum ?? Number.POSITIVE_INFINITY) &&
    value < (exclusiveMaximum ?? Number.POSITIVE_INFINITY);
  const usual = type === "integer" ? [-2, -1, 0, 1, 2, 3, 4] : [0, 1e-6, 0.003, 0.25, 0.5, 1, 1.5, 3];
  const known = [...(part.examples ?? []), ...(minimum === undefined ? [] : [minimum])].filter(
    (value): value is number => typeof value === "number" && Math.abs(value) <= 64,
  );
  return fc.constantFrom(...new Set([...usual, ...known].filter(fits)));
}

const HOSTILE = [
  "a'; process.exit()//",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: that it stays a string is the point
  "`${process.exit()}`",
  "../../x",
  "__proto__",
  "constructor",
  "*/ boom(); /*",
  "\u2028alert()",
  "class",
  "</script>",
];

export const anyText = fc.oneof(fc.string({ maxLength: 20, unit: "binary" }), fc.constantFrom(...HOSTILE));

/** Values that mostly do not belong where they are put. */
export const anyValue: fc.Arbitrary<unknown> = fc.oneof(
  anyText,
  fc.double(),
  fc.integer(),
  fc.constantFrom(0, -1, 1e9, 2 ** 31, 0.5),
  fc.boolean(),
  fc.constant(null),
  fc.constant({}),
  fc.constant({ type: "lstm" }),
  fc.array(fc.oneof(fc.integer(), anyText), { maxLength: 3 }),
);
