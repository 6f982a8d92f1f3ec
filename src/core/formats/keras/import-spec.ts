import { Document, isMap, isScalar, type Node, type Pair, visit, YAMLMap } from "yaml";
import type { LayerDefinition, LayerOptions, LayerType } from "../../layers/definition.ts";
import { layerDefinition } from "../../layers/layers.ts";
import { load } from "../../load/load.ts";
import { buildGraph } from "../../plan/graph.ts";
import { checkSchema } from "../../schema/schema.ts";
import type { Shape } from "../../spec/dataset.ts";
import type { ModelSpec } from "../../spec/types.ts";
import { typeOfClass } from "./classes.ts";
import { cut, Field } from "./field.ts";
import { type FileGraph, readGraph, refuse, titleOf } from "./graph.ts";
import { checkMasks } from "./masks.ts";
import type { ModelFile } from "./model-file.ts";
import { camelCase, snakeCase } from "./names.ts";
import { type ImportContext, layerSpec } from "./options.ts";
import { modelName, SpecNames } from "./spec-names.ts";
import { importLoss, importMetrics, importOptimizer } from "./training.ts";
import { mendTraining, refuseErrors } from "./verdict.ts";

export interface ImportedSpec {
  readonly name: string;
  readonly text: string;
  /** What the spec cannot say. It is in the text as a comment too. */
  readonly notExpressed: readonly string[];
  /** What was written in place of something that the file does not say, or that no spec trains. */
  readonly warnings: readonly string[];
}

export interface ImportOptions {
  /** Of inputs that leave them open. */
  readonly timesteps?: number;
  /** Of the spec; default: the model's own. */
  readonly name?: string;
}

type Spec = Readonly<Record<string, unknown>>;

/**
 * A spec that describes the model of a file, with an arrays dataset of the model's shapes to start from.
 * @throws UserError (exit code 2) where no spec computes the same, or the file is damaged
 */
