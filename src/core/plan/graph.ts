import type { DiagnosticCode } from "../diagnostic-codes.ts";
import type { Change } from "../edits.ts";
import { isProblem, type LayerDefinition, type LayerOptions, type LayerType } from "../layers/definition.ts";
import { layerDefinition } from "../layers/layers.ts";
import { label } from "../schema/words.ts";
import { datasetInputs, inputPointer } from "../sources/sources.ts";
import type { DatasetInput, Shape } from "../spec/dataset.ts";
import { layerNames } from "../spec/names.ts";
import { isSequence } from "../spec/shapes.ts";
import { suggest, suggestion } from "../spec/suggest.ts";
import type { Layer, ModelSpec } from "../spec/types.ts";
import { lacksUnits } from "./output-units.ts";
import { working } from "./parts.ts";
import { unfitShape } from "./unfit-shape.ts";

/** A layer in its place: what it reads, and the shapes per sample on both sides. */
export interface GraphNode {
  readonly name: string;
  /** Its place among the layers of the spec. */
  readonly index: number;
  readonly layer: Layer;
  readonly definition: LayerDefinition<LayerType, LayerOptions<LayerType>>;
  /** Names of layers or model inputs. */
  readonly inputs: readonly string[];
  readonly inputShapes: readonly Shape[];
  readonly outputShape: Shape;
  /** For each input the layer that made the mask which comes with it. */
  readonly inputMasks: readonly (string | undefined)[];
  /** The layer that made the mask which goes with the output. */
  readonly outputMask: string | undefined;
}

export interface GraphProblem {
  readonly code: DiagnosticCode;
  readonly pointer: string;
  readonly message: string;
  readonly fix: string;
  /** What the fix says, where it is certain. */
  readonly change?: Change;
}

export interface LayerGraph {
  readonly inputs: readonly DatasetInput[];
  /** In the order of the spec, which is one in which each layer comes after those that it reads. */
  readonly nodes: readonly GraphNode[];
  readonly problems: readonly GraphProblem[];
}

/** What a name stands for while the graph is built; a shape of undefined was a problem before. */
export interface Value {
  readonly shape: Shape | undefined;
  readonly ids: number | undefined;
  readonly mask: string | undefined;
  readonly index: number;
}

/** Options of a layer alone, without what places it in the graph. */
export function layerOptions(layer: Layer): LayerOptions<LayerType> {
  const {
    type: _type,
    name: _name,
    inputs: _inputs,
    trainable: _trainable,
    ...options
  } = layer as Layer & {
    trainable?: boolean;
  };
  return options as LayerOptions<LayerType>;
}

/** Resolves the layers' inputs, shapes and masks. `line` tells the line of a layer for messages. */
export function buildGraph(spec: ModelSpec, line: (index: number) => number): LayerGraph {
  const inputs = datasetInputs(spec.dataset);
  const names = layerNames(spec.layers);
  // Where a name means two things, which is reported elsewhere, nothing can be said of the graph.
  if (new Set([...inputs.map(({ name }) => name), ...names]).size < inputs.length + names.length) {
    return { inputs, nodes: [], problems: [] };
  }
  const values = new Map<string, Value>();
  for (const { name, shape, vocabularySize } of inputs) {
    const isMisshapen = vocabularySize !== undefined && shape.length !== 1; // reported of the dataset
    values.set(name, { shape: isMisshapen ? undefined : shape, ids: vocabularySize, mask: undefined, index: -1 });
  }
  const nodes: GraphNode[] = [];
  const problems: GraphProblem[] = [];
  const read = new Set<string>();
  for (const [index, layer] of spec.layers.entries()) {
    const name = names[index]!;
    const report: Reporter = (code, key, message, fix, change) => {
      const pointer = `/layers/${index}${key === undefined ? "" : `/${key}`}`;
      problems.push({ code, pointer, message, fix, ...(change && { change }) });
    };
    const sources = sourcesOf(layer, index, { inputs, names, values, report });
    for (const source of sources ?? []) read.add(source);
    const node =
      sources === undefined ? undefined : place(layer, { index, name }, sources, { values, spec, line, report });
    if (node !== undefined) nodes.push(node);
    values.set(name, { shape: node?.outputShape, ids: undefined, mask: node?.outputMask, index });
  }
  // What an unknown name was meant to be may be what seems to be read by nothing.
  if (!problems.some(({ code }) => code === "LC1211")) problems.push(...unread(spec, inputs, names, read));
  return { inputs, nodes, problems };
}

function unread(
  spec: ModelSpec,
  inputs: readonly DatasetInput[],
  names: readonly string[],
  read: ReadonlySet<string>,
): GraphProblem[] {
  const problem = (pointer: string, what: string, rest: string): GraphProblem => ({
    code: "LC1212",
    pointer,
    message: `no layer reads ${what}`,
    fix: `name it in the \`inputs\` of a ${rest}`,
  });
  const layers = names.slice(0, -1).flatMap((name, index) => {
    if (read.has(name)) return [];
    return [problem(`/layers/${index}`, `\`${name}\``, "later layer, or remove it")];
  });
  const values = inputs.flatMap(({ name }, index) => {
    if (read.has(name)) return [];
    return [problem(inputPointer(spec.dataset, index), `the input \`${name}\``, "layer")];
  });
  return [...layers, ...values];
}

export type Reporter = (
  code: DiagnosticCode,
  key: string | undefined,
  message: string,
  fix: string,
  change?: Change,
) => void;

