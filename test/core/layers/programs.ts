import { load } from "../../../src/core/load/load.ts";
import { buildGraph } from "../../../src/core/plan/graph.ts";
import { checkSchema } from "../../../src/core/schema/schema.ts";

export type LayerSpec = { readonly type: string } & Readonly<Record<string, unknown>>;

export interface Case {
  readonly name: string;
  readonly layers: readonly LayerSpec[];
  /** Default: one series of shape [5, 3]. */
  readonly inputs?: readonly object[];
}

const files = { train: "x.npy", test: "x.npy" };
const SERIES = { name: "series", shape: [5, 3], ...files };
const OTHER = { name: "other", shape: [5, 3], ...files };
const VECTOR = { name: "vector", shape: [4], ...files };
const FRAMES = { name: "frames", shape: [3, 4, 5, 2], ...files };
const FRAME = { name: "frame", shape: [4, 3, 2], ...files };
const IDS = { name: "ids", shape: [5], vocabularySize: 6, ...files };
const OTHER_IDS = { name: "otherIds", shape: [5], vocabularySize: 6, ...files };

const units = 3;
const l1l2 = { l1: 0.03, l2: 0.05 };
const MASK: LayerSpec = { type: "masking" };
const LAST: LayerSpec = { type: "lstm", units: 2 };

/** A chain that begins with the series. */
function chain(name: string, ...layers: readonly LayerSpec[]): Case {
  return { name, layers };
}

/** A chain that begins with frames, and ends in one vector. */
function framed(name: string, ...layers: readonly LayerSpec[]): Case {
  return { name, inputs: [FRAMES], layers: [...layers, { type: "flatten" }, { type: "dense", units: 2 }] };
}

function embedded(name: string, ...layers: readonly LayerSpec[]): Case {
  const embedding = { type: "embedding", inputDim: 6, outputDim: 3, maskZero: true };
  return { name, inputs: [IDS], layers: [embedding, ...layers] };
}

function merged(name: string, merge: LayerSpec, ...after: readonly LayerSpec[]): Case {
  const branch = (branchName: string): LayerSpec => ({
    type: "dense",
    units,
    activation: "tanh",
    name: branchName,
    inputs: ["series"],
  });
  return { name, layers: [branch("left"), branch("right"), { inputs: ["left", "right"], ...merge }, ...after] };
}

/** Sequences of shapes [5, 4] and [4, 5] into a merge. */
function twoLengths(name: string, merge: LayerSpec, ...after: readonly LayerSpec[]): Case {
  const layers: LayerSpec[] = [
    { type: "dense", units: 4, activation: "tanh", name: "left" },
    { type: "permute", dims: [2, 1], name: "right" },
  ];
  return { name, layers: [...layers, { inputs: ["left", "right"], ...merge }, ...after] };
}

/** Two masked sequences into a merge, and what reads its mask. */
function mergedMasks(name: string, merge: LayerSpec, ...after: readonly LayerSpec[]): Case {
  const embedding = (of: string, name: string): LayerSpec => ({
    type: "embedding",
    inputDim: 6,
    outputDim: 3,
    maskZero: true,
    inputs: [of],
    name,
  });
  return {
    name,
    inputs: [IDS, OTHER_IDS],
    layers: [
      embedding("ids", "left"),
      embedding("otherIds", "right"),
      { inputs: ["left", "right"], ...merge },
      ...after,
    ],
  };
}

const RECURRENT: readonly LayerSpec[] = [
  { type: "lstm", units },
  { type: "gru", units },
  { type: "simpleRNN", units },
];

