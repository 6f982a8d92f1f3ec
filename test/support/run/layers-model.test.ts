import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import * as layers from "@tensorflow/tfjs-layers";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { LAYER_TYPES } from "../../../src/core/layers/layers.ts";
import { choicesOf, schema } from "../../../src/core/schema/schema-file.ts";
import { RandomStream } from "../../../src/support/nn/random.ts";
import type { SavedTensors } from "../../../src/support/run/checkpoint.ts";
import { type LayersTopology, writeLayersModel } from "../../../src/support/run/layers-model.ts";
import { batchMajor, compileAnyModel, timeMajor, type Value, Workspace } from "../../parity/program.ts";

let folder: string;
let workspace: Workspace;
beforeAll(async () => {
  await tf.setBackend("cpu");
  workspace = new Workspace();
});
afterAll(() => workspace.remove());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "layers-model-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function random(name: string, count: number): Float32Array {
  const stream = new RandomStream(3, name);
  return Float32Array.from({ length: count }, (_, k) => 2 * stream.uniform(k) - 1);
}

function weight(name: string, shape: readonly number[]): SavedTensors[string] {
  const count = shape.reduce((product, n) => product * n, 1);
  // Variances are positive.
  const values = random(name, count).map((value) => (name.endsWith("ariance") ? 1.5 + value : value));
  return { shape: [...shape], values };
}

/** Reads model.json and its shards as `tf.loadLayersModel` does over HTTP. */
async function load(): Promise<layers.LayersModel> {
  const artifacts = JSON.parse(readFileSync(join(folder, "model.json"), "utf8"));
  const { modelTopology, weightsManifest, userDefinedMetadata } = artifacts;
  const [group] = weightsManifest as [{ paths: string[]; weights: tf.io.WeightsManifestEntry[] }];
  const bytes = Buffer.concat(group.paths.map((path) => readFileSync(join(folder, path))));
  const weightData = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  return layers.loadLayersModel({
    load: async () => ({ modelTopology, weightSpecs: group.weights, weightData, userDefinedMetadata }),
  });
}

type Input = { name: string; shape: number[]; vocabularySize?: number };
const SERIES: Input = { name: "series", shape: [5, 3] };
const OTHER: Input = { name: "other", shape: [5, 3] };
const VECTOR: Input = { name: "vector", shape: [4] };
const FRAMES: Input = { name: "frames", shape: [3, 5, 4, 2] };
const FRAME: Input = { name: "frame", shape: [5, 4, 2] };
const IDS: Input = { name: "ids", shape: [6], vocabularySize: 7 };

const BATCH = 3;
let count = 0;

/** Compiles the layers, exports them with random weights, and gives the prediction of the program. */
async function exportModel(
  inputs: Input[],
  specLayers: object[],
): Promise<{ topology: LayersTopology; expected: ReturnType<typeof batchMajor>; batch: tf.Tensor[] }> {
  const files = { train: "x.npy", test: "x.npy" };
  const program = compileAnyModel(
    {
      specVersion: 1,
      name: "net",
      dataset: {
        type: "arrays",
        inputs: inputs.map((input) => ({ ...input, ...files })),
        targets: { encoding: "numbers", features: 1, ...files },
      },
      layers: specLayers,
      optimizer: { type: "adam" },
      training: { loss: "meanSquaredError" },
    },
    { of: "training", inputGradient: false },
  );
  const file = join(folder, `topology${++count}.ts`); // modules are cached by their names
  writeFileSync(file, program.files.get("topology.ts")!);
  const { TOPOLOGY } = (await import(pathToFileURL(file).href)) as { TOPOLOGY: LayersTopology };
  const { model } = await workspace.load(program);
  const w = model.initializeWeights(1);
  const saved: SavedTensors = {};
  for (const [name, variable] of Object.entries(model.namedWeights(w))) {
    saved[name] = weight(name, variable.shape);
    variable.assign(tf.tensor(saved[name].values, variable.shape));
  }
  writeLayersModel(folder, TOPOLOGY, saved, { generatedBy: "lstm-compile", fitted: undefined });
  const batch = inputs.map((input) => batchOf(input));
  const x = Object.fromEntries(inputs.map(({ name }, index) => [name, timeMajor(batch[index]!)]));
  const prediction: Value = model.forward(w, x).prediction;
  return { topology: TOPOLOGY, expected: batchMajor(prediction), batch };
}

