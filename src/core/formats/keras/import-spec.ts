import type { LayerDefinition, LayerOptions, LayerType } from "../../layers/definition.ts";
import { layerDefinition } from "../../layers/layers.ts";
import { load } from "../../load/load.ts";
import { buildGraph } from "../../plan/graph.ts";
import { checkSchema } from "../../schema/schema.ts";
import type { Shape } from "../../spec/dataset.ts";
import type { ModelSpec } from "../../spec/types.ts";
import { Field, refuse, shortText } from "../field.ts";
import type { ImportedSpec, ImportOptions } from "../format.ts";
import { draftSpec, type FoundModel, type FoundTraining, headActivation, type Spec, specOf } from "../found.ts";
import { typeOfClass } from "./classes.ts";
import type { KerasModel } from "./described.ts";
import { type FileGraph, readGraph, titleOf } from "./graph.ts";
import { checkMasks } from "./masks.ts";
import { camelCase, snakeCase } from "./names.ts";
import { type ImportContext, layerSpec } from "./options.ts";
import { modelName, SpecNames } from "./spec-names.ts";
import { importLoss, importMetrics, importOptimizer } from "./training.ts";

/**
 * A spec that describes the model of a file, with an arrays dataset of the model's shapes to start from.
 * @throws UserError (exit code 2) where no spec computes the same, or the file is damaged
 */
export function importSpec(file: KerasModel, options: ImportOptions = {}): ImportedSpec {
  const notExpressed: string[] = [];
  const context: ImportContext = {
    path: file.path,
    dialect: file.dialect,
    notExpressed: (what) => {
      if (!notExpressed.includes(what)) notExpressed.push(what);
    },
  };
  const graph = readGraph(file, file.topology, file.place);
  if (graph.nodes.length === 0) refuse(file.path, "the model has no layers", "save a model with layers");
  const names = new SpecNames(graph);
  const inputs = graph.inputs.map((input) => arrayInput(input, graph, names, file.path, options));
  const name = options.name ?? modelName(graph.name);
  const draft = (layers: readonly Spec[]): Spec => draftSpec({ name, inputs, layers });
  const layers: Spec[] = [];
  const mayBeMasked = graph.nodes.some(({ className, config }) => makesMask(className, config));
  for (const [index, node] of graph.nodes.entries()) {
    const before = index === 0 ? graph.inputs[0]!.name : graph.nodes[index - 1]!.name;
    const follows = node.inputs.length === 1 && node.inputs[0] === before && (index > 0 || graph.inputs.length === 1);
    const place = {
      name: names.of(node.name),
      ...(follows ? {} : { inputs: node.inputs.map((input) => names.of(input)) }),
    };
    const [source] = place.inputs ?? [names.of(before)];
    const shape = (): Shape | undefined => (source === undefined ? undefined : shapeOf(source, inputs, draft(layers)));
    const { type, ...rest } = layerSpec({ ...node, shape, mayBeMasked }, context);
    layers.push({ type, ...place, ...rest });
  }
  const nodes = nodesOf(draft(layers)) ?? [];
  if (nodes.length === layers.length) checkMasks(graph, names, nodes, file);
  const output = nodes.at(-1)?.outputShape;
  const compiled = new Field(file.path, file.compilePlace ?? "compile_config", file.compileConfig ?? {});
  const head = headActivation(draft(layers));
  if (head === "softmax" && output?.at(-1) === 1) {
    const last = graph.nodes.at(-1)!;
    refuse(
      file.path,
      `${titleOf(last)} has a softmax of one unit, which is 1 whatever its input (${last.config.place})`,
      "give it a unit for each class, or the activation sigmoid",
    );
  }
  const training: FoundTraining = {
    loss: importLoss(compiled.at("loss"), context),
    lossOfFile: compiled.at("loss").value,
    optimizer: importOptimizer(compiled.at("optimizer"), context),
    metrics: importMetrics(compiled.at("metrics"), context),
    // A stateful layer goes on where the batch before ended: batches of the size for which it was made.
    batchSize: graph.inputs.find((input) => input.batchSize !== null)?.batchSize ?? undefined,
  };
  return specOf({
    path: file.path,
    name,
    inputs,
    layers,
    output,
    training,
    notExpressed,
    places: placesIn(graph),
  });
}

/** "lstm_1 (LSTM), config.layers[1].config.units" */
function placesIn(graph: FileGraph): FoundModel["places"] {
  return {
    input: (index) => graph.inputs[index] && `the input ${shortText(graph.inputs[index].name)}`,
    layer: (index, key, isInner) => {
      const node = graph.nodes[index];
      if (node === undefined) return undefined;
      const config = isInner ? node.config.at("layer").at("config") : node.config;
      const option = key === undefined ? undefined : config.at(snakeCase(key));
      return `${titleOf(node)}, ${option?.isGiven === true ? option.place : config.place}`;
    },
  };
}

function makesMask(className: string, config: Field): boolean {
  const definition = definitionOf(className);
  if (definition?.mask !== "makes") return false;
  const options = Object.entries(config.optionalMap()).map(([key, value]) => [camelCase(key), value]);
  return definition.makesMask === undefined || definition.makesMask(Object.fromEntries(options)) === true;
}

function definitionOf(className: string): LayerDefinition<LayerType, LayerOptions<LayerType>> | undefined {
  const type = typeOfClass(className);
  return type && layerDefinition(type);
}

/** The nodes of a spec as the compiler sees it; undefined where it does not fit the schema. */
function nodesOf(spec: Spec): ReturnType<typeof buildGraph>["nodes"] | undefined {
  const { source } = load(JSON.stringify(spec), "spec");
  const checked = source && checkSchema(source).spec;
  return checked && buildGraph(checked as ModelSpec, () => 1).nodes;
}

/** Of an input or a layer of a spec. */
function shapeOf(name: string, inputs: readonly ArrayInput[], spec: Spec): Shape | undefined {
  const input = inputs.find((other) => other.name === name);
  return input?.shape ?? nodesOf(spec)?.find((node) => node.name === name)?.outputShape;
}

/** An input of an arrays dataset. */
interface ArrayInput {
  readonly name: string;
  readonly shape: Shape;
  readonly vocabularySize?: number;
  readonly train: string;
  readonly test: string;
}

function arrayInput(
  input: FileGraph["inputs"][number],
  graph: FileGraph,
  names: SpecNames,
  path: string,
  { timesteps }: { readonly timesteps?: number },
): ArrayInput {
  const name = names.of(input.name);
  const shape = input.shape.map((n, axis) => n ?? (axis === 0 ? timesteps : undefined));
  if (!shape.every((n) => n !== undefined)) {
    refuse(
      path,
      `the input ${input.name} has the shape [${input.shape.map(String).join(", ")}]`,
      "a spec has fixed shapes: give the timesteps with --timesteps",
    );
  }
  const ids = graph.nodes.flatMap(({ className, inputs, config }) => {
    const option = inputs[0] === input.name ? definitionOf(className)?.idsOption : undefined;
    return option === undefined ? [] : [config.at(snakeCase(option)).whole(1)];
  });
  const vocabulary = ids[0] === undefined ? {} : { vocabularySize: ids[0] };
  return { name, shape, ...vocabulary, train: `train-${name}.npy`, test: `test-${name}.npy` };
}
