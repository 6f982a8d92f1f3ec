import { Document, isMap, isScalar, type Node, type Pair, visit, YAMLMap } from "yaml";
import { buildGraph } from "../layers/graph.ts";
import { load } from "../load/load.ts";
import type { Shape } from "../spec/dataset.ts";
import type { ModelSpec } from "../spec/types.ts";
import { isReservedName } from "../validate/reserved-names.ts";
import { checkSchema } from "../validate/schema.ts";
import { type FileGraph, readGraph, refuse } from "./graph.ts";
import type { ModelFile } from "./model-file.ts";
import { camelCase } from "./names.ts";
import { type ImportContext, layerSpec } from "./options.ts";
import { importLoss, importMetrics, importOptimizer } from "./training.ts";

export interface ImportedSpec {
  readonly name: string;
  readonly text: string;
  /** What the spec cannot say. It is in the text as a comment too. */
  readonly notExpressed: readonly string[];
}

/**
 * A spec that describes the model of a file, with an arrays dataset of the model's shapes to start from.
 * @throws UserError (exit code 2) where no spec computes the same
 */
export function importSpec(file: ModelFile, options: { readonly timesteps?: number } = {}): ImportedSpec {
  const notExpressed: string[] = [];
  const context: ImportContext = {
    path: file.path,
    format: file.format,
    notExpressed: (what) => {
      if (!notExpressed.includes(what)) notExpressed.push(what);
    },
  };
  const graph = readGraph(file.path, file.topology);
  if (graph.nodes.length === 0) refuse(file.path, "the model has no layers", "save a model with layers");
  const names = new SpecNames(graph);
  const layers = graph.nodes.map((node, index) => {
    const { type, ...rest } = layerSpec(node, context);
    const before = index === 0 ? graph.inputs[0]!.name : graph.nodes[index - 1]!.name;
    const follows = node.inputs.length === 1 && node.inputs[0] === before && (index > 0 || graph.inputs.length === 1);
    return {
      type,
      name: names.of(node.name),
      ...(follows ? {} : { inputs: node.inputs.map((input) => names.of(input)) }),
      ...rest,
    };
  });
  const inputs = graph.inputs.map((input) => arrayInput(input, graph, names, file.path, options));
  const name = modelName(graph.name);
  const compiled = file.compileConfig ?? {};
  const loss = importLoss(compiled.loss, context);
  const draft = {
    specVersion: 1,
    name,
    dataset: { type: "arrays", inputs, targets: { encoding: "numbers", features: 1, train: "x.npy", test: "x.npy" } },
    layers,
    optimizer: importOptimizer(compiled.optimizer, context) ?? { type: "adam" },
    training: { loss: "meanSquaredError" as unknown },
  };
  const output = outputShape(draft);
  const chosen = loss ?? usualLoss(graph);
  const spec = {
    ...draft,
    dataset: { type: "arrays", inputs, targets: arrayTargets(chosen, output) },
    training: { loss: chosen, ...metricsOf(compiled, context) },
  };
  return { name, text: print(spec, notExpressed, loss === undefined), notExpressed };
}

/** Names of a file as identifiers of a spec, each once. */
export class SpecNames {
  readonly #names = new Map<string, string>();

  constructor({ inputs, nodes }: Pick<FileGraph, "nodes" | "inputs">) {
    const used = new Set<string>();
    for (const { name } of [...inputs, ...nodes]) {
      const wanted = identifier(name);
      let unique = wanted;
      for (let k = 2; used.has(unique); k++) unique = `${wanted}${k}`;
      used.add(unique);
      this.#names.set(name, unique);
    }
  }

  of(name: string): string {
    return this.#names.get(name)!;
  }
}

/** "input_layer" → "inputLayer", "my.dense/1" → "myDense1" */
export function identifier(name: string): string {
  const camel = camelCase(name.replace(/[^A-Za-z0-9]+/g, "_").replace(/^[^A-Za-z]+/, ""));
  const lower = (camel.charAt(0).toLowerCase() + camel.slice(1)).slice(0, 36) || "layer";
  return isReservedName(lower) && lower !== "input" ? `${lower}1` : lower;
}

function modelName(name: string): string {
  const words = name.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  return words.replace(/^[^a-z]+|-+$/g, "").slice(0, 64) || "model";
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
  const embedding = graph.nodes.find(({ className, inputs }) => className === "Embedding" && inputs[0] === input.name);
  const ids = embedding === undefined ? {} : { vocabularySize: embedding.config.input_dim };
  return { name, shape, ...ids, train: `train-${name}.npy`, test: `test-${name}.npy` };
}

/** Shape of the output per sample, by the rules of the compiler; undefined where the layers do not fit together. */
function outputShape(spec: object): Shape | undefined {
  const { source } = load(JSON.stringify(spec), "spec");
  const checked = source && checkSchema(source).spec;
  return checked && buildGraph(checked as ModelSpec, () => 1).nodes.at(-1)?.outputShape;
}

function usualLoss({ nodes }: FileGraph): string {
  const last = nodes.at(-1)!.config.activation;
  return last === "softmax"
    ? "sparseCategoricalCrossentropy"
    : last === "sigmoid"
      ? "binaryCrossentropy"
      : "meanSquaredError";
}

function arrayTargets(loss: string | Record<string, unknown>, output: Shape | undefined): object {
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
  if (name === "categoricalCrossentropy") return { encoding: "oneHot", classes: features, ...timesteps, ...files };
  const encoding = name === "binaryCrossentropy" ? "binary" : "numbers";
  return { encoding, ...(features === 1 ? {} : { features }), ...timesteps, ...files };
}

function metricsOf(compiled: Readonly<Record<string, unknown>>, context: ImportContext): object {
  const metrics = importMetrics(compiled.metrics, context);
  return metrics.length === 0 ? {} : { metrics };
}

function print(spec: object, notExpressed: readonly string[], lossAssumed: boolean): string {
  const document = new Document(spec);
  const comments = [
    " The dataset names files that hold nothing yet: write them with numpy.save, or choose another type of dataset.",
    ...notExpressed.map((what) => ` not expressed: ${what.replace(/[^\x20-\x7e]/g, " ")}`),
  ];
  document.commentBefore = comments.join("\n");
  if (lossAssumed) commentOn(document, "loss", " assumed: the file does not say one");
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
