import type { LayerOptions, LayerType } from "../../layers/definition.ts";
import type { LayerPlan } from "../../plan/types.ts";
import { literal } from "../text.ts";
import { type CallOf, functions, type LayerCall, optionsText } from "./call.ts";

function elementwise(
  module: string,
  name: string,
  options: Readonly<Record<string, unknown>>,
  rest: Partial<LayerCall> = {},
): LayerCall {
  return { module, ...functions(name), ...optionsText(options, ["activation", "recurrentActivation"]), ...rest };
}

/** A layer that draws random numbers while training; with a rate or standard deviation of 0 it does nothing then, either. */
function noise(module: string, name: string, options: Readonly<Record<string, number>>): LayerCall {
  const idle = Object.values(options).every((amount) => amount === 0);
  return idle
    ? elementwise(module, name, {}, { training: "identity", inference: "identity" })
    : elementwise(module, name, options, { random: true, inference: "identity" });
}

type CellOptions = LayerOptions<"lstm" | "gru" | "simpleRNN">;

/** What the kernels of recurrent layers read of the options; the rest decided shapes and initial weights. */
function cellOptions(options: CellOptions): Record<string, unknown> {
  return {
    activation: options.activation,
    ...("recurrentActivation" in options ? { recurrentActivation: options.recurrentActivation } : {}),
    ...("resetAfter" in options ? { resetAfter: options.resetAfter } : {}),
    returnSequences: options.returnSequences,
    ...(options.goBackwards ? { goBackwards: true } : {}),
  };
}

function recurrent(type: CellType, module: string, name: string): (options: CellOptions) => LayerCall {
  return (options) =>
    elementwise(module, name, cellOptions(options), { takesMask: ["mask"], ...cellExtra(type, options) });
}

type CellType = "lstm" | "gru" | "simpleRNN";

const GATES: Readonly<Record<CellType, number>> = { lstm: 4, gru: 3, simpleRNN: 1 };
const STATES: Readonly<Record<CellType, readonly string[]>> = { lstm: ["h", "c"], gru: ["h"], simpleRNN: ["h"] };

/** What a cell takes beside its input while training: dropout masks and a state. */
function cellExtra(
  type: CellType,
  { dropout, recurrentDropout, stateful }: CellOptions,
): Pick<LayerCall, "cellDropout" | "state"> {
  return {
    // As in Keras 3: with dropout of the state every gate has masks of its own, of the inputs, too.
    cellDropout: { inputs: dropout, state: recurrentDropout, masks: recurrentDropout > 0 ? GATES[type] : 1 },
    ...(stateful ? { state: STATES[type] } : {}),
  };
}

function attention(
  module: string,
  name: string,
  { useCausalMask }: LayerOptions<"attention" | "additiveAttention">,
): LayerCall {
  const rest = { list: true, takesMask: ["queryMask", "valueMask"], weights: "optional" } as const;
  return elementwise(module, name, { useCausalMask }, rest);
}