function sourcesOf(
  layer: Layer,
  index: number,
  context: {
    inputs: readonly DatasetInput[];
    names: readonly string[];
    values: ReadonlyMap<string, Value>;
    report: Reporter;
  },
): readonly string[] | undefined {
  const { inputs, names, values, report } = context;
  if (layer.inputs === undefined) {
    if (index > 0) return [names[index - 1]!];
    if (inputs.length === 1) return [inputs[0]!.name];
    const choices = inputs.map(({ name }) => name).join(", ");
    report(
      "LC1211",
      undefined,
      "the dataset has several inputs; this layer does not say which it reads",
      `add \`inputs:\` with one of ${choices}`,
    );
    return undefined;
  }
  const known = [...values.keys()];
  let complete = true;
  for (const [k, source] of layer.inputs.entries()) {
    if (values.has(source)) continue;
    complete = false;
    if (source === names[index]) {
      report("LC1211", `inputs/${k}`, "a layer cannot read itself", `name an earlier one: ${known.join(", ")}`);
    } else if (names.includes(source)) {
      const message = `\`${source}\` comes after this layer; a layer reads earlier ones`;
      report("LC1211", `inputs/${k}`, message, "move this layer below it");
    } else {
      const meant = suggest(source, known);
      const change = meant === undefined ? undefined : { pointer: `/layers/${index}/inputs/${k}`, value: meant };
      const message = `there is no layer or input named \`${source}\``;
      report("LC1211", `inputs/${k}`, message, suggestion(source, known), change);
    }
  }
  return complete ? layer.inputs : undefined;
}

function place(
  layer: Layer,
  { index, name }: Pick<GraphNode, "index" | "name">,
  sources: readonly string[],
  context: {
    values: ReadonlyMap<string, Value>;
    spec: ModelSpec;
    line: (index: number) => number;
    report: Reporter;
  },
): GraphNode | undefined {
  const { values, spec, line, report } = context;
  const definition: GraphNode["definition"] = layerDefinition(layer.type);
  const { least, most } = definition.inputs;
  if (sources.length < least || sources.length > most) {
    const wanted = least === most ? `${least} input` : `${least} to ${most} inputs`;
    report(
      "LC1216",
      layer.inputs === undefined ? undefined : "inputs",
      `${layer.type} takes ${wanted}, not ${sources.length}`,
      most === 1
        ? "join them before it, with a concatenate or add layer"
        : `name ${wanted.replace(/ inputs?/, "")} in \`inputs\``,
    );
    return undefined;
  }
  if (lacksUnits(working(layer))) {
    const pointer = `/layers/${index}${"layer" in layer ? "/layer" : ""}`;
    const fix = "add `units: 32`; only the last layer can leave them to the targets";
    report("LC1102", "layer" in layer ? "layer" : undefined, `${label(pointer)} lacks the key \`units\``, fix);
    return undefined;
  }
  const inputShapes: Shape[] = [];
  for (const source of sources) {
    const value = values.get(source)!;
    if (value.shape === undefined) return undefined; // reported where it arose
    const wantsIds = definition.reads === "ids";
    if (wantsIds !== (value.ids !== undefined)) {
      const message = wantsIds
        ? `\`${source}\` has numbers, but embedding reads ids`
        : `\`${source}\` has ids, which only an embedding reads`;
      report(
        "LC1214",
        undefined,
        message,
        wantsIds
          ? "remove the embedding, or use ids: an input with `vocabularySize`, or text with `encoding: ids`"
          : "add an embedding before this layer",
      );
      return undefined;
    }
    const { idsOption } = definition;
    const known = idsOption && Number((layer as unknown as Readonly<Record<string, unknown>>)[idsOption]);
    if (wantsIds && known !== undefined && known < value.ids!) {
      report(
        "LC1214",
        idsOption,
        `ids are 0..${value.ids! - 1}, but ${idsOption} is ${known}`,
        `use \`${idsOption}: ${value.ids}\``,
        { pointer: `/layers/${index}/${idsOption}`, value: value.ids! },
      );
    }
    const unfit = unfitShape(layer, source, value, spec, line);
    if (unfit !== undefined) {
      report(...unfit);
      return undefined;
    }
    inputShapes.push(value.shape);
  }
  const options = layerOptions(layer);
  const outputShape = definition.outputShape(options, inputShapes);
  if (isProblem(outputShape)) {
    report("LC1213", outputShape.key, outputShape.problem, outputShape.fix);
    return undefined;
  }
  const inputMasks = sources.map((source) => values.get(source)!.mask);
  const isSequenceOut = isSequence(outputShape);
  const outputMask = makesMask(layer, inputMasks, isSequenceOut)
    ? name
    : definition.mask === "passes" || (definition.mask === "uses" && isSequenceOut)
      ? inputMasks[0]
      : undefined;
  return { name, index, layer, definition, inputs: sources, inputShapes, outputShape, inputMasks, outputMask };
}

/**
 * Whether the layer makes a mask. Of merged inputs, as in Keras: where all have one a step counts that counts in any; of inputs
 * joined along time each keeps its own.
 */
function makesMask(layer: Layer, inputMasks: readonly (string | undefined)[], givesSequence: boolean): boolean {
  const { mask, makesMask, joinsMasks } = layerDefinition(layer.type);
  const options = layerOptions(layer);
  if (mask !== "combines") return mask === "makes" && makesMask?.(options) !== false;
  const isMasked = (input: string | undefined): boolean => input !== undefined;
  return givesSequence && (joinsMasks?.(options) === true ? inputMasks.some(isMasked) : inputMasks.every(isMasked));
}