/** Small models in which every layer type, and every option that changes mathematics, occurs. */
export const CASES: readonly Case[] = [
  ...RECURRENT.flatMap((layer) => [
    chain(`${layer.type}: last step`, layer),
    chain(`${layer.type}: sequences`, { ...layer, returnSequences: true }),
    chain(`${layer.type}: backwards`, { ...layer, goBackwards: true }),
    chain(`${layer.type}: backwards, sequences`, { ...layer, goBackwards: true, returnSequences: true }),
    chain(`${layer.type}: no bias`, { ...layer, useBias: false }),
    chain(`${layer.type}: dropout`, { ...layer, dropout: 0.3, recurrentDropout: 0.4, returnSequences: true }),
    chain(`${layer.type}: dropout 0`, { ...layer, dropout: 0, recurrentDropout: 0 }),
    chain(`${layer.type}: masked`, MASK, { ...layer, returnSequences: true }, LAST),
    chain(`${layer.type}: masked, backwards`, MASK, { ...layer, goBackwards: true }),
    chain(`${layer.type}: regularizers`, {
      ...layer,
      kernelRegularizer: l1l2,
      recurrentRegularizer: { l2: 0.1 },
      biasRegularizer: { l1: 0.1 },
    }),
    ...["concat", "sum", "mul", "ave"].flatMap((mergeMode) => [
      chain(`bidirectional ${layer.type}: ${mergeMode}`, { type: "bidirectional", layer, mergeMode }),
      chain(`bidirectional ${layer.type}: ${mergeMode}, sequences`, MASK, {
        type: "bidirectional",
        layer: { ...layer, returnSequences: true },
        mergeMode,
      }),
    ]),
    chain(`bidirectional ${layer.type}: dropout`, {
      type: "bidirectional",
      layer: { ...layer, dropout: 0.3, recurrentDropout: 0.4 },
    }),
  ]),
  chain("gru: reset before", { type: "gru", units, resetAfter: false, returnSequences: true }),
  chain("gru: reset before, masked", MASK, { type: "gru", units, resetAfter: false }),
  ...["sigmoid", "hardSigmoid", "softsign", "elu"].map((activation) =>
    chain(`lstm: ${activation}`, { type: "lstm", units, activation, recurrentActivation: "hardSigmoid02" }),
  ),
  chain("stacked", { type: "lstm", units, returnSequences: true }, { type: "gru", units, returnSequences: true }, LAST),

  ...[
    ..."tanh relu sigmoid hardSigmoid linear elu selu gelu softplus softsign swish mish softmax relu6 geluNew exponential".split(
      " ",
    ),
    "hardSigmoid02",
  ].flatMap((activation) => [
    chain(`dense: ${activation}`, { type: "dense", units: 4, activation }, { type: "dense", units: 2 }),
    chain(`activation: ${activation}`, { type: "dense", units: 4 }, { type: "activation", activation }, LAST),
  ]),
  chain("dense: no bias", { type: "dense", units, useBias: false }),
  chain("dense: regularizers", { type: "dense", units, kernelRegularizer: l1l2, biasRegularizer: { l2: 0.1 } }),
  { name: "dense: a vector", inputs: [VECTOR], layers: [{ type: "dense", units, activation: "tanh" }] },
  chain("timeDistributed: dense", { type: "timeDistributed", layer: { type: "dense", units, activation: "tanh" } }),
  chain("timeDistributed: layerNormalization", { type: "timeDistributed", layer: { type: "layerNormalization" } }),
  chain("timeDistributed: batchNormalization", { type: "timeDistributed", layer: { type: "batchNormalization" } }),
  chain(
    "timeDistributed: noise",
    { type: "dense", units },
    { type: "timeDistributed", layer: { type: "dropout", rate: 0.3 } },
    { type: "timeDistributed", layer: { type: "gaussianNoise", stddev: 0.3 } },
    { type: "timeDistributed", layer: { type: "gaussianDropout", rate: 0.3 } },
    { type: "timeDistributed", layer: { type: "activation", activation: "tanh" } },
  ),

  embedded("embedding: masks zero", { type: "lstm", units, returnSequences: true }),
  embedded("embedding: mask through layers", { type: "dense", units }, { type: "dropout", rate: 0.2 }, LAST),
  embedded("embedding: masked mean", { type: "globalAveragePooling1d" }),
  embedded("embedding: masked statistics", { type: "batchNormalization" }, LAST),
  {
    name: "embedding: no mask, regularizer",
    inputs: [IDS],
    layers: [{ type: "embedding", inputDim: 6, outputDim: 3, embeddingsRegularizer: { l2: 0.1 } }, LAST],
  },
  chain("masking: passed on", MASK, { type: "dense", units }, { type: "layerNormalization" }, LAST),

  chain("dropout", { type: "dense", units }, { type: "dropout", rate: 0.4 }),
  chain("dropout 0", { type: "dense", units }, { type: "dropout", rate: 0 }),
  chain("spatialDropout1d", { type: "dense", units }, { type: "spatialDropout1d", rate: 0.4 }),
  chain("gaussianNoise", { type: "dense", units }, { type: "gaussianNoise", stddev: 0.4 }, { type: "dense", units }),
  chain("gaussianDropout", { type: "dense", units }, { type: "gaussianDropout", rate: 0.4 }),

  ...["layerNormalization", "batchNormalization"].flatMap((type) => [
    chain(type, { type: "dense", units: 4 }, { type }, LAST),
    chain(`${type}: no centre`, { type: "dense", units: 4 }, { type, center: false }),
    chain(`${type}: no scale`, { type: "dense", units: 4 }, { type, scale: false }),
    chain(
      `${type}: neither, epsilon`,
      { type: "dense", units: 4 },
      { type, center: false, scale: false, epsilon: 0.1 },
    ),
    chain(`${type}: a vector`, LAST, { type: "dense", units: 4 }, { type, gammaRegularizer: { l2: 0.1 } }),
    chain(`${type}: frozen`, { type: "dense", units: 4 }, { type, trainable: false }, LAST),
  ]),
  chain("normalization", { type: "normalization", mean: [0.1, -0.2, 0.3], variance: [0.5, 1, 2] }, LAST),
  chain("normalization: one for all features", { type: "normalization", mean: 0.1, variance: 0.5 }, LAST),
  chain("normalization: after trained layers", LAST, { type: "normalization", mean: [0.1, 0.2], variance: [0.5, 4] }),
  chain("rescaling", { type: "rescaling", scale: -0.7, offset: 0.4 }, { type: "dense", units }, LAST),
  chain("rescaling: a vector, masks", MASK, { type: "rescaling", scale: 3 }, LAST, { type: "rescaling", scale: 2 }),

  ...["valid", "same", "causal"].flatMap((padding) => [
    chain(`conv1d: ${padding}`, { type: "conv1d", filters: 4, kernelSize: 2, padding, activation: "tanh" }),
    chain(`conv1d: ${padding}, strides`, { type: "conv1d", filters: 4, kernelSize: 3, padding, strides: 2 }),
    chain(`conv1d: ${padding}, dilation`, { type: "conv1d", filters: 4, kernelSize: 2, padding, dilationRate: 2 }),
  ]),
  chain("conv1d: no bias, regularizer", {
    type: "conv1d",
    filters: 4,
    kernelSize: 3,
    useBias: false,
    kernelRegularizer: l1l2,
  }),
  ...["maxPooling1d", "averagePooling1d"].flatMap((type) =>
    ["valid", "same"].flatMap((padding) => [
      chain(`${type}: ${padding}`, { type: "dense", units }, { type, poolSize: 2, padding }),
      chain(`${type}: ${padding}, overlapping`, { type: "dense", units }, { type, poolSize: 3, strides: 1, padding }),
      chain(`${type}: ${padding}, gaps`, { type: "dense", units }, { type, poolSize: 2, strides: 3, padding }),
    ]),
  ),
  chain("globalMaxPooling1d", { type: "dense", units }, { type: "globalMaxPooling1d" }),
  chain("globalAveragePooling1d", { type: "dense", units }, { type: "globalAveragePooling1d" }),
  chain("flatten", { type: "dense", units: 2 }, { type: "flatten" }, { type: "dense", units }),
  chain("reshape", { type: "dense", units: 4 }, { type: "reshape", targetShape: [2, 10] }, LAST),
  chain("reshape to a vector", { type: "dense", units: 4 }, { type: "reshape", targetShape: [20] }),
  chain("permute", { type: "dense", units: 4 }, { type: "permute", dims: [2, 1] }, LAST),
  chain("repeatVector", LAST, { type: "repeatVector", n: 3 }, { type: "gru", units, returnSequences: true }),

  ...(() => {
    const conv: LayerSpec = { type: "convLstm2d", filters: 2, kernelSize: [2, 3] };
    return [
      framed("convLstm2d: last frame", conv),
      framed("convLstm2d: same", { ...conv, kernelSize: 3, padding: "same", returnSequences: true }),
      framed("convLstm2d: strides", { ...conv, strides: [1, 2] }),
      framed("convLstm2d: strides, same", { ...conv, strides: 2, padding: "same" }),
      framed("convLstm2d: dilation", { ...conv, dilationRate: [1, 2], padding: "same" }),
      framed("convLstm2d: one place a window", { ...conv, kernelSize: 1, strides: [2, 1] }),
      framed("convLstm2d: backwards", { ...conv, goBackwards: true }),
      framed("convLstm2d: backwards, sequences", { ...conv, goBackwards: true, returnSequences: true }),
      framed("convLstm2d: no bias", { ...conv, useBias: false }),
      framed("convLstm2d: softmax", { ...conv, activation: "softmax" }),
      framed("convLstm2d: dropout", { ...conv, strides: [1, 2], dropout: 0.3, recurrentDropout: 0.4 }),
      framed("convLstm2d: regularizers", {
        ...conv,
        kernelRegularizer: l1l2,
        recurrentRegularizer: { l2: 0.1 },
        biasRegularizer: { l1: 0.1 },
      }),
      framed("convLstm2d: stacked", { ...conv, returnSequences: true }, { ...conv, kernelSize: 2 }),
      {
        name: "convLstm2d: read by an lstm",
        inputs: [FRAMES],
        layers: [{ ...conv, returnSequences: true }, { type: "reshape", targetShape: [3, 18] }, LAST],
      },
      {
        name: "convLstm2d: frames made of a sequence",
        layers: [
          { type: "dense", units: 8 },
          { type: "reshape", targetShape: [5, 2, 4, 1] },
          conv,
          { type: "flatten" },
        ],
      },
      framed(
        "frames through layers that treat every vector alike",
        { type: "normalization", mean: [0.1, -0.1], variance: [0.5, 2] },
        { type: "rescaling", scale: 2 },
        { type: "dense", units: 3, activation: "tanh" },
        { type: "layerNormalization" },
        { type: "dropout", rate: 0.2 },
        { type: "batchNormalization" },
        { ...conv, returnSequences: true },
        { type: "activation", activation: "softsign" },
      ),
      framed(
        "frames through slopes",
        { type: "leakyRelu", negativeSlope: 0.5 },
        { type: "prelu" },
        { type: "prelu", sharedAxes: [1, 2, 3] },
      ),
      framed(
        "frames that are merged",
        { ...conv, returnSequences: true, name: "left" },
        { ...conv, returnSequences: true, name: "right", inputs: ["frames"] },
        { type: "multiply", inputs: ["left", "right"] },
        { type: "concatenate", inputs: ["multiply1", "left"] },
        { type: "maximum", inputs: ["concatenate1", "concatenate1"] },
      ),
      {
        name: "one frame",
        inputs: [FRAME],
        layers: [
          { type: "dense", units: 2, activation: "tanh" },
          { type: "prelu", sharedAxes: [1, 2] },
          { type: "reshape", targetShape: [6, 2, 2] },
          { type: "batchNormalization" },
          { type: "flatten" },
        ],
      },
    ];
  })(),
  chain("leakyRelu", { type: "dense", units: 4 }, { type: "leakyRelu", negativeSlope: 0.2 }, LAST),
  chain("leakyRelu: a vector, masks", MASK, { type: "leakyRelu" }, LAST, { type: "leakyRelu" }),
  chain("prelu", { type: "dense", units: 4 }, { type: "prelu", alphaRegularizer: l1l2 }, LAST),
  chain("prelu: shared along time", { type: "dense", units: 4 }, { type: "prelu", sharedAxes: [1] }, LAST),
  chain("prelu: one slope for all", { type: "dense", units: 4 }, { type: "prelu", sharedAxes: [1, 2] }, LAST),
  chain("prelu: a vector, masks", MASK, { type: "prelu" }, LAST, { type: "prelu" }),

  ...["add", "multiply", "average", "maximum", "minimum", "concatenate"].flatMap((type) => [
    merged(type, { type }, LAST),
    merged(`${type}: three inputs`, { type, inputs: ["left", "right", "series"] }),
    mergedMasks(`${type}: masks`, { type }, LAST),
  ]),
  merged("subtract", { type: "subtract" }, LAST),
  mergedMasks("subtract: masks", { type: "subtract" }, LAST),
  merged("concatenate: time", { type: "concatenate", axis: 1 }, LAST),
  mergedMasks("concatenate: time, masks", { type: "concatenate", axis: 1 }, LAST),
  ...[false, true].flatMap((normalize) => [
    merged(`dot: features, normalize ${normalize}`, { type: "dot", normalize }, LAST),
    merged(`dot: timesteps, normalize ${normalize}`, { type: "dot", axes: 1, normalize }, LAST),
    twoLengths(`dot: features and timesteps, normalize ${normalize}`, { type: "dot", axes: [2, 1], normalize }, LAST),
    twoLengths(`dot: timesteps and features, normalize ${normalize}`, { type: "dot", axes: [-2, -1], normalize }),
    {
      name: `dot: vectors, normalize ${normalize}`,
      inputs: [SERIES, VECTOR],
      layers: [
        { type: "lstm", units: 4, inputs: ["series"] },
        { type: "dot", inputs: ["lstm1", "vector"], normalize },
        { type: "dense", units: 2 },
      ],
    },
    {
      name: `dot: a sequence and a vector, normalize ${normalize}`,
      inputs: [SERIES, VECTOR],
      layers: [
        { type: "gru", units: 4, returnSequences: true, inputs: ["series"] },
        { type: "dot", inputs: ["gru1", "vector"], axes: [2, 1], normalize },
        { type: "dense", units: 4, activation: "tanh" },
        { type: "dot", inputs: ["dense1", "gru1"], normalize },
      ],
    },
  ]),
  mergedMasks("dot: of masked sequences", { type: "dot" }, LAST),
  chain(
    "dot: of a sequence and itself",
    { type: "lstm", units, returnSequences: true, name: "h" },
    { type: "dot", inputs: ["h", "h"], normalize: true },
    LAST,
  ),

  ...["attention", "additiveAttention"].flatMap((type) => [
    ...[false, true].flatMap((useScale) =>
      [false, true].flatMap((useCausalMask) => [
        merged(`${type}: scale ${useScale}, causal ${useCausalMask}`, { type, useScale, useCausalMask }),
        mergedMasks(
          `${type}: scale ${useScale}, causal ${useCausalMask}, masks`,
          { type, useScale, useCausalMask },
          LAST,
        ),
      ]),
    ),
    merged(`${type}: key of its own`, { type, inputs: ["left", "right", "series"] }, LAST),
    merged(`${type}: frozen`, { type, useScale: true, trainable: false }),
    chain(
      `${type} to itself`,
      { type: "lstm", units, returnSequences: true, name: "h" },
      {
        type,
        inputs: ["h", "h"],
      },
    ),
  ]),

  {
    name: "a value read three times",
    layers: [
      { type: "lstm", units, returnSequences: true, name: "h" },
      { type: "dense", units, activation: "tanh" },
      { type: "add", inputs: ["h", "dense1"] },
      { type: "multiply", inputs: ["add1", "h"] },
      LAST,
    ],
  },
  {
    name: "two inputs",
    inputs: [SERIES, OTHER, VECTOR],
    layers: [
      { type: "concatenate", inputs: ["series", "other"] },
      { type: "lstm", units, name: "encoder" },
      { type: "dense", units: 2, inputs: ["vector"] },
      { type: "concatenate", inputs: ["encoder", "dense1"] },
      { type: "dense", units: 2 },
    ],
  },
  chain(
    "frozen between trained layers",
    { type: "dense", units },
    { type: "lstm", units, trainable: false },
    {
      type: "dense",
      units,
    },
  ),
  chain("frozen first layer", { type: "lstm", units, trainable: false }, { type: "dense", units }),
];

/** The spec of a case: what its last layer gives is what it learns, with the squared error. */
export function specOf({ layers, inputs = [SERIES] }: Case): object {
  const spec = (features: number, timesteps: number | undefined) => ({
    specVersion: 1,
    name: "example",
    dataset: {
      type: "arrays",
      inputs,
      targets: {
        encoding: "numbers",
        features,
        ...(timesteps === undefined ? {} : { timesteps }),
        train: "y.npy",
        test: "y.npy",
      },
    },
    layers,
    optimizer: { type: "sgd" },
    training: { loss: "meanSquaredError" },
  });
  const { source } = load(JSON.stringify(spec(1, undefined)), "example.yaml");
  const { spec: checked, diagnostics } = checkSchema(source!);
  if (checked === undefined) throw new Error(diagnostics.map(({ message }) => message).join("; "));
  const { nodes, problems } = buildGraph(checked, () => 0);
  if (problems.length > 0) throw new Error(problems.map(({ message }) => message).join("; "));
  const shape = nodes.at(-1)!.outputShape;
  return spec(shape.at(-1)!, shape.length === 2 ? shape[0] : undefined);
}