/** Ids end in padding; one timestep of each sequence holds only zeros, which a masking layer skips. */
function batchOf({ name, shape, vocabularySize }: Input): tf.Tensor {
  const count = BATCH * shape.reduce((product, n) => product * n, 1);
  const values = random(name, count);
  if (vocabularySize !== undefined) {
    const ids = values.map((value, k) => (k % shape[0]! >= 4 ? 0 : Math.floor(((value + 1) / 2) * vocabularySize)));
    return tf.tensor(Int32Array.from(ids), [BATCH, ...shape], "int32");
  }
  if (shape.length === 2) {
    const [timesteps, features] = shape as [number, number];
    for (let sample = 0; sample < BATCH; sample++) {
      const start = (sample * timesteps + 2) * features;
      values.fill(0, start, start + features);
    }
  }
  return tf.tensor(values, [BATCH, ...shape]);
}

async function expectSamePrediction(inputs: Input[], specLayers: object[]): Promise<LayersTopology> {
  const { topology, expected, batch } = await exportModel(inputs, specLayers);
  const model = await load();
  const actual = model.predict(batch.length === 1 ? batch[0]! : batch) as tf.Tensor;
  expect(actual.shape).toEqual(expected.shape);
  const values = actual.dataSync();
  const differences = expected.data.map((value, k) => Math.abs(value - values[k]!) / Math.max(1, Math.abs(value)));
  expect(Math.max(...differences)).toBeLessThan(1e-6);
  return topology;
}

const WEIGHT_OPTIONS = {
  kernelInitializer: "heNormal",
  kernelRegularizer: { l1: 0.01, l2: 0.02 },
  kernelConstraint: { type: "maxNorm", maxValue: 3, axis: 0 },
};