/** How each layer type is called: the compiler does not build where one is missing. */
const CALLS: { readonly [T in LayerType]: CallOf<T> } = {
  lstm: recurrent("lstm", "lstm", "lstm"),
  gru: recurrent("gru", "gru", "gru"),
  simpleRNN: recurrent("simpleRNN", "simple-rnn", "simpleRnn"),
  bidirectional({ layer, mergeMode }) {
    const inner = layer as CellOptions;
    const { options, activations } = optionsText(cellOptions(inner), ["activation", "recurrentActivation"]);
    return {
      module: "bidirectional",
      ...functions("bidirectional"),
      options: `{ layer: ${BIDIRECTIONAL_CELLS[layer.type]}, mergeMode: ${literal(mergeMode)}, cell: ${options} }`,
      activations,
      takesMask: ["mask"],
      ...cellExtra(layer.type, inner),
    };
  },
  timeDistributed: ({ layer }) =>
    layer.type === "batchNormalization"
      ? stepwise(layer as LayerOptions<"batchNormalization">)
      : (CALLS[layer.type] as CallOf<LayerType>)(layer as never),
  dense: ({ activation }) => elementwise("dense", "dense", { activation }),
  embedding: ({ maskZero }) => elementwise("embedding", "embedding", { maskZero }, { noInputGradient: true }),
  masking: ({ maskValue }) => elementwise("masking", "masking", { maskValue }),
  dropout: ({ rate }) => noise("dropout", "dropout", { rate }),
  spatialDropout1d: ({ rate }) => noise("spatial-dropout1d", "spatialDropout1d", { rate }),
  gaussianNoise: ({ stddev }) => noise("gaussian-noise", "gaussianNoise", { stddev }),
  gaussianDropout: ({ rate }) => noise("gaussian-dropout", "gaussianDropout", { rate }),
  layerNormalization: ({ epsilon }) =>
    elementwise("layer-normalization", "layerNormalization", { epsilon }, { weights: "optional" }),
  batchNormalization: ({ epsilon, momentum }) =>
    elementwise(
      "batch-normalization",
      "batchNormalization",
      { epsilon, momentum },
      {
        inference: {
          forward: "batchNormalizationInference",
          backward: "batchNormalizationInferenceBackward",
        },
        takesMask: ["mask"],
        update: "updateMovingStatistics",
      },
    ),
  conv1d: ({ strides, padding, dilationRate, activation }) =>
    elementwise("conv1d", "conv1d", { activation, strides, padding, dilationRate }),
  maxPooling1d: ({ poolSize, strides, padding }) =>
    elementwise("max-pooling1d", "maxPooling1d", { poolSize, strides, padding }),
  averagePooling1d: ({ poolSize, strides, padding }) =>
    elementwise("average-pooling1d", "averagePooling1d", { poolSize, strides, padding }),
  globalMaxPooling1d: () => elementwise("global-max-pooling1d", "globalMaxPooling1d", {}),
  globalAveragePooling1d: () =>
    elementwise("global-average-pooling1d", "globalAveragePooling1d", {}, { takesMask: ["mask"] }),
  flatten: () => elementwise("flatten", "flatten", {}),
  reshape: ({ targetShape }) => elementwise("reshape", "reshape", { targetShape }),
  permute: ({ dims }) => elementwise("permute", "permute", { dims }),
  repeatVector: ({ n }) => elementwise("repeat-vector", "repeatVector", { n }),
  activation: ({ activation }) => elementwise("activation", "activation", { activation }),
  concatenate: ({ axis }) => elementwise("concatenate", "concatenate", { axis }, { list: true }),
  add: () => elementwise("add", "add", {}, { list: true }),
  subtract: () => elementwise("subtract", "subtract", {}, { list: true }),
  multiply: () => elementwise("multiply", "multiply", {}, { list: true, takesMask: "masks" }),
  average: () => elementwise("average", "average", {}, { list: true }),
  maximum: () => elementwise("maximum", "maximum", {}, { list: true, takesMask: "masks" }),
  minimum: () => elementwise("minimum", "minimum", {}, { list: true, takesMask: "masks" }),
  dot: ({ axes, normalize }) =>
    elementwise("dot", "dot", { axes: typeof axes === "number" ? [axes, axes] : axes, normalize }, { list: true }),
  attention: (options) => attention("attention", "attention", options),
  additiveAttention: (options) => attention("additive-attention", "additiveAttention", options),
};

/** In training a normalised timestep has statistics of its own, as Keras calls the layer step by step. */
function stepwise(layer: LayerOptions<"batchNormalization">): LayerCall {
  return {
    ...CALLS.batchNormalization(layer),
    forward: "stepwiseBatchNormalizationForward",
  };
}

const BIDIRECTIONAL_CELLS = { lstm: "LSTM", gru: "GRU", simpleRNN: "SIMPLE_RNN" } as const;

export function layerCall(layer: LayerPlan): LayerCall {
  return (CALLS[layer.type] as CallOf<LayerType>)(layer.options);
}
