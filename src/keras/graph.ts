import { UserError } from "../support/user-error.ts";

type Json = Readonly<Record<string, unknown>>;

/** A layer of a model file in its place. */
export interface FileNode {
  readonly name: string;
  readonly className: string;
  readonly config: Json;
  /** Names of the layers that it reads. */
  readonly inputs: readonly string[];
  /** What it was called with beside its inputs. */
  readonly call: Json;
  /** Shape per sample with which Keras built it, where the file says so. */
  readonly inputShape: readonly (number | null)[] | undefined;
}

export interface FileGraph {
  readonly name: string;
  readonly inputs: readonly { readonly name: string; readonly shape: readonly (number | null)[] }[];
  /** In an order in which each comes after those that it reads; the output last. */
  readonly nodes: readonly FileNode[];
}

/**
 * The layers of a Sequential or Functional model.
 * @throws UserError (exit code 2) for what no spec can say: several outputs, shared layers, models inside models
 */
export function readGraph(path: string, model: Json): FileGraph {
  const config = model.config as Json;
  const layers = (Array.isArray(config) ? config : config.layers) as Json[] | undefined;
  if (!Array.isArray(layers))
    refuse(path, `it is a ${model.class_name}, not a Sequential or Functional model`, REBUILD);
  for (const layer of layers!) {
    if (layer.config !== null && typeof layer.config === "object" && Array.isArray((layer.config as Json).layers)) {
      refuse(path, `${nameOf(layer)} is a model inside the model`, "build the model of its layers directly");
    }
  }
  const name = String((config as Json).name ?? "model");
  return model.class_name === "Sequential"
    ? sequential(path, name, config, layers!)
    : functional(path, name, config, layers!);
}

const REBUILD = "build it as a Sequential or Functional model of the layers that `npx lstm-compile schema` lists";

export function refuse(path: string, what: string, fix: string): never {
  throw new UserError(`${path}: ${what}`, { exitCode: 2, fix });
}

function nameOf(layer: Json): string {
  return String(layer.name ?? (layer.config as Json | undefined)?.name ?? layer.class_name);
}

function batchShape(config: Json): readonly (number | null)[] | undefined {
  const shape = (config.batch_shape ?? config.batch_input_shape) as (number | null)[] | undefined;
  return Array.isArray(shape) ? shape.slice(1) : undefined;
}

function builtShape(layer: Json): readonly (number | null)[] | undefined {
  const shape = (layer.build_config as Json | undefined)?.input_shape;
  return Array.isArray(shape) && !Array.isArray(shape[0]) ? (shape.slice(1) as (number | null)[]) : undefined;
}

function sequential(path: string, name: string, config: Json, layers: readonly Json[]): FileGraph {
  const isInput = (layer: Json): boolean => layer.class_name === "InputLayer";
  const [first] = layers;
  const shape =
    (first && batchShape(first.config as Json)) ??
    (config.build_input_shape as (number | null)[] | undefined)?.slice(1) ??
    (first && builtShape(first));
  if (first === undefined || shape === undefined) {
    refuse(
      path,
      "the model does not say the shape of its input",
      "build it before saving: model.build((None, 28, 28))",
    );
  }
  const input = isInput(first) ? nameOf(first) : "input";
  const rest = layers.filter((layer) => !isInput(layer));
  const nodes = rest.map((layer, index) => ({
    name: nameOf(layer),
    className: String(layer.class_name),
    config: layer.config as Json,
    inputs: [index === 0 ? input : nameOf(rest[index - 1]!)],
    call: {},
    inputShape: builtShape(layer),
  }));
  return { name, inputs: [{ name: input, shape }], nodes };
}

/** [layer, node, tensor], or a list of them. */
function endpoints(value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  return typeof value[0] === "string" ? [value[0]] : value.map((item: unknown[]) => String(item[0]));
}

function functional(path: string, name: string, config: Json, layers: readonly Json[]): FileGraph {
  const outputs = endpoints(config.output_layers);
  if (outputs.length !== 1) {
    refuse(path, `the model has ${outputs.length} outputs (${outputs.join(", ")})`, "save a model with one output");
  }
  const all = new Map(layers.map((layer) => [nameOf(layer), node(path, layer)]));
  // From the output back: what it does not need, such as the operations by which Keras computes masks, is no part of the spec.
  const needed = new Set<string>();
  const need = (wanted: string): void => {
    if (needed.has(wanted)) return;
    needed.add(wanted);
    const found = all.get(wanted);
    if (found === undefined) refuse(path, `a layer reads ${wanted}, which is not there`, "save the model again");
    for (const input of found.inputs) need(input);
  };
  need(outputs[0]!);
  const inputs = endpoints(config.input_layers).map((input) => {
    const shape = batchShape(all.get(input)?.config ?? {});
    if (shape === undefined) refuse(path, `the input ${input} has no shape`, REBUILD);
    if (!needed.has(input)) refuse(path, `no layer reads the input ${input}`, "save the model without it");
    return { name: input, shape };
  });
  const isNode = (candidate: FileNode): boolean => candidate.className !== "InputLayer" && needed.has(candidate.name);
  return {
    name,
    inputs,
    nodes: inOrder(path, [...all.values()].filter(isNode), new Set(inputs.map((input) => input.name))),
  };
}

/** Keeps the file's order where it can. */
function inOrder(path: string, nodes: readonly FileNode[], known: Set<string>): FileNode[] {
  const ordered: FileNode[] = [];
  let waiting = [...nodes];
  while (waiting.length > 0) {
    const ready = waiting.find((candidate) => candidate.inputs.every((input) => known.has(input)));
    if (ready === undefined) refuse(path, "the layers read each other in a circle", "save the model again");
    ordered.push(ready);
    known.add(ready.name);
    waiting = waiting.filter((candidate) => candidate !== ready);
  }
  return ordered;
}

function node(path: string, layer: Json): FileNode {
  const name = nameOf(layer);
  const calls = (layer.inbound_nodes ?? []) as unknown[];
  if (calls.length > 1) {
    refuse(path, `${name} is shared: it is called ${calls.length} times`, "give each place a layer of its own");
  }
  const { inputs, call } = calls.length === 0 ? { inputs: [], call: {} } : readCall(calls[0]!);
  return {
    name,
    className: String(layer.class_name),
    config: (layer.config ?? {}) as Json,
    inputs,
    call,
    inputShape: builtShape(layer),
  };
}

/** Keras 3 has { args, kwargs } with tensors that name their layers; before it was [[layer, node, tensor, kwargs], …]. */
function readCall(call: unknown): { inputs: string[]; call: Json } {
  if (Array.isArray(call)) {
    const inputs = (typeof call[0] === "string" ? [call] : call) as unknown[][];
    return { inputs: inputs.map(([layer]) => String(layer)), call: (inputs[0]?.[3] ?? {}) as Json };
  }
  const { args, kwargs } = call as { args?: unknown; kwargs?: Json };
  return { inputs: tensors(args), call: kwargs ?? {} };
}

function tensors(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(tensors);
  if (typeof value !== "object" || value === null) return [];
  const { class_name, config } = value as { class_name?: string; config?: { keras_history?: unknown[] } };
  return class_name === "__keras_tensor__" ? [String(config?.keras_history?.[0])] : [];
}