/** Every one of these loads, and predicts what the program predicts. */
const EXACT: Readonly<Record<string, [inputs: Input[], layers: object[]]>> = {
  lstm: [[SERIES], [{ type: "lstm", units: 4, ...WEIGHT_OPTIONS }]],
  "lstm backwards, sequences, no bias": [
    [SERIES],
    [{ type: "lstm", units: 4, useBias: false, goBackwards: true, returnSequences: true }],
  ],
  gru: [[SERIES], [{ type: "gru", units: 4, resetAfter: false, returnSequences: true }]],
  simpleRNN: [[SERIES], [{ type: "simpleRNN", units: 4, recurrentRegularizer: { l2: 0.1 }, dropout: 0.2 }]],
  ...Object.fromEntries(
    ["concat", "sum", "mul", "ave"].map((mergeMode) => [
      `bidirectional ${mergeMode}`,
      [
        [SERIES],
        [{ type: "bidirectional", mergeMode, layer: { type: "lstm", units: 3, returnSequences: mergeMode !== "sum" } }],
      ],
    ]),
  ),
  "bidirectional gru": [[SERIES], [{ type: "bidirectional", layer: { type: "gru", units: 3, resetAfter: false } }]],
  "bidirectional simpleRNN": [[SERIES], [{ type: "bidirectional", layer: { type: "simpleRNN", units: 3 } }]],
  timeDistributed: [
    [SERIES],
    [{ type: "timeDistributed", layer: { type: "dense", units: 2, activation: "relu", ...WEIGHT_OPTIONS } }],
  ],
  "timeDistributed batchNormalization": [
    [SERIES],
    [{ type: "timeDistributed", layer: { type: "batchNormalization" } }],
  ],
  dense: [
    [VECTOR],
    [{ type: "dense", units: 3, kernelConstraint: { type: "minMaxNorm", minValue: 0, maxValue: 9, rate: 1, axis: 0 } }],
  ],
  "dense on a sequence": [[SERIES], [{ type: "dense", units: 3, activation: "softmax", useBias: false }]],
  embedding: [
    [IDS],
    [
      { type: "embedding", inputDim: 7, outputDim: 3 },
      { type: "lstm", units: 2 },
    ],
  ],
  "embedding with a mask": [
    [IDS],
    [
      { type: "embedding", inputDim: 7, outputDim: 3, maskZero: true },
      { type: "lstm", units: 2, returnSequences: true },
      { type: "gru", units: 2, resetAfter: false },
    ],
  ],
  masking: [[SERIES], [{ type: "masking" }, { type: "lstm", units: 2 }]],
  dropout: [
    [VECTOR],
    [
      { type: "dropout", rate: 0.5 },
      { type: "dense", units: 2 },
    ],
  ],
  spatialDropout1d: [
    [SERIES],
    [
      { type: "spatialDropout1d", rate: 0.5 },
      { type: "lstm", units: 2 },
    ],
  ],
  convLstm2d: [
    [FRAMES],
    [
      { type: "convLstm2d", filters: 2, kernelSize: [2, 3], padding: "same", returnSequences: true },
      { type: "leakyRelu" },
      { type: "convLstm2d", filters: 3, kernelSize: 2, strides: [2, 1], goBackwards: true },
      { type: "prelu", sharedAxes: [1, 2] },
      { type: "flatten" },
    ],
  ],
  ...Object.fromEntries(
    ([FRAME, FRAMES] as const).flatMap((input) =>
      [
        [{ type: "dense", units: 3, activation: "softmax" }],
        [{ type: "activation", activation: "softmax" }],
        [{ type: "rescaling", scale: 2 }, { type: "prelu" }, { type: "leakyRelu" }],
        [
          { type: "dropout", rate: 0.5 },
          { type: "gaussianNoise", stddev: 0.1 },
          { type: "gaussianDropout", rate: 0.5 },
        ],
        ...["add", "multiply", "average", "maximum", "minimum", "concatenate"].map((type) => [
          { type: "dense", units: 2, name: "left" },
          { type, inputs: ["left", input.name] },
        ]),
      ].map((chain) => [
        `${chain.at(-1)!.type} of ${input.name}`,
        [[input], [...chain, { type: "flatten" }, { type: "dense", units: 2 }]],
      ]),
    ),
  ),
  ...Object.fromEntries(
    ["batchNormalization", "layerNormalization"].map((type) => [
      `${type} of a frame`,
      [[FRAME], [{ type }, { type: "flatten" }]],
    ]),
  ),
  leakyRelu: [
    [SERIES],
    [{ type: "masking" }, { type: "leakyRelu", negativeSlope: 0.2 }, { type: "lstm", units: 2 }, { type: "leakyRelu" }],
  ],
  prelu: [
    [SERIES],
    [
      { type: "prelu" },
      { type: "masking" },
      { type: "prelu", sharedAxes: [1] },
      { type: "lstm", units: 2 },
      { type: "prelu" },
    ],
  ],
  rescaling: [
    [SERIES],
    [
      { type: "masking" },
      { type: "rescaling", scale: -2, offset: 0.5 },
      { type: "lstm", units: 2 },
      { type: "rescaling", scale: 0.5 },
    ],
  ],
  gaussianNoise: [
    [VECTOR],
    [
      { type: "gaussianNoise", stddev: 0.5 },
      { type: "dense", units: 2 },
    ],
  ],
  gaussianDropout: [
    [VECTOR],
    [
      { type: "gaussianDropout", rate: 0.5 },
      { type: "dense", units: 2 },
    ],
  ],
  layerNormalization: [[SERIES], [{ type: "layerNormalization", epsilon: 0.01 }]],
  "layerNormalization without scale": [[VECTOR], [{ type: "layerNormalization", scale: false }]],
  batchNormalization: [
    [VECTOR],
    [{ type: "batchNormalization", momentum: 0.9, epsilon: 0.01, gammaRegularizer: { l1: 0.1 } }],
  ],
  "batchNormalization of a sequence, without center": [[SERIES], [{ type: "batchNormalization", center: false }]],
  conv1d: [[SERIES], [{ type: "conv1d", filters: 4, kernelSize: 2, strides: 2, padding: "same", activation: "relu" }]],
  "conv1d with dilation": [[SERIES], [{ type: "conv1d", filters: 4, kernelSize: 2, dilationRate: 2 }]],
  maxPooling1d: [[SERIES], [{ type: "maxPooling1d", poolSize: 2 }]],
  averagePooling1d: [[SERIES], [{ type: "averagePooling1d", poolSize: 2, strides: 1, padding: "same" }]],
  globalMaxPooling1d: [[SERIES], [{ type: "globalMaxPooling1d" }]],
  globalAveragePooling1d: [[SERIES], [{ type: "globalAveragePooling1d" }]],
  flatten: [[SERIES], [{ type: "flatten" }]],
  reshape: [[SERIES], [{ type: "reshape", targetShape: [3, 5] }]],
  permute: [[SERIES], [{ type: "permute", dims: [2, 1] }]],
  repeatVector: [[VECTOR], [{ type: "repeatVector", n: 3 }]],
  ...Object.fromEntries(
    [
      ...["tanh", "relu", "sigmoid", "linear", "elu", "selu", "gelu", "softplus", "softsign", "swish", "mish"],
      ...["softmax", "relu6", "hardSigmoid02"],
    ].map((activation) => [`activation ${activation}`, [[VECTOR], [{ type: "activation", activation }]]]),
  ),
  ...Object.fromEntries(
    ["add", "multiply", "average", "maximum", "minimum", "concatenate"].map((type) => [
      type,
      [[SERIES, OTHER], [{ type, inputs: ["series", "other"] }]],
    ]),
  ),
  "concatenate along the timesteps": [[SERIES, OTHER], [{ type: "concatenate", inputs: ["series", "other"], axis: 1 }]],
  "dot of the features": [[SERIES, OTHER], [{ type: "dot", inputs: ["series", "other"] }]],
  "dot of the timesteps, normalized": [
    [SERIES, OTHER],
    [{ type: "dot", inputs: ["series", "other"], axes: -2, normalize: true }],
  ],
  "dot of features and timesteps": [
    [SERIES],
    [
      { type: "permute", dims: [2, 1] },
      { type: "dot", inputs: ["series", "permute1"], axes: [-1, 1], normalize: true },
    ],
  ],
  "dot of timesteps and features": [
    [SERIES],
    [
      { type: "permute", dims: [2, 1] },
      { type: "dot", inputs: ["series", "permute1"], axes: [1, 2] },
    ],
  ],
  "dot of a sequence and a vector, and of vectors": [
    [SERIES, VECTOR],
    [
      { type: "dense", units: 3, inputs: ["vector"] },
      { type: "dot", inputs: ["series", "dense1"], axes: [2, 1] },
      { type: "dense", units: 3 },
      { type: "dot", inputs: ["dense1", "dense2"], axes: 1, normalize: true },
    ],
  ],
  "dot of a vector and a sequence": [
    [SERIES, VECTOR],
    [
      { type: "dense", units: 3, inputs: ["vector"] },
      { type: "dot", inputs: ["dense1", "series"] },
    ],
  ],
  "dot of masked values": [
    [SERIES],
    [
      { type: "masking", name: "mask" },
      { type: "dot", inputs: ["mask", "series"] },
    ],
  ],
  "a masked branch that runs after one without a mask": [
    [SERIES, OTHER],
    [
      { type: "masking", name: "mask", inputs: ["series"] },
      { type: "lstm", units: 2, name: "masked" },
      { type: "lstm", units: 2, name: "plain", inputs: ["other"] },
      { type: "add", inputs: ["masked", "plain"] },
    ],
  ],
  "a graph with two inputs and a residual": [
    [SERIES, IDS],
    [
      { type: "lstm", name: "encoder", units: 3, returnSequences: true, inputs: ["series"] },
      { type: "add", name: "residual", inputs: ["encoder", "series"] },
      { type: "globalAveragePooling1d", name: "summary" },
      { type: "embedding", inputDim: 7, outputDim: 2, inputs: ["ids"] },
      { type: "bidirectional", name: "reader", layer: { type: "lstm", units: 2 } },
      { type: "concatenate", inputs: ["summary", "reader"] },
      { type: "dense", units: 2, activation: "softmax" },
    ],
  ],
};

