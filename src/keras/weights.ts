import type { LayerPlan, ParameterPlan, Plan } from "../plan/types.ts";
import type { Checkpoint, SavedTensors } from "../support/run/checkpoint.ts";
import { UserError } from "../support/user-error.ts";
import type { FileLayer, FileTensor, FileWeights } from "./hdf5.ts";
import { identifier } from "./import-spec.ts";
import { snakeCase } from "./names.ts";
import { kerasGroups, kerasWeightPaths } from "./order.ts";

/**
 * The weights of a file under the names of a spec: by the layers' names, or, in HDF5, by the order of the layers of each class.
 * @throws UserError (exit code 2) where the file has other layers, or weights of other shapes
 */
export function matchWeights(plan: Plan, file: FileWeights): SavedTensors {
  const layers = plan.layers.filter(({ parameters }) => parameters.length > 0);
  const stored = file.layers.filter(({ weights }) => weights.some(isWeight));
  const byName = pairs(
    layers,
    stored,
    ({ name }) => name,
    ({ name }) => identifier(name),
  );
  const groups = kerasGroups(plan);
  const found =
    byName ??
    pairs(
      layers,
      stored,
      ({ name }) => groups.get(name),
      ({ group }) => group,
    );
  if (found === undefined) {
    throw new UserError(
      `${file.path} has weights for ${listed(stored.map(({ name }) => name))}, the spec for ${listed(layers.map(({ name }) => name))}`,
      { exitCode: 2, fix: "give the layers of the spec the names that they have in the file" },
    );
  }
  const weights: SavedTensors = {};
  for (const [layer, source] of found) {
    for (const [index, parameter] of layer.parameters.entries()) {
      const { shape, values } = weightOf(layer, index, source, file.path);
      if (shape.join() !== parameter.shape.join()) throw otherShape(file.path, layer, parameter, source, shape);
      weights[`${layer.name}/${parameter.name}`] = { shape, values };
    }
    const count = source.weights.filter(isWeight).length;
    if (count !== layer.parameters.length) {
      throw new UserError(
        `${file.path} has ${count} weights for ${source.name}, ${layer.name} of the spec has ${layer.parameters.length}`,
        {
          exitCode: 2,
          fix: "check the layer's options, such as useBias, scale and center",
        },
      );
    }
  }
  return weights;
}

/** The state of random numbers is no weight. */
function isWeight({ name }: FileTensor): boolean {
  return !name.includes("seed_generator");
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? "no layer" : names.join(", ");
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
  const [direction] = name.split("/");
  const leaf = `/${snakeCase(name.split("/").at(-1)!)}`;
  const found = source.weights.find((weight) =>
    wanted === undefined
      ? weight.name.endsWith(leaf) && (layer.type !== "bidirectional" || weight.name.includes(`/${direction}_`))
      : weight.name === wanted,
  );
  if (found !== undefined) return found;
  throw new UserError(`${path} lacks the weight ${name} of ${source.name}`, {
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
  const what = `${parameter.name} of ${source.name} has the shape [${shape.join(", ")}]`;
  return new UserError(`${path}: ${what}; the spec's ${layer.name} has [${parameter.shape.join(", ")}]`, {
    exitCode: 2,
    fix: "give the layer the same units, and its input the same features",
  });
}

/** A checkpoint from which `train.ts --resume` begins its first epoch. */
export function initialCheckpoint(plan: Plan, weights: SavedTensors): Omit<Checkpoint, "definition"> {
  const { optimizer, training } = plan;
  const trained = plan.layers.flatMap(({ name, parameters }) =>
    parameters.filter(({ trainable }) => trainable).map((parameter) => `${name}/${parameter.name}`),
  );
  const initial = (slot: string): number =>
    optimizer.type === "adagrad" && slot === "accumulator" ? optimizer.initialAccumulatorValue : 0;
  const slot = (name: string): SavedTensors =>
    Object.fromEntries(
      trained.map((weight) => {
        const { shape, values } = weights[weight]!;
        return [weight, { shape, values: new Float32Array(values.length).fill(initial(name)) }];
      }),
    );
  const sums = 1 + training.metrics.reduce((sum, { size }) => sum + size, 0);
  return {
    weights,
    optimizer: Object.fromEntries(optimizer.slots.map((name) => [name, slot(name)])),
    state: {
      epoch: 1,
      step: 0,
      iteration: 0,
      sums: new Array<number>(sums).fill(0),
      seed: training.seed,
    },
  };
}
