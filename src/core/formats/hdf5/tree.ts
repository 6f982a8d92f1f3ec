import type * as H5 from "h5wasm";

/** A group or a dataset of a file. */
export interface Hdf5Item {
  readonly path: string;
  /** Those that Keras writes: texts, and lists of texts. */
  readonly attributes: Readonly<Record<string, string | readonly string[]>>;
  /** Of a dataset. */
  readonly shape?: readonly number[];
  /** Of a dataset of floating-point numbers of 32 or 64 bits. */
  readonly values?: Float32Array;
}

export interface Hdf5Request {
  /** As the library finds it. */
  readonly file: string;
  readonly fileBytes: number;
  /** The most that all datasets may have together. */
  readonly maxBytes: number;
}

export type Hdf5Answer =
  | { readonly items: readonly Hdf5Item[] }
  | { readonly tooLarge: number }
  /** `isOver`: the library can be used no more. `reason`: in words for a message. */
  | { readonly error: string; readonly isOver: boolean; readonly reason?: string }
  /** The library was stopped when its time was over. */
  | { readonly noAnswer: true };

/** A group to write, with the name of a layer where it is one. */
export interface Hdf5Group {
  readonly path: string;
  readonly name?: string;
}

export interface FileTensor {
  readonly name: string;
  readonly shape: number[];
  readonly values: Float32Array;
}

/** h5wasm, in the build that the host can run. */
export type Hdf5Library = typeof H5;

/** Groups that hold no weights of layers. */
const SKIPPED = /^(optimizer|optimizer_weights|metrics|_metrics|loss)$/;
const ATTRIBUTES = /^(name|keras_version|model_config|training_config|(layer|weight)_names\d*)$/;
const MOST_ITEMS = 100_000;
const DEEPEST = 30;

/** What this file finds wrong itself, in words for a message. */
class Damage extends Error {}

class TooLarge extends Error {
  readonly bytes: number;
  constructor(bytes: number) {
    super();
    this.bytes = bytes;
  }
}

function texts(value: unknown): string | readonly string[] | undefined {
  if (typeof value === "string") return value;
  return Array.isArray(value) && value.every((item) => typeof item === "string") ? value : undefined;
}

function attributesOf(object: H5.Group): Record<string, string | readonly string[]> {
  const found: Record<string, string | readonly string[]> = {};
  for (const [name, attribute] of Object.entries(object.attrs)) {
    const value = ATTRIBUTES.test(name) ? texts(attribute.value) : undefined;
    if (value !== undefined) found[name] = value;
  }
  return found;
}

function itemsOf(library: Hdf5Library, { file: path, fileBytes, maxBytes }: Hdf5Request): Hdf5Item[] {
  const items: Hdf5Item[] = [];
  let bytes = 0;
  // All sizes are looked at before any numbers are read.
  const pending: (() => void)[] = [];
  const add = (dataset: H5.Dataset, at: string): void => {
    const { type, size, chunks } = dataset.metadata;
    const shape = [...(dataset.shape ?? [])];
    const item: { -readonly [K in keyof Hdf5Item]: Hdf5Item[K] } = { path: at, attributes: {}, shape };
    items.push(item);
    if (type !== 1 || (size !== 4 && size !== 8)) return; // 1: floating-point numbers
    const count = shape.reduce((product, n) => product * n, 1);
    bytes += count * size;
    if (chunks === null && count * size > fileBytes) throw new Damage("a dataset is larger than the file");
    pending.push(() => {
      const { value } = dataset;
      item.values = typeof value === "number" ? Float32Array.of(value) : Float32Array.from(value as ArrayLike<number>);
      if (item.values.length !== count) throw new Damage("a dataset is cut off");
    });
  };
  const visit = (parent: H5.Group, prefix: string, depth: number): void => {
    if (depth > DEEPEST) throw new Damage("groups stand in each other without an end");
    // Numbers sort as numbers: vars/10 comes after vars/9.
    const keys = parent.keys().sort((a, b) => Number(a) - Number(b) || (a < b ? -1 : 1));
    for (const key of keys) {
      if (depth === 0 && SKIPPED.test(key)) continue;
      if (items.length > MOST_ITEMS) throw new Damage("it has too many groups");
      const item = parent.get(key);
      const path = `${prefix}${key}`;
      if (item instanceof library.Group) {
        items.push({ path, attributes: attributesOf(item) });
        visit(item, `${path}/`, depth + 1);
      } else if (item instanceof library.Dataset) add(item, path);
    }
  };
  const file = new library.File(path, "r");
  try {
    items.push({ path: "", attributes: attributesOf(file) });
    visit(file, "", 0);
    if (bytes > maxBytes) throw new TooLarge(bytes);
    for (const readValues of pending) readValues();
  } finally {
    file.close();
  }
  return items;
}

/** The library throws what it finds wrong as plain errors; anything else is the end of it. */
function isReported(error: unknown): boolean {
  return error instanceof Error && error.constructor === Error;
}

function failure(error: unknown): Hdf5Answer {
  if (error instanceof TooLarge) return { tooLarge: error.bytes };
  if (error instanceof Damage) return { error: error.message, isOver: false, reason: error.message };
  return { error: String((error as Error)?.message ?? error).slice(0, 500), isOver: !isReported(error) };
}

/** Everything that a file holds and that Keras has written for layers, groups before what is in them. */
export function readTree(library: Hdf5Library, request: Hdf5Request): Hdf5Answer {
  try {
    return { items: itemsOf(library, request) };
  } catch (error) {
    return failure(error);
  }
}

/** Groups by path, with a name each, and tensors by path. */
export function writeTree(
  library: Hdf5Library,
  fileName: string,
  groups: readonly Hdf5Group[],
  tensors: readonly FileTensor[],
): void {
  const file = new library.File(fileName, "w");
  try {
    const made = new Set<string>();
    const make = (path: string): void => {
      if (path === "" || made.has(path)) return;
      make(path.split("/").slice(0, -1).join("/"));
      file.create_group(path);
      made.add(path);
    };
    for (const { path, name: label } of groups) {
      make(path);
      if (label !== undefined) (file.get(path) as H5.Group).create_attribute("name", label);
    }
    for (const { name: path, shape, values } of tensors) {
      make(path.split("/").slice(0, -1).join("/"));
      file.create_dataset({ name: path, data: values, shape, dtype: "<f" });
    }
    file.flush();
  } finally {
    file.close();
  }
}