const MASK = { type: "masking", name: "mask" };
const LSTM = { type: "lstm", units: 2 };

/** These load, but predict something else, of which the warning tells. */
const DIFFERENT: Readonly<Record<string, [inputs: Input[], layers: object[], warning: string]>> = {
  hardSigmoid: [[VECTOR], [{ type: "dense", units: 3, activation: "hardSigmoid" }], "hardSigmoid is clip("],
  "hardSigmoid inside a wrapper": [
    [SERIES],
    [{ type: "bidirectional", layer: { ...LSTM, recurrentActivation: "hardSigmoid" } }],
    "hardSigmoid is clip(",
  ],
  "a masked bidirectional sequence": [
    [SERIES],
    [MASK, { type: "bidirectional", layer: { ...LSTM, returnSequences: true } }],
    "masked timesteps repeat",
  ],
  "a masked average": [[SERIES], [MASK, { type: "globalAveragePooling1d" }], "averages over all timesteps"],
  "a mask that the executor keeps for the decoder": [
    [SERIES],
    [MASK, LSTM, { type: "repeatVector", n: 5 }, { ...LSTM, returnSequences: true }],
    "another mask, that of mask, reaches it",
  ],
  "a mask that goes on through reshape": [
    [SERIES],
    [MASK, { type: "reshape", targetShape: [5, 3] }, LSTM],
    "another mask, that of mask, reaches it",
  ],
  "a mask that goes on through dot": [
    [SERIES],
    [MASK, { type: "dot", inputs: ["mask", "series"] }, LSTM],
    "another mask, that of mask, reaches it",
  ],
  "a mask that reaches another branch": [
    [SERIES, OTHER],
    [
      { ...LSTM, inputs: ["other"] },
      { ...MASK, inputs: ["series"] },
      { ...LSTM, name: "masked" },
      { type: "add", inputs: ["lstm1", "masked"] },
    ],
    "another mask, that of mask, reaches it",
  ],
  "masks that are joined by features": [
    [SERIES, OTHER],
    [
      { ...MASK, inputs: ["series"] },
      { type: "permute", dims: [2, 1], inputs: ["other"] },
      { type: "reshape", targetShape: [5, 3] },
      { ...MASK, name: "otherMask" },
      { type: "concatenate", inputs: ["mask", "otherMask"] },
      LSTM,
    ],
    "another mask, that of concatenate1, reaches it",
  ],
};

