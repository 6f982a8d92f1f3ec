import { layerDefinition } from "../../layers/layers.ts";
import type { LayerPlan, Plan } from "../../plan/types.ts";
import type { Shape } from "../../spec/dataset.ts";
import { isWideIdentity } from "./layer.ts";
import { masksInTensorFlowJs } from "./masks.ts";

/**
 * What TensorFlow.js 4.22 cannot load of a model, or computes differently. The model is written all the same: other tools read it,
 * and people may register what is missing.
 */
export function layersModelWarnings(plan: Plan): string[] {
  const masks = masksInTensorFlowJs(plan);
  return plan.layers.flatMap((layer) =>
    [
      ...layerWarnings(layer.type, layer.options as unknown as Options, layer.outputShape),
      ...inputWarnings(layer),
      ...(layerDefinition(layer.type).tensorflowJs?.maskWarnings?.({ ...layer, loaded: masks.get(layer.name) }) ?? []),
      ...initializerWarnings(layer),
    ].map((text) => `${layer.name}: ${text}`),
  );
}

/** They matter to a training that starts anew. */
function initializerWarnings({ parameters }: LayerPlan): string[] {
  const warnings: string[] = [];
  if (parameters.some(isWideIdentity)) {
    warnings.push("exported with the initializer zeros: TensorFlow.js has identity for square matrices only");
  }
  const untruncated = parameters.some(
    ({ initializer }) =>
      typeof initializer === "object" &&
      initializer.type === "varianceScaling" &&
      initializer.distribution === "untruncatedNormal",
  );
  if (untruncated) {
    warnings.push(
      "exported with the initializer's truncated normal distribution: TensorFlow.js has no untruncatedNormal",
    );
  }
  return warnings;
}

function inputWarnings({ inputs }: LayerPlan): string[] {
  return new Set(inputs).size < inputs.length ? ["TensorFlow.js cannot run it: it reads the same layer twice"] : [];
}

type Options = Readonly<Record<string, unknown>>;

function layerWarnings(type: LayerPlan["type"], options: Options, output: Shape): string[] {
  const warnings: string[] = [];
  for (const key of ["activation", "recurrentActivation"]) {
    const warning = ACTIVATIONS[String(options[key])];
    if (warning !== undefined) warnings.push(warning);
  }
  const { tensorflowJs } = layerDefinition(type);
  warnings.push(...(tensorflowJs?.warnings?.(options, output) ?? []));
  if (tensorflowJs?.isMissing) warnings.push(`TensorFlow.js cannot load it: it has no ${type} layer`);
  if (options.stateful === true) {
    warnings.push("exported with stateful: false; each batch starts without a state, as in predict.ts");
  }
  const inner = options.layer as ({ type: LayerPlan["type"] } & Options) | undefined;
  if (inner !== undefined) warnings.push(...layerWarnings(inner.type, inner, output));
  return [...new Set(warnings)];
}

const ACTIVATIONS: Readonly<Record<string, string>> = {
  hardSigmoid: "loaded in TensorFlow.js, hardSigmoid is clip(0.2 x + 0.5, 0, 1), not relu6(x + 3) / 6 as trained",
  geluNew: "TensorFlow.js cannot load it: it has geluNew under a name that its loader cannot reach",
  exponential: "TensorFlow.js cannot load it: it has no activation exponential",
};
