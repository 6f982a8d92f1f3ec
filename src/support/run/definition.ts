import type { Json } from "../system/json.ts";

/**
 * What a spec says, resolved, in three parts: how inputs and targets are prepared; the layers; the training. A run can be read by
 * every program of the same data and model; it can be resumed where the training is the same, too.
 */
export interface Definition<T = Json> {
  readonly data: T;
  readonly model: T;
  readonly training: T;
}

/** The values of a program's manifest.json, under `resolved`. */
export interface Resolved {
  readonly dataset: unknown;
  readonly layers: unknown;
  readonly optimizer: unknown;
  readonly training: unknown;
}

/** Where values lie and which of them are taken: part of the training, where it is no mere place. */
const PLACES = new Set(
  ["path", "train", "validation", "test"].concat(
    ["train", "validation", "test"].flatMap((part) => [`${part}Images`, `${part}Labels`]),
  ),
);
const TAKEN = [
  "testFraction",
  "validation",
  "testRows",
  "gap",
  "splitBy",
  "rows",
  "sha256",
  "trainSamples",
  "drawnSamples",
  "testSamples",
  "seed",
];
/** What follows from the rest, or a run may change: --epochs and --seed. */
const FOLLOWS = new Set(["specLine", "lines", "flopsPerSample", "keptValues", "parameterCount", "epochs"]);

/** The definition of the values that a manifest states as resolved. */
export function definitionOf({ dataset, layers, optimizer, training }: Resolved): Definition {
  const entries = Object.entries(without(dataset, FOLLOWS) as Record<string, Json>);
  const taken = entries.filter(([key]) => TAKEN.includes(key));
  const prepared = entries.filter(([key]) => !TAKEN.includes(key));
  const { seed: _seed, ...rest } = without(training, FOLLOWS) as Record<string, Json>;
  return {
    data: without(Object.fromEntries(prepared), PLACES),
    model: without(layers, FOLLOWS),
    training: { ...rest, optimizer: without(optimizer, FOLLOWS), dataset: Object.fromEntries(taken) },
  };
}

/** As JSON has it, without some keys, the others sorted: what two compilers write in another order is the same. */
function without(value: unknown, keys: ReadonlySet<string>): Json {
  if (Array.isArray(value)) return value.map((item) => without(item, keys));
  if (typeof value !== "object" || value === null) return (value ?? null) as Json;
  const kept = Object.entries(value).filter(([key, item]) => !keys.has(key) && item !== undefined);
  kept.sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(kept.map(([key, item]) => [key, without(item, keys)]));
}

/** SHA-256 of each part, by the `sha256` of where this runs. */
export function definitionHashes(
  { data, model, training }: Definition,
  sha256: (text: string) => string,
): Definition<string> {
  const hash = (part: Json): string => sha256(JSON.stringify(part));
  return { data: hash(data), model: hash(model), training: hash(training) };
}

/** Where two values differ: "model[0].units is 4 in the run and 8 here", at most `limit` of them. */
export function differences(there: Json | undefined, here: Json | undefined, path: string, limit = 4): string[] {
  if (JSON.stringify(there) === JSON.stringify(here)) return [];
  if (isObject(there) && isObject(here)) {
    const keys = [...new Set([...Object.keys(there), ...Object.keys(here)])];
    const name = (key: string): string => (Array.isArray(here) ? `${path}[${key}]` : `${path}.${key}`);
    return keys.flatMap((key) => differences(member(there, key), member(here, key), name(key), limit)).slice(0, limit);
  }
  return [`${path} is ${shown(there)} in the run and ${shown(here)} here`];
}

function isObject(value: Json | undefined): value is readonly Json[] | { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null;
}

function member(value: object, key: string): Json | undefined {
  return Object.hasOwn(value, key) ? (value as Record<string, Json>)[key] : undefined;
}

const MAX_SHOWN = 60;

function shown(value: Json | undefined): string {
  const text = value === undefined ? "absent" : JSON.stringify(value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}