/** TensorFlow.js throws at these, as the warning says. */
const REFUSED: Readonly<Record<string, [inputs: Input[], layers: object[], error: string, warning: string]>> = {
  geluNew: [[VECTOR], [{ type: "activation", activation: "geluNew" }], "Unknown activation", "geluNew"],
  exponential: [[VECTOR], [{ type: "activation", activation: "exponential" }], "Unknown activation", "exponential"],
  "gru with resetAfter": [[SERIES], [{ type: "gru", units: 2 }], "reset_after", "resetAfter: false"],
  "conv1d with causal padding": [
    [SERIES],
    [{ type: "conv1d", filters: 2, kernelSize: 2, padding: "causal" }],
    "CAUSAL",
    "no causal padding",
  ],
  attention: [
    [SERIES, OTHER],
    [{ type: "attention", inputs: ["series", "other"], useScale: true }],
    "Unknown layer: Attention",
    "no attention layer",
  ],
  additiveAttention: [
    [SERIES, OTHER],
    [{ type: "additiveAttention", inputs: ["series", "other"], useCausalMask: true }],
    "Unknown layer: AdditiveAttention",
    "no additiveAttention layer",
  ],
  normalization: [
    [SERIES],
    [{ type: "normalization", mean: 0.5, variance: 2 }, LSTM],
    "Unknown layer: Normalization",
    "no normalization layer",
  ],
  subtract: [
    [SERIES],
    [
      { type: "dense", units: 3, name: "left" },
      { type: "dense", units: 3, name: "right", inputs: ["series"] },
      { type: "subtract", inputs: ["left", "right"] },
    ],
    "Unknown layer: Subtract",
    "no subtract layer",
  ],
  ...Object.fromEntries(
    ["batchNormalization", "layerNormalization"].map((type) => [
      `${type} of frames`,
      [[FRAMES], [{ type }, { type: "flatten" }], "rank 5", "normalizes no sequences of frames"],
    ]),
  ),
  "masked timesteps that are joined": [
    [SERIES],
    [MASK, { type: "concatenate", inputs: ["mask", "series"], axis: 1 }],
    "concat",
    "join along the timesteps",
  ],
  "a mask that goes on through add": [
    [SERIES],
    [MASK, { type: "add", inputs: ["mask", "series"] }, LSTM],
    "broadcast",
    "another mask, that of add1, reaches it",
  ],
};

