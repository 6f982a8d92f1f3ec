import { Field, type JsonMap, refuse, shortJson, shortText } from "../field.ts";
import type { SourceFile } from "../format.ts";
import { overLimit } from "../limits.ts";
import { endpoints, producersInOption, readCall } from "./references.ts";

/** A layer of a model file in its place. */
export interface FileNode {
  readonly name: string;
  readonly className: string;
  readonly config: Field;
  /** Names of the layers that it reads. */
  readonly inputs: readonly string[];
  /** What it was called with beside its inputs. */
  readonly call: Field;
  /** Shape per sample with which Keras built it, where the file says so. */
  readonly inputShape: readonly (number | null)[] | undefined;
}

export interface FileInput {
  readonly name: string;
  readonly shape: readonly (number | null)[];
  /** Samples of a batch where the model takes that many only. */
  readonly batchSize: number | null;
}

export interface FileGraph {
  readonly name: string;
  readonly inputs: readonly FileInput[];
  /** In an order in which each comes after those that it reads; the output last. */
  readonly nodes: readonly FileNode[];
  /** Every layer of the file, those that are no part of the spec as well. */
  readonly all: ReadonlyMap<string, FileNode>;
}

const REBUILD = "build it as a Sequential or Functional model of the layers that `npx lstm-compile schema` lists";

/** "lstm_2 (LSTM)" */
export function titleOf({ name, className }: Pick<FileNode, "name" | "className">): string {
  return `${shortText(name, 60)} (${shortText(className, 60)})`;
}

/**
 * The layers of a Sequential or Functional model.
 * @param place of the model in the file
 * @throws UserError (exit code 2) for what is damaged, and what no spec can say: several outputs, shared layers, models inside models
 */
export function readGraph(file: SourceFile, model: JsonMap, place = ""): FileGraph {
  const { path } = file;
  const root = new Field(path, place, model);
  const className = root.at("class_name").text();
  const config = root.at("config");
  const list = config.isList ? config : config.at("layers");
  if (!list.isList) refuse(path, `it is a ${shortText(className)}, not a Sequential or Functional model`, REBUILD);
  const layers = list.list();
  const most = file.limits.layers;
  if (layers.length > most) {
    throw overLimit(file, `the model has ${layers.length} layers, more than ${most}`, "layers", layers.length);
  }
  const names = new Map<string, Field>();
  for (const layer of layers) {
    layer.map();
    const name = nameOf(layer);
    const before = names.get(name);
    if (before !== undefined)
      layer.fail(`is called ${shortJson(name)}, as ${before.place} is`, "give each layer its own name");
    names.set(name, layer);
    if (layer.at("config").at("layers").isList) {
      refuse(
        path,
        `${shortText(name)} is a model inside the model (${layer.place})`,
        "build the model of its layers directly",
      );
    }
  }
  const name = config.at("name").isGiven ? config.at("name").text() : "model";
  return className === "Sequential" ? sequential(path, name, config, layers) : functional(path, name, config, layers);
}

function nameOf(layer: Field): string {
  const [own, inner] = [layer.at("name"), layer.at("config").at("name")];
  return own.isGiven ? own.text() : inner.isGiven ? inner.text() : classOf(layer);
}

function classOf(layer: Field): string {
  return layer.at("class_name").text();
}

/** [batch, …]; undefined where the layer says none. */
function batchShape(config: Field): (number | null)[] | undefined {
  const shape = [config.at("batch_shape"), config.at("batch_input_shape")].find(({ isGiven }) => isGiven);
  return shape?.shape();
}

/** A layer of several inputs has a list of shapes or a map of them there. */
function builtShape(layer: Field): readonly (number | null)[] | undefined {
  const shape = layer.at("build_config").at("input_shape").value;
  const isShape = Array.isArray(shape) && shape.length > 0 && shape.every((n) => n === null || Number.isSafeInteger(n));
  return isShape ? (shape.slice(1) as (number | null)[]) : undefined;
}

function input(name: string, [batchSize = null, ...shape]: readonly (number | null)[]): FileInput {
  return { name, shape, batchSize };
}

function sequential(path: string, name: string, config: Field, layers: readonly Field[]): FileGraph {
  const isInput = (layer: Field): boolean => classOf(layer) === "InputLayer";
  const [first] = layers;
  const built = config.at("build_input_shape");
  const shape =
    (first && batchShape(first.at("config"))) ??
    (built.isList ? built.shape() : undefined) ??
    (first && withBatch(builtShape(first)));
  if (first === undefined || shape === undefined) {
    refuse(
      path,
      "the model does not say the shape of its input",
      "build it before saving: model.build((None, 28, 28))",
    );
  }
  const inputName = isInput(first) ? nameOf(first) : "input";
  if (isInput(first)) checkInput(first);
  const rest = layers.filter((layer) => !isInput(layer));
  const nodes = rest.map((layer, index) => ({
    name: nameOf(layer),
    className: classOf(layer),
    config: layer.at("config"),
    inputs: [index === 0 ? inputName : nameOf(rest[index - 1]!)],
    call: layer.at("call"),
    inputShape: builtShape(layer),
  }));
  for (const layer of rest) checkModule(layer);
  return { name, inputs: [input(inputName, shape)], nodes, all: new Map(nodes.map((node) => [node.name, node])) };
}

