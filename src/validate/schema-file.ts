import { readFileSync } from "node:fs";

/** The parts of the schema that messages speak of. */
export interface SchemaPart {
  readonly title?: string;
  readonly properties?: Readonly<
    Record<
      string,
      {
        readonly const?: unknown;
        readonly default?: unknown;
        readonly enum?: readonly string[];
        readonly examples?: readonly unknown[];
      }
    >
  >;
  readonly examples?: readonly unknown[];
  readonly enum?: readonly string[];
  readonly const?: unknown;
  readonly minLength?: number;
  readonly oneOf?: readonly { readonly $ref?: string }[];
  readonly then?: { readonly $ref?: string };
  readonly discriminator?: { readonly propertyName: string };
  readonly $defs?: Readonly<Record<string, SchemaPart>>;
}

/** The JSON Schema's text: one file for people, editors and this compiler. */
export function schemaText(): string {
  return readFileSync(new URL("../../schemas/model-spec.v1.schema.json", import.meta.url), "utf8");
}

let parsed: SchemaPart | undefined;

export function schema(): SchemaPart {
  parsed ??= JSON.parse(schemaText()) as SchemaPart;
  return parsed;
}

/** The key that tells the maps of a choice apart, and its values: type, [lstm, dense, dropout]. */
export function choicesOf(part: SchemaPart): { tag: string; values: string[] } {
  const { oneOf = [], discriminator } = definition(part.then?.$ref) ?? part;
  const tag = discriminator?.propertyName ?? "type";
  const values = oneOf.flatMap(({ $ref }) => {
    const value = definition($ref)?.properties?.[tag]?.const;
    return typeof value === "string" ? [value] : [];
  });
  return { tag, values };
}

/** Where a key belongs, by section: ["optimizer"], ["an lstm layer", "a dense layer"]. */
export function placesOf(key: string): string[] {
  const definitions = schema().$defs ?? {};
  const has = (part: SchemaPart | undefined): boolean =>
    part?.properties !== undefined && Object.hasOwn(part.properties, key);
  const inChoice = (name: string, label: (value: string) => string): string[] => {
    const choice = definitions[name] ?? {};
    const { values } = choicesOf(choice);
    return values.filter((_, index) => has(definition(choice.oneOf?.[index]?.$ref))).map(label);
  };
  const optimizers = inChoice("Optimizer", (type) => `${/^(a|rms|sgd)/.test(type) ? "an" : "a"} ${type} optimizer`);
  return [
    ...(has(schema()) ? ["the spec itself"] : []),
    ...inChoice("Dataset", (type) => `a ${type} dataset`),
    ...inChoice("Layer", (type) => `${type === "lstm" ? "an" : "a"} ${type} layer`),
    ...(optimizers.length === definitions.Optimizer?.oneOf?.length ? ["`optimizer`"] : optimizers),
    ...inChoice("LearningRateSchedule", (schedule) => `${/^[aeiou]/.test(schedule) ? "an" : "a"} ${schedule} schedule`),
    ...(has(definitions.WeightAverage) ? ["`ema`"] : []),
    ...inChoice("InitializerMap", (type) => `the initializer ${type}`),
    ...inChoice("LossMap", (type) => `the loss ${type}`),
    ...inChoice("MetricMap", (type) => `the metric ${type}`),
    ...(has(definitions.Training) ? ["`training`"] : []),
  ];
}

/** Every key of the schema, sorted. */
export function allKeys(): string[] {
  const parts = [schema(), ...Object.values(schema().$defs ?? {})];
  return [...new Set(parts.flatMap(({ properties }) => Object.keys(properties ?? {})))].sort();
}

/** A choice of maps by its name alone, or as a map, as a map with every default. */
export function withDefaults(choice: string, value: string | { readonly type: string }): { readonly type: string } {
  const given = typeof value === "string" ? { type: value } : value;
  const part = schema()
    .$defs?.[choice]?.oneOf?.map(({ $ref }) => definition($ref))
    .find((candidate) => candidate?.properties?.type?.const === given.type);
  const defaults = Object.entries(part?.properties ?? {}).flatMap(([key, property]) =>
    "default" in property ? [[key, property.default]] : [],
  );
  return { ...Object.fromEntries(defaults), ...given };
}

function definition(ref: string | undefined): SchemaPart | undefined {
  return schema().$defs?.[ref?.split("/").pop() ?? ""];
}
