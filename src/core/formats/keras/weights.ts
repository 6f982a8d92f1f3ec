import type { SavedTensors } from "../../../support/run/checkpoint.ts";
import { UserError } from "../../../support/system/user-error.ts";
import type { LayerPlan, ParameterPlan, Plan } from "../../plan/types.ts";
import { shortText } from "../field.ts";
import type { StoredWeights } from "../format.ts";
import type { FileTensor } from "../hdf5/tree.ts";
import type { FileGraph } from "./graph.ts";
import { snakeCase } from "./names.ts";
import { kerasGroups, kerasWeightPaths } from "./order.ts";
import { identifier, SpecNames } from "./spec-names.ts";

/** The weights of a layer, in the order of the file. */
export interface FileLayer {
  /** Undefined where the file numbers layers of each class and says no names. */
  readonly name: string | undefined;
  /** In files of Keras 3's layout the group, which is named by class and number: lstm, lstm_1 … */
  readonly group: string | undefined;
  readonly weights: readonly FileTensor[];
}

export interface FileWeights {
  readonly path: string;
  readonly layers: readonly FileLayer[];
  /** The layers of the model, where the file describes them. */
  readonly graph: FileGraph | undefined;
  readonly warnings?: readonly string[];
}

export function storedWeights(file: FileWeights): StoredWeights {
  return { warnings: file.warnings ?? [], match: (plan) => matchWeights(plan, file) };
}

/** By the layers' names, or, in HDF5, by the order of the layers of each class. */
function matchWeights(plan: Plan, file: FileWeights): SavedTensors {
  const layers = plan.layers.filter(({ parameters }) => parameters.length > 0);
  const stored = file.layers.filter(({ weights }) => weights.some(isWeight));
  const names = file.graph && new SpecNames(file.graph);
  const found =
    pairs(
      layers,
      stored,
      ({ name }) => name,
      ({ name }) => (name === undefined ? undefined : (names?.find(name) ?? identifier(name))),
    ) ?? byOrder(plan, layers, stored, file.path);
  if (found === undefined) {
    throw new UserError(
      `${file.path} has weights for ${listed(stored.map(({ name, group }) => name ?? group ?? "?"))}, the spec for ${listed(layers.map(({ name }) => name))}`,
      { exitCode: 2, fix: "give the layers of the spec the names that they have in the file" },
    );
  }
  const weights: SavedTensors = {};
  for (const [layer, source] of found) {
    for (const [index, parameter] of layer.parameters.entries()) {
      const { shape, values } = weightOf(layer, index, source, file.path);
      if (shape.join() !== parameter.shape.join()) throw otherShape(file.path, layer, parameter, source, shape);
      const bad = values.find((value) => !Number.isFinite(value));
      if (bad !== undefined) {
        throw new UserError(`${file.path}: ${parameter.name} of ${nameOf(source)} has the value ${bad}`, {
          exitCode: 2,
          fix: "save or copy it again; a model that has diverged predicts nothing",
        });
      }
      weights[`${layer.name}/${parameter.name}`] = { shape, values };
    }
    const count = source.weights.filter(isWeight).length;
    if (count !== layer.parameters.length) {
      throw new UserError(
        `${file.path} has ${count} weights for ${nameOf(source)}, ${layer.name} of the spec has ${layer.parameters.length}`,
        {
          exitCode: 2,
          fix: "check the layer's options, such as useBias, scale and center",
        },
      );
    }
  }
  return weights;
}

/** By the groups in which Keras numbers the layers of each class. */
function byOrder(
  plan: Plan,
  layers: readonly LayerPlan[],
  stored: readonly FileLayer[],
  path: string,
): [LayerPlan, FileLayer][] | undefined {
  const groups = kerasGroups(plan);
  const found = pairs(
    layers,
    stored,
    ({ name }) => groups.get(name),
    ({ group }) => group,
  );
  // Keras 3 counts the operations that compute masks, Keras 2 has none; a file without names may be of either.
  const older = kerasGroups(plan, { masks: false });
  const isAmbiguous = layers.some(({ name }) => groups.get(name) !== older.get(name));
  if (found !== undefined && isAmbiguous && stored.some(({ name }) => name === undefined)) {
    throw new UserError(
      `${path} does not name its layers, and Keras 2 and Keras 3 number those of this model differently`,
      {
        exitCode: 2,
        fix: 'save the whole model: model.save("model.keras")',
      },
    );
  }
  return found;
}

function nameOf({ name, group }: FileLayer): string {
  return shortText(name ?? group ?? "?", 60);
}

/** The state of random numbers is no weight. */
function isWeight({ name }: FileTensor): boolean {
  return !name.includes("seed_generator");
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? "no layer" : shortText(names.join(", "), 300);
}

/** Each layer with its source; undefined unless they pair up completely. */
function pairs(
  layers: readonly LayerPlan[],
  stored: readonly FileLayer[],
  key: (layer: LayerPlan) => string | undefined,
  sourceKey: (source: FileLayer) => string | undefined,
): [LayerPlan, FileLayer][] | undefined {
  const sources = new Map(stored.map((source) => [sourceKey(source), source]));
  if (layers.length !== stored.length || sources.size !== stored.length) return undefined;
  const found = layers.flatMap((layer): [LayerPlan, FileLayer][] => {
    const source = sources.get(key(layer));
    return source === undefined ? [] : [[layer, source]];
  });
  return found.length === layers.length ? found : undefined;
}

function weightOf(layer: LayerPlan, index: number, source: FileLayer, path: string): FileTensor {
  const wanted = source.group === undefined ? undefined : kerasWeightPaths(layer)[index]!;
  const { name } = layer.parameters[index]!;
  const steps = name.split("/");
  const direction = steps.length > 1 ? `/${steps[0]}_` : ""; // of a layer that runs in both
  const leaf = `/${snakeCase(steps.at(-1)!)}`;
  const found = source.weights.filter((weight) =>
    wanted === undefined ? `/${weight.name}`.endsWith(leaf) && weight.name.includes(direction) : weight.name === wanted,
  );
  if (found.length === 1) return found[0]!;
  const what = found.length === 0 ? "lacks the weight" : `has ${found.length} times the weight`;
  throw new UserError(`${path} ${what} ${name} of ${nameOf(source)}`, {
    exitCode: 2,
    fix: "check the layer's type and options, such as useBias, scale and center",
  });
}

function otherShape(
  path: string,
  layer: LayerPlan,
  parameter: ParameterPlan,
  source: FileLayer,
  shape: readonly number[],
): UserError {
  const what = `${parameter.name} of ${nameOf(source)} has the shape [${shape.join(", ")}]`;
  return new UserError(`${path}: ${what}; the spec's ${layer.name} has [${parameter.shape.join(", ")}]`, {
    exitCode: 2,
    fix: "give the layer the same units, and its input the same features",
  });
}