function withBatch(shape: readonly (number | null)[] | undefined): (number | null)[] | undefined {
  return shape && [null, ...shape];
}

function checkInput(layer: Field): void {
  for (const key of ["sparse", "ragged"]) {
    const value = layer.at("config").at(key);
    if (value.isGiven && value.value !== false) {
      value.fail(
        `the input ${shortText(nameOf(layer))} has ${key} ${shortJson(value.value)}, which no spec has`,
        "use dense tensors",
      );
    }
  }
}

/** A class of one's own may have the name of one of Keras's. */
function checkModule(layer: Field): void {
  const module = layer.at("module");
  if (!module.isGiven || /^(tf_keras|keras|tensorflow)(\.|$)/.test(module.text())) return;
  refuse(
    layer.file,
    `${titleOf({ name: nameOf(layer), className: classOf(layer) })} is of the module ${shortJson(module.value)}, not one of Keras's layers (${layer.place})`,
    "rebuild the model of the layers that `npx lstm-compile schema` lists",
  );
}

function functional(path: string, name: string, config: Field, layers: readonly Field[]): FileGraph {
  const outputs = endpoints(config.at("output_layers"));
  if (outputs.length !== 1) {
    refuse(
      path,
      `the model has ${outputs.length} outputs (${shortText(outputs.join(", "))})`,
      "save a model with one output",
    );
  }
  const all = new Map(layers.map((layer) => [nameOf(layer), node(path, layer)]));
  // From the output back: what it does not need, such as the operations by which Keras computes masks, is no part of the spec.
  const needed = new Set<string>();
  const need = (wanted: string): void => {
    if (needed.has(wanted)) return;
    needed.add(wanted);
    const found = all.get(wanted);
    if (found === undefined)
      refuse(path, `a layer reads ${shortText(wanted)}, which is not there`, "save the model again");
    checkCall(found);
    for (const source of found.inputs) need(source);
  };
  need(outputs[0]!);
  const inputs = endpoints(config.at("input_layers")).map((source) => {
    const found = all.get(source);
    const shape = found && batchShape(found.config);
    if (shape === undefined) refuse(path, `the input ${shortText(source)} has no shape`, REBUILD);
    if (!needed.has(source)) refuse(path, `no layer reads the input ${shortText(source)}`, "save the model without it");
    return input(source, shape);
  });
  if (inputs.length === 0) config.at("input_layers").fail("names no input");
  const isNode = (candidate: FileNode): boolean => candidate.className !== "InputLayer" && needed.has(candidate.name);
  for (const layer of layers) {
    const candidate = all.get(nameOf(layer))!;
    if (isNode(candidate)) checkModule(layer);
    else if (needed.has(candidate.name)) checkInput(layer);
  }
  return {
    name,
    inputs,
    nodes: inOrder(path, [...all.values()].filter(isNode), new Set(inputs.map((source) => source.name))),
    all,
  };
}

/** Keeps the file's order where it can. */
function inOrder(path: string, nodes: readonly FileNode[], known: Set<string>): FileNode[] {
  const ordered: FileNode[] = [];
  let waiting = [...nodes];
  while (waiting.length > 0) {
    const ready = waiting.find((candidate) => candidate.inputs.every((source) => known.has(source)));
    if (ready === undefined) refuse(path, "the layers read each other in a circle", "save the model again");
    ordered.push(ready);
    known.add(ready.name);
    waiting = waiting.filter((candidate) => candidate !== ready);
  }
  return ordered;
}

function node(path: string, layer: Field): FileNode {
  const name = nameOf(layer);
  const nodes = layer.at("inbound_nodes");
  const calls = nodes.isGiven ? nodes.list() : [];
  if (calls.length > 1) {
    refuse(
      path,
      `${shortText(name)} is shared: it is called ${calls.length} times (${nodes.place})`,
      "give each place a layer of its own",
    );
  }
  const [call] = calls;
  const { inputs, options } = call === undefined ? { inputs: [], options: layer.at("call") } : readCall(call);
  return {
    name,
    className: classOf(layer),
    config: layer.at("config"),
    inputs,
    call: options,
    inputShape: builtShape(layer),
  };
}

/** @throws UserError where a layer reads other layers by more than its inputs, which changes what it computes */
function checkCall({ name, className, call }: FileNode): void {
  if (!call.isGiven) return;
  for (const key of Object.keys(call.map())) {
    const from = producersInOption(call.at(key).value);
    if (key === "mask" || from.length === 0) continue;
    refuse(
      call.file,
      `${titleOf({ name, className })} is called with ${shortText(key, 40)} from ${shortText([...new Set(from)].join(", "), 80)} (${call.at(key).place})`,
      `no spec hands a layer's ${shortText(key, 40)} on: rebuild the model without it`,
    );
  }
}
