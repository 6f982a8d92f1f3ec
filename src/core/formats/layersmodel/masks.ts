import { layerDefinition } from "../../layers/layers.ts";
import type { LayerPlan, Plan } from "../../plan/types.ts";
import { isSequence } from "../../spec/shapes.ts";

/**
 * For each layer the mask with which TensorFlow.js 4.22 calls it: the layer that made it, or what merging made of it. Its executor
 * keeps the mask of the last layer that had one and calls every later layer with it, in whatever branch (`execute` in
 * tfjs-layers/src/engine/executor.ts); its recurrent layers use what they are called with.
 */
export function masksInTensorFlowJs(plan: Plan): ReadonlyMap<string, string | undefined> {
  const outputs = new Map<string, string | undefined>();
  const called = new Map<string, string | undefined>();
  let last: string | undefined;
  for (const layer of executionOrder(plan)) {
    const masks = layer.inputs.map((input) => outputs.get(input));
    if (masks.some((mask) => mask !== undefined)) last = masks[0];
    called.set(layer.name, last);
    outputs.set(layer.name, outputMask(layer, masks));
  }
  return called;
}

/** From the output back to the inputs, the last input of a layer first; a layer comes after those that it reads. */
function executionOrder({ layers }: Plan): LayerPlan[] {
  const byName = new Map(layers.map((layer) => [layer.name, layer]));
  const order = new Set<LayerPlan>();
  const visit = (layer: LayerPlan | undefined): void => {
    if (layer === undefined || order.has(layer)) return;
    for (const input of layer.inputs.toReversed()) visit(byName.get(input));
    order.add(layer);
  };
  visit(layers.at(-1));
  return [...order];
}

function outputMask(layer: LayerPlan, masks: readonly (string | undefined)[]): string | undefined {
  const { name, type, options } = layer;
  const [first] = masks;
  const { mask, joinsMasks, tensorflowJs } = layerDefinition(type);
  if (mask === "makes") return layer.outputMask;
  if (tensorflowJs?.dropsMask) return undefined;
  if (mask === "passes" || (mask === "uses" && isSequence(layer.outputShape))) return first;
  if (mask !== "combines" || masks.every((other) => other === undefined)) return undefined;
  if (tensorflowJs?.combinesMasks !== "all") return first && `${name}/expanded`; // has one dimension too many
  return joinsMasks?.(options) === true || masks.every((other) => other === first) ? name : `${name}/all`;
}
