import { readFileSync } from "node:fs";

/** The parts of the schema that messages speak of. */
export interface SchemaPart {
  readonly properties?: Readonly<
    Record<string, { readonly const?: unknown; readonly default?: unknown; readonly examples?: readonly unknown[] }>
  >;
  readonly examples?: readonly unknown[];
  readonly enum?: readonly string[];
  readonly const?: unknown;
  readonly minLength?: number;
  readonly oneOf?: readonly { readonly $ref?: string }[];
  readonly discriminator?: unknown;
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

/** The values of `type` that a choice of maps has: lstm, dense, dropout. */
export function typesOf({ oneOf }: SchemaPart): string[] {
  return (oneOf ?? []).flatMap(({ $ref }) => {
    const type = definition($ref)?.properties?.type?.const;
    return typeof type === "string" ? [type] : [];
  });
}

/** Where a key belongs, by section: ["optimizer"], ["an lstm layer", "a dense layer"]. */
export function placesOf(key: string): string[] {
  const definitions = schema().$defs ?? {};
  const has = (part: SchemaPart | undefined): boolean =>
    part?.properties !== undefined && Object.hasOwn(part.properties, key);
  const inChoice = (name: string, label: (type: string) => string): string[] =>
    (definitions[name]?.oneOf ?? []).flatMap(({ $ref }) => {
      const part = definition($ref);
      return has(part) ? [label(String(part?.properties?.type?.const))] : [];
    });
  return [
    ...(has(schema()) ? ["the spec itself"] : []),
    ...inChoice("Dataset", (type) => `a ${type} dataset`),
    ...inChoice("Layer", (type) => `${type === "lstm" ? "an" : "a"} ${type} layer`),
    ...inChoice("Optimizer", () => "`optimizer`"),
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
