import type { UserError } from "../../../support/system/user-error.ts";
import { Field, refuse } from "../field.ts";
import { classPath } from "../keras/order.ts";
import type { FileLayer } from "../keras/weights.ts";
import type { FileTensor, Hdf5Item } from "./tree.ts";

/** Name of the group of every layer, in the order of the model's layers: Keras numbers those of one class. */
export function groupsByName(classes: Iterable<readonly [name: string, className: string]>): Map<string, string> {
  const counts = new Map<string, number>();
  const groups = new Map<string, string>();
  for (const [name, className] of classes) {
    const path = classPath(className);
    const count = counts.get(path) ?? 0;
    counts.set(path, count + 1);
    groups.set(count === 0 ? path : `${path}_${count}`, name);
  }
  return groups;
}

/** Of the groups of layers; Keras 2.12 and 2.13 call it by the second name. */
const CONTAINERS = ["layers", "_layer_checkpoint_dependencies"];

/**
 * Weights of an HDF5 file: layers/<group>/…/vars/<number> of Keras 3 and of the archives of Keras 2; <layer>/<weight> of older files.
 * @param names of the layers by group, where a config beside the file says them
 * @throws UserError (exit code 2) where it is damaged or laid out otherwise
 */
export function layersOf(path: string, items: readonly Hdf5Item[], names?: ReadonlyMap<string, string>): FileLayer[] {
  const paths = new Set(items.map((item) => item.path));
  const base = paths.has("model_weights") ? "model_weights" : "";
  const legacy = listOf(items.find((item) => item.path === base)?.attributes, "layer_names");
  if (legacy !== undefined) return legacyLayers(path, items, base, legacy);
  const container = CONTAINERS.find((name) => paths.has(name));
  if (container === undefined) {
    refuse(
      path,
      "it has neither a group `layers` nor the attribute layer_names: Keras did not write it",
      'write it with Keras: model.save_weights("model.weights.h5")',
    );
  }
  const groups = items.flatMap(({ path: item }) => {
    const [parent, group, ...inner] = item.split("/");
    return parent === container && group !== undefined && inner.length === 0 ? [group] : [];
  });
  const numbers = container === "layers" ? undefined : consecutive(groups);
  return groups.map((group) => numberedLayer(items, `${container}/${group}`, numbers?.get(group) ?? group, names));
}

/** Keras 2.12 and 2.13 count a layer with weights twice: lstm, lstm_2, lstm_4 are lstm, lstm_1, lstm_2 elsewhere. */
function consecutive(groups: readonly string[]): Map<string, string> {
  const number = (group: string): number => Number(/_(\d+)$/.exec(group)?.[1] ?? 0);
  const counts = new Map<string, number>();
  return new Map(
    [...groups]
      .sort((a, b) => number(a) - number(b))
      .map((group) => {
        const base = group.replace(/_\d+$/, "");
        const count = counts.get(base) ?? 0;
        counts.set(base, count + 1);
        return [group, count === 0 ? base : `${base}_${count}`];
      }),
  );
}

function numberedLayer(
  items: readonly Hdf5Item[],
  path: string,
  group: string,
  names: ReadonlyMap<string, string> | undefined,
): FileLayer {
  const label = items.find((item) => item.path === `${path}/vars`)?.attributes.name;
  return {
    name: typeof label === "string" ? label : names?.get(group),
    group,
    weights: items.flatMap((item) =>
      item.path.startsWith(`${path}/`) ? tensor(item, item.path.slice(path.length + 1)) : [],
    ),
  };
}

/** Long lists are split: layer_names0, layer_names1 … */
function listOf(attributes: Hdf5Item["attributes"] | undefined, name: string): readonly string[] | undefined {
  if (attributes === undefined) return undefined;
  const parts = Object.keys(attributes).filter((key) => key.startsWith(name) && /^\d*$/.test(key.slice(name.length)));
  if (parts.length === 0) return undefined;
  const order = (key: string): number => Number(key.slice(name.length));
  return parts.sort((a, b) => order(a) - order(b)).flatMap((key) => attributes[key]!);
}

function legacyLayers(path: string, items: readonly Hdf5Item[], base: string, layers: readonly string[]): FileLayer[] {
  const byPath = new Map(items.map((item) => [item.path, item]));
  const prefix = base === "" ? "" : `${base}/`;
  return layers.map((name) => {
    const group = byPath.get(`${prefix}${name}`);
    if (group === undefined) throw missing(path, `the group of the layer ${name}`);
    const weights = (listOf(group.attributes, "weight_names") ?? []).flatMap((weight) => {
      const found = byPath.get(`${prefix}${name}/${weight}`);
      if (found === undefined) throw missing(path, `the weight ${weight}`);
      return tensor(found, weight.replace(/:\d+$/, ""));
    });
    return { name, group: undefined, weights };
  });
}

function missing(path: string, what: string): UserError {
  return new Field(path, "", undefined).error(`it lacks ${what}, which it names itself`);
}

/** Integers are the state of random numbers or counters. */
function tensor({ shape, values }: Hdf5Item, name: string): FileTensor[] {
  return shape === undefined || values === undefined ? [] : [{ name, shape: [...shape], values }];
}
