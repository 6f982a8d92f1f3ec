import type { LayerPlan, Plan } from "../plan/types.ts";

/**
 * What TensorFlow.js 4.22 cannot load of a model, or computes differently. The model is written all the same: other tools read it,
 * and people may register what is missing.
 */
export function layersModelWarnings(plan: Plan): string[] {
  return plan.layers.flatMap((layer) =>
    layerWarnings(layer.type, layer.options as unknown as Options, layer).map((text) => `${layer.name}: ${text}`),
  );
}

type Options = Readonly<Record<string, unknown>>;

function layerWarnings(type: LayerPlan["type"], options: Options, layer: LayerPlan): string[] {
  const warnings: string[] = [];
  for (const key of ["activation", "recurrentActivation"]) {
    const warning = ACTIVATIONS[String(options[key])];
    if (warning !== undefined) warnings.push(warning);
  }
  if (type === "gru" && options.resetAfter === true) {
    warnings.push("TensorFlow.js cannot load it: its GRU has no resetAfter; train with `resetAfter: false` for that");
  }
  if (type === "conv1d" && options.padding === "causal") {
    warnings.push("TensorFlow.js cannot load it: its conv1d has no causal padding");
  }
  if (type === "attention") warnings.push("TensorFlow.js cannot load it: it has no attention layer");
  if (options.stateful === true) {
    warnings.push("exported with stateful: false; each batch starts without a state, as in predict.ts");
  }
  const inner = options.layer as ({ type: LayerPlan["type"] } & Options) | undefined;
  if (inner !== undefined) warnings.push(...layerWarnings(inner.type, inner, layer));
  return [...new Set(warnings)];
}

const ACTIVATIONS: Readonly<Record<string, string>> = {
  hardSigmoid: "loaded in TensorFlow.js, hardSigmoid is clip(0.2 x + 0.5, 0, 1), not relu6(x + 3) / 6 as trained",
  geluNew: "TensorFlow.js cannot load it: it has geluNew under a name that its loader cannot reach",
  exponential: "TensorFlow.js cannot load it: it has no activation exponential",
};
