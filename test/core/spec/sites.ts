import { readFileSync } from "node:fs";
import { isMap, type Node, parseDocument, stringify } from "yaml";
import type { Place } from "../../editor/server.ts";

/** A part of the JSON Schema. */
export interface Part {
  readonly $ref?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Part>>;
  readonly items?: Part;
  readonly anyOf?: readonly Part[];
  readonly required?: readonly string[];
  readonly then?: Part & { readonly allOf?: readonly { readonly then: Part }[] };
}

type Path = readonly (string | number)[];

/** A map of a spec, and how to write a spec that has it. */
export interface Site {
  /** "layers[0:bidirectional].layer[lstm]" */
  readonly name: string;
  readonly path: Path;
  readonly properties: Readonly<Record<string, Part>>;
  /** The spec, cut down to the maps that lead here, with this one in it. */
  readonly around: (map: object) => object;
}

/** A choice of maps: the key that tells them apart, and all its values. */
export interface Choice extends Omit<Site, "properties"> {
  readonly tag: string;
  readonly values: readonly unknown[];
}

const root = JSON.parse(readFileSync("schemas/model-spec.v1.schema.json", "utf8")) as Part & {
  readonly $defs: Readonly<Record<string, Part>>;
};

/** A part with what it refers to; its own description and default win. */
function resolved(part: Part): Part {
  return part.$ref === undefined ? part : { ...root.$defs[part.$ref.split("/").pop()!]!, ...part };
}

/** The maps and the choices that a spec can hold, each where it is reached first. */
export function sites(): { maps: Site[]; choices: Choice[] } {
  const maps: Site[] = [];
  const choices: Choice[] = [];
  const seen = new Set<unknown>();
  const visit = (given: Part, name: string, path: Path, around: (value: unknown) => object): void => {
    const part = resolved(given);
    const identity = part.properties ?? part.then ?? part.anyOf ?? part.items;
    if (identity === undefined || seen.has(identity)) return;
    seen.add(identity);
    if (part.then?.allOf !== undefined) {
      const tag = part.required![0]!;
      const variants = part.then.allOf.map(({ then }) => resolved(then));
      const values = variants.map(({ properties }) => properties![tag]!.const);
      choices.push({ name, path, tag, values, around });
      for (const [index, variant] of variants.entries()) {
        visit(variant, `${name}[${values[index]}]`, path, (value) =>
          around({ [tag]: values[index], ...(value as object) }),
        );
      }
    } else if (part.properties !== undefined) {
      maps.push({ name, path, properties: part.properties, around });
      for (const [key, property] of Object.entries(part.properties)) {
        visit(property, `${name}.${key}`, [...path, key], (value) => around({ [key]: value }));
      }
    } else if (part.then !== undefined) {
      visit(part.then, name, path, around);
    }
    for (const choice of part.anyOf ?? []) visit(choice, name, path, around);
    if (part.items !== undefined) visit(part.items, `${name}[0]`, [...path, 0], (value) => around([value]));
  };
  visit(root, "spec", [], (value) => value as object);
  return { maps, choices };
}

/** Every key whose value is one of several names, the keys that tell maps apart among them. */
export function namedValues(): { name: string; names: readonly unknown[]; around: (value: unknown) => object }[] {
  const { maps, choices } = sites();
  const keys = maps.flatMap(({ name, properties, around }) =>
    Object.entries(properties).flatMap(([key, part]) => {
      const { enum: own, anyOf = [] } = resolved(part);
      const names = own ?? anyOf.flatMap((choice) => resolved(choice).enum ?? []);
      const here = (value: unknown): object => around({ [key]: value });
      return names.length === 0 ? [] : [{ name: `${name}.${key}`, names, around: here }];
    }),
  );
  const tags = choices.map(({ name, tag, values, around }) => ({
    name: `${name}.${tag}`,
    names: values,
    around: (value: unknown) => around({ [tag]: value }),
  }));
  return [...keys, ...tags];
}

/** A spec's text and where things stand in it. */
export function written(spec: object): { text: string; keyAt: (path: Path) => Place } {
  const text = stringify(spec);
  const document = parseDocument(text);
  const keyAt = (path: Path): Place => {
    const parent = path.length === 1 ? document.contents : (document.getIn(path.slice(0, -1), true) as Node);
    const pair = isMap(parent) ? parent.items.find(({ key }) => String(key) === path.at(-1)) : undefined;
    if (pair === undefined) throw new Error(`no key at ${path.join(".")}`);
    return placeOf(text, (pair.key as Node).range![0]);
  };
  return { text, keyAt };
}

/** Where the word stands, and the text without it. */
export function cursor(text: string, word: string): { text: string; place: Place } {
  return { text: text.replace(word, ""), place: placeOf(text, text.indexOf(word)) };
}

export function placeOf(text: string, offset: number): Place {
  const lines = text.slice(0, offset).split("\n");
  return { line: lines.length - 1, character: lines.at(-1)!.length };
}
