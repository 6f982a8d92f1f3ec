import { isWideIdentity } from "../keras/config.ts";
import type { LayerPlan, Plan } from "../plan/types.ts";

/**
 * What TensorFlow.js 4.22 cannot load of a model, or computes differently. The model is written all the same: other tools read it,
 * and people may register what is missing.
 */
export function layersModelWarnings(plan: Plan): string[] {
  const masks = masksInTensorFlowJs(plan);
  const strays = strayMasks(plan, masks);
  const merges = new Set(plan.layers.filter(({ inputs }) => inputs.length > 1).map(({ name }) => name));
  return plan.layers.flatMap((layer) =>
    [
      ...layerWarnings(layer.type, layer.options as unknown as Options),
      ...inputWarnings(layer),
      ...maskWarnings(layer, { masked: masks, strays, merges }),
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

const KEEPS_NO_MASK = /Pooling1d$/;

/** Layers whose output has a mask in TensorFlow.js, where layers that ignore a mask hand it on all the same. */
function masksInTensorFlowJs({ layers }: Plan): ReadonlySet<string> {
  const masked = new Set<string>();
  for (const { name, type, inputs, outputMask, outputShape } of layers) {
    const makes = outputMask === name;
    const passes = inputs.some((input) => masked.has(input)) && outputShape.length === 2 && !KEEPS_NO_MASK.test(type);
    if (makes || passes) masked.add(name);
  }
  return masked;
}

/**
 * Recurrent layers without a mask that get one in TensorFlow.js: its executor keeps the last mask that any layer took and hands it to
 * all that run later. Of layers that neither feeds the other either may run first.
 */
function strayMasks({ layers }: Plan, masked: ReadonlySet<string>): ReadonlySet<string> {
  const below = new Map<string, Set<string>>(); // all that a layer is computed from
  for (const { name, inputs } of layers) {
    below.set(name, new Set(inputs.flatMap((input) => [input, ...(below.get(input) ?? [])])));
  }
  const takers = layers.filter(({ inputs }) => inputs.some((input) => masked.has(input)));
  const gets = (layer: LayerPlan): boolean =>
    takers.some(({ name }) => name !== layer.name && !below.get(name)!.has(layer.name));
  return new Set(layers.filter(gets).map(({ name }) => name));
}

function inputWarnings({ inputs }: LayerPlan): string[] {
  return new Set(inputs).size < inputs.length ? ["TensorFlow.js cannot run it: it reads the same layer twice"] : [];
}

interface MasksInTensorFlowJs {
  readonly masked: ReadonlySet<string>;
  readonly strays: ReadonlySet<string>;
  readonly merges: ReadonlySet<string>;
}

function maskWarnings(layer: LayerPlan, { masked, strays, merges }: MasksInTensorFlowJs): string[] {
  const { type, inputs, inputMasks, outputShape, options } = layer;
  const trained = inputMasks.some((mask) => mask !== undefined);
  const loaded = inputs.some((input) => masked.has(input));
  if (type === "globalAveragePooling1d" && trained) {
    return ["loaded in TensorFlow.js, it averages over all timesteps, not only over those that the mask keeps"];
  }
  if (type === "bidirectional" && trained && outputShape.length === 2) {
    return ["loaded in TensorFlow.js, masked timesteps repeat the output before them; as trained they are zeros"];
  }
  if (type === "concatenate" && loaded && options.axis === 1) {
    return ["TensorFlow.js cannot run it: it has no masks to join along the timesteps"];
  }
  const recurrent = type === "lstm" || type === "gru" || type === "simpleRNN" || type === "bidirectional";
  if (recurrent && loaded && !trained) {
    return [`loaded in TensorFlow.js, it fails or skips timesteps: there a mask reaches it through ${inputs[0]}`];
  }
  if (recurrent && !trained && strays.has(layer.name)) {
    return ["loaded in TensorFlow.js, it may fail or skip timesteps: there it gets the mask of another layer"];
  }
  if (recurrent && inputMasks.some((mask) => mask !== undefined && merges.has(mask))) {
    return ["TensorFlow.js cannot run it: a merged mask has another shape there"];
  }
  return [];
}

type Options = Readonly<Record<string, unknown>>;

function layerWarnings(type: LayerPlan["type"], options: Options): string[] {
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
  if (type === "attention" || type === "subtract") {
    warnings.push(`TensorFlow.js cannot load it: it has no ${type} layer`);
  }
  if (options.stateful === true) {
    warnings.push("exported with stateful: false; each batch starts without a state, as in predict.ts");
  }
  const inner = options.layer as ({ type: LayerPlan["type"] } & Options) | undefined;
  if (inner !== undefined) warnings.push(...layerWarnings(inner.type, inner));
  return [...new Set(warnings)];
}

const ACTIVATIONS: Readonly<Record<string, string>> = {
  hardSigmoid: "loaded in TensorFlow.js, hardSigmoid is clip(0.2 x + 0.5, 0, 1), not relu6(x + 3) / 6 as trained",
  geluNew: "TensorFlow.js cannot load it: it has geluNew under a name that its loader cannot reach",
  exponential: "TensorFlow.js cannot load it: it has no activation exponential",
};
