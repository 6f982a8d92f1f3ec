import { size } from "../layers/definition.ts";
import { type GraphNode, layerOptions } from "./graph.ts";
import type { LayerPlan } from "./types.ts";

/** A layer in its place, its weights and its costs. */
export function planLayer(node: GraphNode, specLine: number): LayerPlan {
  const { name, layer, definition, inputs, inputShapes, outputShape, inputMasks, outputMask } = node;
  const given = layerOptions(layer);
  const options = definition.resolve?.(given) ?? given;
  const trainable = !("trainable" in layer) || layer.trainable !== false;
  const parameters = definition.parameters(options, inputShapes).map((parameter) => ({
    ...parameter,
    trainable: parameter.trainable && trainable,
    count: size(parameter.shape),
  }));
  return {
    name,
    type: layer.type,
    specLine,
    inputs,
    inputShapes,
    outputShape,
    inputMasks,
    outputMask,
    trainable,
    options,
    parameters,
    parameterCount: parameters.reduce((sum, { count }) => sum + count, 0),
    flopsPerSample: definition.flops(options, inputShapes, outputShape),
    keptValues: definition.kept(options, inputShapes, outputShape),
  } as LayerPlan;
}