export function importSpec(file: ModelFile, options: ImportOptions = {}): ImportedSpec {
  const notExpressed: string[] = [];
  const context: ImportContext = {
    path: file.path,
    format: file.format,
    notExpressed: (what) => {
      if (!notExpressed.includes(what)) notExpressed.push(what);
    },
  };
  const graph = readGraph(file.path, file.topology, file.place);
  if (graph.nodes.length === 0) refuse(file.path, "the model has no layers", "save a model with layers");
  const names = new SpecNames(graph);
  const inputs = graph.inputs.map((input) => arrayInput(input, graph, names, file.path, options));
  const draft = (layers: readonly object[]): Spec => ({
    specVersion: 1,
    name: options.name ?? modelName(graph.name),
    dataset: { type: "arrays", inputs, targets: { encoding: "numbers", features: 1, train: "x.npy", test: "x.npy" } },
    layers,
    optimizer: { type: "adam" },
    training: { loss: "meanSquaredError" },
  });
  const layers: Spec[] = [];
  const mayBeMasked = graph.nodes.some(({ className, config }) => makesMask(className, config));
  for (const [index, node] of graph.nodes.entries()) {
    const before = index === 0 ? graph.inputs[0]!.name : graph.nodes[index - 1]!.name;
    const follows = node.inputs.length === 1 && node.inputs[0] === before && (index > 0 || graph.inputs.length === 1);
    const place = {
      name: names.of(node.name),
      ...(follows ? {} : { inputs: node.inputs.map((input) => names.of(input)) }),
    };
    const shape = (): Shape | undefined =>
      inputShapeOf(draft([...layers, { type: "activation", activation: "linear", ...place }]));
    const { type, ...rest } = layerSpec({ ...node, shape, mayBeMasked }, context);
    layers.push({ type, ...place, ...rest });
  }
  const nodes = graphOf(draft(layers)) ?? [];
  if (nodes.length === layers.length) checkMasks(graph, names, nodes, file);
  const output = nodes.at(-1)?.outputShape;
  const compiled = new Field(file.path, file.compilePlace ?? "compile_config", file.compileConfig ?? {});
  const head = headActivation(layers.at(-1)!);
  if (head === "softmax" && output?.at(-1) === 1) {
    const last = graph.nodes.at(-1)!;
    refuse(
      file.path,
      `${titleOf(last)} has a softmax of one unit, which is 1 whatever its input (${last.config.place})`,
      "give it a unit for each class, or the activation sigmoid",
    );
  }
  const usual = usualLoss(head);
  const loss = importLoss(compiled.at("loss"), context);
  const build = (chosen: string | Spec, optimizer: object | undefined, metrics: readonly unknown[]): Spec => ({
    ...draft(layers),
    dataset: { type: "arrays", inputs, targets: arrayTargets(chosen, output, head) },
    optimizer: optimizer ?? { type: "adam" },
    training: { loss: chosen, ...(metrics.length === 0 ? {} : { metrics }), ...statefulTraining(graph, layers) },
  });
  const { spec, warnings } = mendTraining(
    {
      loss,
      optimizer: importOptimizer(compiled.at("optimizer"), context),
      metrics: importMetrics(compiled.at("metrics"), context),
    },
    { usual, head, lossOfFile: compiled.at("loss").value, build, notExpressed: context.notExpressed },
  );
  refuseErrors(spec, graph, file);
  const assumed = (spec.training as Spec).loss !== loss;
  return { name: String(spec.name), text: print(spec, notExpressed, assumed), notExpressed, warnings };
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
function graphOf(spec: Spec): ReturnType<typeof buildGraph>["nodes"] | undefined {
  const { source } = load(JSON.stringify(spec), "spec");
  const checked = source && checkSchema(source).spec;
  return checked && buildGraph(checked as ModelSpec, () => 1).nodes;
}

function inputShapeOf(spec: Spec): Shape | undefined {
  const nodes = graphOf(spec);
  return nodes?.length === (spec.layers as unknown[]).length ? nodes.at(-1)!.inputShapes[0] : undefined;
}

/** A stateful layer goes on where the batch before ended: batches in their order, of the size for which it was made. */
function statefulTraining({ inputs }: FileGraph, layers: readonly Spec[]): object {
  if (!layers.some(({ stateful, layer }) => stateful === true || (layer as Spec | undefined)?.stateful === true))
    return {};
  const batchSize = inputs.find((input) => input.batchSize !== null)?.batchSize;
  return { ...(batchSize == null ? {} : { batchSize }), shuffle: false };
}

function arrayInput(
  input: FileGraph["inputs"][number],
  graph: FileGraph,
  names: SpecNames,
  path: string,
  { timesteps }: { readonly timesteps?: number },
): object {
  const name = names.of(input.name);
  const shape = input.shape.map((n, axis) => n ?? (axis === 0 ? timesteps : undefined));
  if (shape.includes(undefined)) {
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

function headActivation(last: Spec): string {
  const inner = (last.layer as Spec | undefined) ?? last;
  return typeof inner.activation === "string" ? inner.activation : "linear";
}

function usualLoss(head: string): string {
  return head === "softmax"
    ? "sparseCategoricalCrossentropy"
    : head === "sigmoid"
      ? "binaryCrossentropy"
      : "meanSquaredError";
}

function arrayTargets(loss: string | Spec, output: Shape | undefined, head: string): object {
  const name = typeof loss === "string" ? loss : String(loss.type);
  const features = output?.at(-1) ?? 1;
  const timesteps = output?.length === 2 ? { timesteps: output[0] } : {};
  const files = { train: "train-targets.npy", test: "test-targets.npy" };
  if (name === "ctc") {
    const length = output?.length === 2 ? output[0]! : 1; // at most: the file does not say more
    return { encoding: "labelSequence", classes: features, length, ...files };
  }
  if (name === "sparseCategoricalCrossentropy")
    return { encoding: "labels", classes: features, ...timesteps, ...files };
  const oneHot = name === "categoricalCrossentropy" || name === "categoricalHinge";
  if (oneHot || (name === "kullbackLeiblerDivergence" && head === "softmax")) {
    return { encoding: "oneHot", classes: features, ...timesteps, ...files };
  }
  const binary = name === "binaryCrossentropy" || name === "hinge" || name === "squaredHinge";
  return { encoding: binary ? "binary" : "numbers", ...(features === 1 ? {} : { features }), ...timesteps, ...files };
}

function print(spec: object, notExpressed: readonly string[], lossAssumed: boolean): string {
  const document = new Document(spec);
  const comments = [
    " The dataset names files that hold nothing yet: write them with numpy.save, or choose another type of dataset.",
    ...notExpressed.map((what) => ` not expressed: ${cut(what, 400).replace(/[^\x20-\x7e]/g, " ")}`),
  ];
  document.commentBefore = comments.join("\n");
  if (lossAssumed) commentOn(document, "loss", " assumed: the file has none that can be trained");
  // Short maps and lists stand in one line.
  visit(document, {
    Collection: (_, node) => {
      const leaves = (node.items as (Pair<Node, Node> | Node)[]).every((item) =>
        isScalar(item) ? true : "value" in item && isScalar(item.value),
      );
      const isOption = isMap(node) ? !node.has("type") && !node.has("specVersion") && !node.has("loss") : true;
      if (leaves && isOption && !(node instanceof YAMLMap && node.has("encoding"))) node.flow = true;
    },
  });
  return document.toString({ lineWidth: 120, flowCollectionPadding: true });
}

function commentOn(document: Document, key: string, comment: string): void {
  const training = document.get("training") as YAMLMap;
  const pair = training.items.find((item) => (item.key as { value?: unknown }).value === key);
  if (pair !== undefined && isScalar(pair.value)) pair.value.comment = comment;
}