describe("an exported LayersModel", () => {
  it.each(Object.entries(EXACT))("predicts what the program does: %s", async (_, [inputs, specLayers]) => {
    const { warnings } = await expectSamePrediction(inputs, specLayers);
    expect(warnings).toEqual([]);
  });

  it.each(Object.entries(DIFFERENT))("comes with a warning: %s", async (_, [inputs, specLayers, warning]) => {
    const { topology, expected, batch } = await exportModel(inputs, specLayers);
    expect(topology.warnings).toEqual([expect.stringContaining(warning)]);
    const model = await load();
    expect(model.getUserDefinedMetadata()).toEqual({ warnings: topology.warnings });
    const actual = (model.predict(batch) as tf.Tensor).dataSync();
    expect(Math.max(...expected.data.map((value, k) => Math.abs(value - actual[k]!)))).toBeGreaterThan(1e-3);
  });

  it.each(Object.entries(REFUSED))(
    "cannot be used, and says so: %s",
    async (_, [inputs, specLayers, error, warning]) => {
      const { topology, batch } = await exportModel(inputs, specLayers);
      expect(topology.warnings).toEqual([expect.stringContaining(warning)]);
      await expect(load().then((model) => model.predict(batch))).rejects.toThrow(error);
    },
  );

  it("is tried with every layer type", () => {
    const tried = [...Object.values(EXACT), ...Object.values(REFUSED)].flatMap(([, specLayers]) =>
      (specLayers as { type: string }[]).map(({ type }) => type),
    );
    expect(LAYER_TYPES.filter((type) => !tried.includes(type))).toEqual([]);
  });

  it("predicts without a state where the layer is stateful", async () => {
    const { warnings } = await expectSamePrediction([SERIES], [{ ...LSTM, stateful: true }]);
    expect(warnings).toEqual([expect.stringContaining("stateful: false")]);
  });

  it.each<unknown>([
    ...schema().$defs!.InitializerName!.enum!,
    ...choicesOf(schema().$defs!.InitializerMap!).values.map((type) => ({ type })),
  ])("has the initialiser %j", async (kernelInitializer) => {
    await expectSamePrediction([VECTOR], [{ type: "dense", units: 3, kernelInitializer }]);
  });

  it("keeps initialisers, regularisers and constraints", async () => {
    await exportModel(
      [VECTOR],
      [
        {
          type: "dense",
          name: "out",
          units: 2,
          trainable: false,
          kernelInitializer: "lecunNormal",
          kernelRegularizer: { l1: 0.1, l2: 0.2 },
          kernelConstraint: { type: "maxNorm", maxValue: 3, axis: 0 },
          biasConstraint: { type: "nonNeg" },
        },
      ],
    );
    const layer = (await load()).getLayer("out");
    expect(layer.trainable).toBe(false);
    expect(layer.getConfig()).toMatchObject({
      kernelInitializer: { config: { mode: "fanIn", distribution: "normal" } },
      kernelRegularizer: { className: "L1L2", config: { l1: 0.1, l2: 0.2 } },
      kernelConstraint: { className: "MaxNorm", config: { maxValue: 3, axis: 0 } },
      biasConstraint: { className: "NonNeg" },
    });
  });
});

