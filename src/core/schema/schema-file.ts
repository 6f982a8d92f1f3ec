import * as compiled from "../../../schemas/model-spec.v1.js";

/** The parts of the schema that messages speak of. */
export interface SchemaPart {
  readonly $id?: string;
  readonly title?: string;
  readonly type?: string | readonly string[];
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
  /** What each value of an enum means, for editors. */
  readonly enumDescriptions?: readonly string[];
  readonly anyOf?: readonly { readonly $ref?: string }[];
  readonly then?: {
    readonly $ref?: string;
    /** Of a choice: for each value of its tag the definition that then holds. */
    readonly allOf?: readonly { readonly then?: { readonly $ref?: string } }[];
  };
  readonly required?: readonly string[];
  readonly $defs?: Readonly<Record<string, SchemaPart>>;
}

/** The JSON Schema of specs: one for people, editors and this compiler. */
export function schema(): SchemaPart {
  return compiled.schema;
}

/** The key that tells the maps of a choice apart, and its values: type, [lstm, dense, dropout]. */
export function choicesOf(part: SchemaPart): { tag: string; values: string[] } {
  const choice = definition(part.then?.$ref) ?? part;
  const tag = choice.then?.allOf === undefined ? "type" : (choice.required?.[0] ?? "type");
  const values = variantsOf(choice).map(({ properties }) => String(properties?.[tag]?.const));
  return { tag, values };
}

/** The definitions that a choice leads to, in the order of its values. */
export function variantsOf({ then }: SchemaPart): SchemaPart[] {
  return (then?.allOf ?? []).flatMap((variant) => definition(variant.then?.$ref) ?? []);
}

/** Where a key belongs, by section: ["optimizer"], ["an lstm layer", "a dense layer"]. */
export function sectionsWith(key: string): string[] {
  const definitions = schema().$defs ?? {};
  const has = (part: SchemaPart | undefined): boolean =>
    part?.properties !== undefined && Object.hasOwn(part.properties, key);
  const inChoice = (name: string, label: (value: string) => string): string[] => {
    const choice = definitions[name] ?? {};
    const variants = variantsOf(choice);
    return choicesOf(choice)
      .values.filter((_, index) => has(variants[index]))
      .map(label);
  };
  const optimizers = inChoice("Optimizer", (type) => `${withArticle(type)} optimizer`);
  return [
    ...(has(schema()) ? ["the spec itself"] : []),
    ...inChoice("Source", (type) => `a ${type} dataset`),
    ...inChoice("Layer", (type) => `${withArticle(type)} layer`),
    ...(optimizers.length === definitions.Optimizer?.then?.allOf?.length ? ["`optimizer`"] : optimizers),
    ...inChoice("LearningRateSchedule", (schedule) => `${withArticle(schedule)} schedule`),
    ...(has(definitions.WeightAverage) ? ["`ema`"] : []),
    ...inChoice("InitializerMap", (type) => `the initializer ${type}`),
    ...inChoice("LossMap", (type) => `the loss ${type}`),
    ...inChoice("MetricMap", (type) => `the metric ${type}`),
    ...(has(definitions.Training) ? ["`training`"] : []),
  ];
}

/** "an embedding", "a dense"; what is read letter by letter, too: "an lstm", "an sgd". */
function withArticle(name: string): string {
  return `${/^([aeiou]|[flmnrsx][^aeiouy]{2})/.test(name) ? "an" : "a"} ${name}`;
}

/** Every key of the schema, sorted. */
export function allKeys(): string[] {
  const parts = [schema(), ...Object.values(schema().$defs ?? {})];
  return [...new Set(parts.flatMap(({ properties }) => Object.keys(properties ?? {})))].sort();
}

/** A choice of maps by its name alone, or as a map, as a map with every default. */
export function withDefaults(choice: string, value: string | { readonly type: string }): { readonly type: string } {
  const given = typeof value === "string" ? { type: value } : value;
  const part = variantsOf(schema().$defs?.[choice] ?? {}).find(
    ({ properties }) => properties?.type?.const === given.type,
  );
  const defaults = Object.entries(part?.properties ?? {}).flatMap(([key, property]) =>
    "default" in property ? [[key, property.default]] : [],
  );
  return { ...Object.fromEntries(defaults), ...given };
}

export function definition(ref: string | undefined): SchemaPart | undefined {
  return schema().$defs?.[ref?.split("/").pop() ?? ""];
}
