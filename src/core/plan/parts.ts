import type { LayerDefinition, LayerType } from "../layers/definition.ts";
import { layerDefinition } from "../layers/layers.ts";
import type { Activation, BidirectionalLayer, Layer, TimeDistributedLayer } from "../spec/types.ts";

type Wrapper = BidirectionalLayer | TimeDistributedLayer;

/** A layer that does the work: one of the spec, or the one inside a wrapper. */
export type WorkingLayer = Exclude<Layer, Wrapper> | Wrapper["layer"];

/** A working layer in its place. */
export interface LayerPart {
  readonly layer: WorkingLayer;
  /** Of the layer of the spec that it is, or that wraps it. */
  readonly index: number;
  /** Where it stands: "/layers/0", "/layers/0/layer". */
  readonly pointer: string;
}

/** One that goes through the timesteps one by one with a state. */
export type CellLayer = Extract<WorkingLayer, { returnSequences?: boolean }>;

/** The layer itself, or the one that it wraps. */
export function working(layer: Layer): WorkingLayer {
  return "layer" in layer ? layer.layer : layer;
}

export function layerParts(layers: readonly Layer[]): LayerPart[] {
  return layers.map((layer, index) => ({
    layer: working(layer),
    index,
    pointer: `/layers/${index}${"layer" in layer ? "/layer" : ""}`,
  }));
}

/** Whether a layer goes through the timesteps one by one, and so returns its sequence or the last of it. */
export function isRecurrent(layer: Layer): boolean {
  return isCell(working(layer));
}

/** The activation of a layer's output, where it has one of its own. */
export function outputActivation(layer: WorkingLayer): Activation | undefined {
  const definition: Pick<LayerDefinition<LayerType, WorkingLayer>, "outputActivation"> = layerDefinition(layer.type);
  return definition.outputActivation?.(layer);
}

export function isCell(layer: WorkingLayer): layer is CellLayer {
  return layerDefinition(layer.type).cell !== undefined;
}

/** Whether batches hand its state on. */
export function isStateful(layer: WorkingLayer): boolean {
  return "stateful" in layer && layer.stateful === true;
}