describe("initialisers with options", () => {
  async function config(kernelInitializer: unknown, units = 4): Promise<[object, readonly string[]]> {
    const { topology } = await exportModel([VECTOR], [{ type: "dense", name: "out", units, kernelInitializer }]);
    return [(await load()).getLayer("out").getConfig().kernelInitializer as object, topology.warnings];
  }

  it.each([
    [{ type: "constant", value: 0.5 }, "Constant", { value: 0.5 }],
    [{ type: "randomUniform", minval: 1, maxval: 2 }, "RandomUniform", { minval: 1, maxval: 2 }],
    [{ type: "truncatedNormal", mean: 1, stddev: 2 }, "TruncatedNormal", { mean: 1, stddev: 2 }],
    [{ type: "orthogonal", gain: 2 }, "Orthogonal", { gain: 2 }],
    [{ type: "identity", gain: 2 }, "Identity", { gain: 2 }],
    [
      { type: "varianceScaling", scale: 2, mode: "fanOut" },
      "VarianceScaling",
      { scale: 2, mode: "fanOut", distribution: "normal" },
    ],
  ])("%j is %s", async (initializer, className, options) => {
    expect(await config(initializer)).toMatchObject([{ className, config: options }, []]);
  });

  it("are others where TensorFlow.js has none, with a warning", async () => {
    expect(await config("identity", 3)).toMatchObject([
      { className: "Zeros" },
      [expect.stringContaining("out: exported with the initializer zeros")],
    ]);
    expect(await config({ type: "varianceScaling", distribution: "untruncatedNormal" })).toMatchObject([
      { className: "VarianceScaling", config: { distribution: "normal" } },
      [expect.stringContaining("no untruncatedNormal")],
    ]);
  });

  it("are zeros inside wrappers too", async () => {
    const layer = { type: "lstm", units: 2, recurrentInitializer: { type: "identity", gain: 2 } };
    await expectSamePrediction([SERIES], [{ type: "bidirectional", layer }]);
  });
});

describe("writeLayersModel", () => {
  const topology = (units: number): LayersTopology => ({
    class_name: "Sequential",
    name: "net",
    layers: [
      { class_name: "InputLayer", config: { name: "x", batch_input_shape: [null, 1100], dtype: "float32" } },
      { class_name: "Dense", config: { name: "wide", units } },
    ],
    weights: [
      ["wide/kernel", "wide/kernel"],
      ["wide/bias", "wide/bias"],
    ],
    warnings: [],
  });

  it("splits weights over shards of at most 4 MiB", async () => {
    const weights = { "wide/kernel": weight("k", [1100, 1000]), "wide/bias": weight("b", [1000]) };
    writeLayersModel(folder, topology(1000), weights, { generatedBy: "lstm-compile", fitted: undefined });
    const shards = readdirSync(folder).filter((name) => name.endsWith(".bin"));
    expect(shards.length).toBe(2);
    for (const name of shards) expect(statSync(join(folder, name)).size).toBeLessThanOrEqual(4 * 1024 * 1024);
    const bias = (await load()).getLayer("wide").getWeights()[1]!;
    expect([...bias.dataSync()]).toEqual([...weights["wide/bias"].values]);
  });

  it("keeps what was fitted to the data, and clears what a kill has left of an export", () => {
    const weights = { "wide/kernel": weight("k", [1100, 3]), "wide/bias": weight("b", [3]) };
    writeFileSync(join(folder, "model.json.77.tmp"), "torn");
    writeFileSync(join(folder, "group1-shard1of1.bin.77.tmp"), "torn");
    const fitted = { scalers: { sales: { offset: 0.1, scale: 3 } } };
    writeLayersModel(folder, topology(3), weights, { generatedBy: "lstm-compile", fitted });
    expect(readdirSync(folder).sort()).toEqual(["group1-shard1of1.bin", "model.json"]);
    const model = JSON.parse(readFileSync(join(folder, "model.json"), "utf8"));
    expect(model.userDefinedMetadata).toEqual({ fitted });
  });

  it("names a weight that is missing", () => {
    const weights = { "wide/kernel": weight("k", [1100, 3]) };
    expect(() =>
      writeLayersModel(folder, topology(3), weights, { generatedBy: "lstm-compile", fitted: undefined }),
    ).toThrow("wide/bias");
  });
});
