import type { LayersTopology } from "../../../support/run/layers-model-files.ts";
import type { LayerPlan, Plan } from "../../plan/types.ts";
import { isChain } from "../chain.ts";
import { callOptions } from "../keras/config.ts";
import { snakeCase } from "../keras/names.ts";
import { layersModelLayer } from "./layer.ts";
import { layersModelWarnings } from "./warnings.ts";

/** The model as tf.loadLayersModel reads it: the inputs and the layers in the order of the plan. */
export function layersTopology(plan: Plan): LayersTopology {
  const chain = isChain(plan);
  return {
    class_name: chain ? "Sequential" : "Functional",
    name: plan.name,
    layers: [...serializedInputs(plan), ...plan.layers.map((layer) => serialized(plan, layer))],
    ...(chain
      ? {}
      : {
          input_layers: plan.dataset.inputs.map(({ name }) => [name, 0, 0] as const),
          output_layers: [[plan.layers.at(-1)!.name, 0, 0] as const],
        }),
    weights: plan.layers.flatMap(weightNames),
    warnings: layersModelWarnings(plan),
  };
}

function serializedInputs(plan: Plan): object[] {
  return plan.dataset.inputs.map(({ name, shape, kind }) => {
    const config = {
      name,
      batch_input_shape: [null, ...shape],
      dtype: kind === "ids" ? "int32" : "float32",
      sparse: false,
    };
    return isChain(plan)
      ? { class_name: "InputLayer", config }
      : { name, class_name: "InputLayer", config, inbound_nodes: [] };
  });
}

function serialized(plan: Plan, layer: LayerPlan): object {
  const { class_name, config } = layersModelLayer(layer);
  if (isChain(plan)) return { class_name, config };
  const inbound = layer.inputs.map((input) => [input, 0, 0, callOptions(layer)]);
  return { name: layer.name, class_name, config, inbound_nodes: [inbound] };
}

function weightNames(layer: LayerPlan): [ours: string, theirs: string][] {
  return layer.parameters.map(({ name }) => [`${layer.name}/${name}`, tfjsName(layer, name)]);
}

/** tf.layers names the weights of a layer that runs in both directions by the layer inside. */
function tfjsName({ name: layer, options }: LayerPlan, weight: string): string {
  const path = weight.split("/");
  const leaf = snakeCase(path.at(-1)!);
  if (path.length === 1) return `${layer}/${leaf}`;
  const inner = `${layer}_${snakeCase((options as { layer: { type: string } }).layer.type)}`;
  return `${layer}/${path[0]}_${inner}/${leaf}`;
}
