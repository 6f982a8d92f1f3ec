import { featuresOf } from "../layers/definition.ts";
import { layerDefinition } from "../layers/layers.ts";
import { isFrom0To1, RANGES, type Values } from "../spec/activations.ts";
import type { Activation, Layer } from "../spec/types.ts";
import { type GraphNode, layerOptions } from "./graph.ts";
import { type CellLayer, isCell, outputActivation, working } from "./parts.ts";

/** What an activation makes of a layer's outputs. */
export interface OutputValues extends Values {
  readonly activation: Activation;
  /** The layer of the spec that has it, and where the activation stands. */
  readonly index: number;
  readonly pointer: string;
  /** What the activation belongs to: a layer's output; a cell, of which also the next timestep sees it; the cells of two directions. */
  readonly of: "output" | "cell" | "directions";
}

/**
 * The values that a layer gives, as the activations decide them: its own, or those of the layers that it hands on. Undefined where no
 * activation decides them (after dropout, a sum or a normalization), or where what it reads is not known.
 */
export function outputValues(
  index: number,
  layers: readonly Layer[],
  nodes: ReadonlyMap<number, GraphNode>,
  indexOf: ReadonlyMap<string, number>,
): OutputValues | undefined {
  const layer = layers[index]!;
  const definition: GraphNode["definition"] = layerDefinition(layer.type);
  const inner = working(layer);
  const pointer = `/layers/${index}${inner === layer ? "" : "/layer"}/activation`;
  if (isCell(inner)) {
    const own: OutputValues = { ...cellValues(inner), index, pointer, of: "cell" };
    const { mergedValues } = definition;
    return mergedValues ? { ...own, ...mergedValues(layerOptions(layer), own), of: "directions" } : own;
  }
  const { handsOn } = layerDefinition(inner.type);
  const activation = outputActivation(inner);
  if (activation !== undefined && !(activation === "linear" && handsOn !== undefined)) {
    const isDistribution = activation === "softmax";
    return { ...RANGES[activation], activation, index, pointer, isDistribution, of: "output" };
  }
  const node = nodes.get(index);
  if (handsOn === undefined || node === undefined) return undefined;
  const [first, ...others] = node.inputs.map((name) => {
    const source = indexOf.get(name);
    return source === undefined ? undefined : outputValues(source, layers, nodes, indexOf);
  });
  if (first === undefined || others.some((other) => other?.activation !== first.activation)) return undefined;
  const areAll = [first, ...others].every((values) => values?.isDistribution);
  return {
    ...first,
    low: Math.min(first.low, ...others.map((other) => other!.low)),
    high: Math.max(first.high, ...others.map((other) => other!.high)),
    isDistribution: areAll && handsOn !== "largest" && keepsRows(node),
  };
}

/** Whether what shares 1 out still stands along the last axis. */
function keepsRows({ layer, definition, inputShapes: [input], outputShape }: GraphNode): boolean {
  return definition.keepsLastAxis?.(layerOptions(layer), input!) ?? featuresOf(input!) === featuresOf(outputShape);
}

/** Without gates the activation gives the output. Gates take shares of what it gives, and of 0. */
function cellValues(cell: CellLayer): Values & Pick<OutputValues, "activation"> {
  const activation = cell.activation!;
  const own = RANGES[activation];
  if (!("recurrentActivation" in cell)) return { ...own, activation, isDistribution: activation === "softmax" };
  const { low, high } = isFrom0To1(RANGES[cell.recurrentActivation!]) ? own : RANGES.linear;
  return { low: Math.min(low, 0), high: Math.max(high, 0), activation, isDistribution: false };
}
