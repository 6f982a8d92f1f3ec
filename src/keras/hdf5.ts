import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type * as H5 from "h5wasm";
import { UserError } from "../support/user-error.ts";

export interface FileTensor {
  readonly name: string;
  readonly shape: number[];
  readonly values: Float32Array;
}

/** The weights of a layer, in the order of the file. */
export interface FileLayer {
  readonly name: string;
  /** In HDF5 the group, which Keras names by class and number: lstm, lstm_1 … */
  readonly group: string | undefined;
  readonly weights: readonly FileTensor[];
}

export interface FileWeights {
  readonly path: string;
  readonly layers: readonly FileLayer[];
}

type Library = typeof H5;

/** Node's build reads and writes files of the disk; it is slow to start, so it is loaded when it is needed. */
async function hdf5(): Promise<Library> {
  const library = (await import("h5wasm/node")) as unknown as Library;
  // Otherwise errors of the C library are printed to stderr.
  ((await library.ready) as { activate_throwing_error_handler?(): void }).activate_throwing_error_handler?.();
  return library;
}

/** HDF5 libraries read files, so that an entry of an archive becomes one for the time of `use`. */
async function withFile<R>(use: (file: string, library: Library) => R): Promise<R> {
  const library = await hdf5();
  const folder = mkdtempSync(join(tmpdir(), "lstm-compile-hdf5-"));
  try {
    return use(join(folder, `${randomBytes(8).toString("hex")}.h5`), library);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Weights of a Keras 3 .weights.h5 file: layers/<group>/…/vars/<number>.
 * @throws UserError (exit code 2) where it is damaged or laid out otherwise
 */
export async function readHdf5Weights(path: string, bytes: Uint8Array): Promise<FileWeights> {
  return withFile((name, library) => {
    writeFileSync(name, bytes);
    let file: H5.File | undefined;
    try {
      file = new library.File(name, "r");
      const layers = file.get("layers");
      if (!(layers instanceof library.Group)) throw new UserError(...foreignLayout(path));
      return { path, layers: layers.keys().map((group) => readLayer(library, layers, group)) };
    } catch (cause) {
      if (cause instanceof UserError) throw cause;
      throw new UserError(`${path} is damaged: it cannot be read as HDF5`, {
        exitCode: 2,
        fix: "save or copy it again",
        cause,
      });
    } finally {
      file?.close();
    }
  });
}

function foreignLayout(path: string): [string, { exitCode: 2; fix: string }] {
  return [
    `${path} has no group \`layers\`: it was not written by Keras 3's save_weights`,
    { exitCode: 2, fix: 'write it with Keras 3: model.save_weights("model.weights.h5")' },
  ];
}

function readLayer(library: Library, layers: H5.Group, group: string): FileLayer {
  const weights: FileTensor[] = [];
  const visit = (parent: H5.Group, path: string): void => {
    // Numbers sort as numbers: vars/10 comes after vars/9.
    const keys = parent.keys().sort((a, b) => Number(a) - Number(b) || (a < b ? -1 : 1));
    for (const key of keys) {
      const child = parent.get(key);
      if (child instanceof library.Group) visit(child, `${path}${key}/`);
      else if (child instanceof library.Dataset) weights.push(tensor(child, `${path}${key}`));
    }
  };
  const top = layers.get(group) as H5.Group;
  visit(top, "");
  const vars = top.get("vars");
  const name = vars instanceof library.Group ? vars.attrs.name?.value : undefined;
  return { name: typeof name === "string" ? name : group, group, weights };
}

function tensor(dataset: H5.Dataset, name: string): FileTensor {
  const value = dataset.value;
  const values = typeof value === "number" ? Float32Array.of(value) : Float32Array.from(value as ArrayLike<number>);
  return { name, shape: [...(dataset.shape ?? [])], values };
}

/** Groups by path, with a name each, and tensors by path, as bytes of an HDF5 file. */
export async function writeHdf5(
  groups: readonly { readonly path: string; readonly name?: string }[],
  tensors: readonly FileTensor[],
): Promise<Buffer> {
  return withFile((name, library) => {
    const file = new library.File(name, "w");
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
    return readFileSync(name);
  });
}
