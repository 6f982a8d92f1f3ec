import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { load } from "../../../src/core/load/load.ts";
import { choicesOf, schema } from "../../../src/core/schema/schema-file.ts";
import { suggest } from "../../../src/core/spec/suggest.ts";
import { validate } from "../../../src/core/validate.ts";

const BASE = {
  specVersion: 1,
  name: "example",
  dataset: { type: "digits", scale: 255 },
  layers: [
    { type: "lstm", units: 8 },
    { type: "dense", units: 10, activation: "softmax" },
  ],
  optimizer: { type: "adam" },
  training: { loss: "sparseCategoricalCrossentropy" },
};

function check(value: unknown) {
  const { source, diagnostics } = load(stringify(value, { aliasDuplicateObjects: false }), "spec.yaml");
  return source === undefined ? { diagnostics } : validate(source);
}

/** BASE with one value replaced; keys of the path are joined by dots. */
function change(path: string, value: unknown): unknown {
  const copy = structuredClone(BASE);
  const keys = path.split(".");
  const last = keys.pop()!;
  const parent = keys.reduce<Record<string, unknown>>((at, key) => at[key] as Record<string, unknown>, copy);
  parent[last] = value;
  return copy;
}

const summary = (value: unknown): string[] => check(value).diagnostics.map(({ code, fix }) => `${code} ${fix}`);

describe("validate", () => {
  it("fills in every default and leaves the source as it was", () => {
    const { source } = load(stringify(BASE), "f");
    const before = structuredClone(source!.value);
    const { spec, diagnostics } = validate(source!);
    expect(diagnostics).toEqual([]);
    expect(source!.value).toEqual(before);
    expect(spec!.dataset).toEqual({
      type: "digits",
      scale: 255,
      trainSamples: 6000,
      testSamples: 1000,
      validation: 0.1,
      seed: 1,
    });
    expect(spec!.layers[0]).toMatchObject({
      activation: "tanh",
      recurrentActivation: "sigmoid",
      recurrentInitializer: "orthogonal",
    });
    expect(spec!.layers[1]).toMatchObject({ useBias: true, biasInitializer: "zeros" });
    expect(spec!.optimizer).toEqual({
      type: "adam",
      learningRate: 0.001,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-7,
      amsgrad: false,
      decay: 0,
      weightDecay: 0,
    });
    expect(spec!.training).toMatchObject({ metrics: [], epochs: 1, batchSize: 32, shuffle: true, seed: 42 });
  });

  it.each([
    ["layers.0.return_sequences", true, "LC1101 did you mean `returnSequences`?"],
    ["layers.0.input_shape", [28, 28], "LC1101 remove it: the dataset decides the shape of the input"],
    ["learning_rate", 0.1, "LC1101 `learningRate` is a key of `optimizer`"],
    ["optimizer.lr", 0.1, "LC1101 did you mean `learningRate`?"],
    ["optimizer", "Adam", "LC1103 write a map with `type: adam`"],
    ["optimizer.type", "Adam", "LC1104 did you mean `adam`?"],
    ["optimizer.type", 5, "LC1103 use one of sgd, adam, adamw, nadam, adamax, rmsprop, adagrad, adadelta"],
    ["optimizer.type", "RMSProp", "LC1104 did you mean `rmsprop`?"],
    ["optimizer.clipnorm", 1, "LC1101 did you mean `clipNorm`?"],
    ["optimizer.use_ema", true, "LC1101 did you mean `ema`?"],
    ["optimizer.rho", 0.9, "LC1101 `rho` is a key of an rmsprop optimizer, an adadelta optimizer"],
    ["optimizer.learningRate", "fast", "LC1103 give a number or a map"],
    ["optimizer.learningRate", "1e-3", "LC1103 write `0.001`, without quotes and separators"],
    ["optimizer.learningRate", "cosineDecay", "LC1103 write a map with `schedule: cosineDecay`"],
    ["optimizer.learningRate", [0.1], "LC1103 give a number or a map"],
    ["optimizer.learningRate", 0, "LC1105 write a number that is greater than 0"],
    [
      "optimizer.learningRate",
      { schedule: "exponental", initialLearningRate: 0.1 },
      "LC1104 did you mean `exponentialDecay`?",
    ],
    [
      "optimizer.learningRate",
      { schedule: "exponentialDecay", initialLearningRate: 0.1, decayRate: 0.5 },
      "LC1102 add `decaySteps: 1000`",
    ],
    [
      "optimizer.learningRate",
      { schedule: "cosineDecay", initialLearningRate: 0.1, decaySteps: 5, warmup_steps: 5 },
      "LC1101 did you mean `warmupSteps`?",
    ],
    [
      "optimizer.learningRate",
      { type: "cosineDecay", initialLearningRate: 0.1, decaySteps: 5 },
      "LC1102 write `schedule: cosineDecay`, and the other keys beside it",
    ],
    [
      "optimizer.learningRate",
      { schedule: "piecewiseConstant", boundaries: [5], values: [0.1] },
      "LC1107 give at least 2 items",
    ],
    [
      "optimizer.learningRate",
      { schedule: "piecewiseConstant", boundaries: [5, 5], values: [0.1, 0.2, 0.3] },
      "LC1221 list the boundaries in increasing order",
    ],
    [
      "optimizer.learningRate",
      { schedule: "cosineDecay", initialLearningRate: 0.1, decaySteps: 5, warmupSteps: 5 },
      "LC1223 add `warmupTarget: 0.1` beside it",
    ],
    ["layers.0", { units: 8 }, `LC1102 add \`type:\` and one of ${layerTypes().join(", ")}`],
    ["layers.0", { lstm: { units: 8 } }, "LC1102 write `type: lstm`, and the other keys beside it"],
    ["layers.0", null, "LC1103 give a map"],
    ["layers.0.type", "LSTM", "LC1104 did you mean `lstm`?"],
    ["layers.0.units", "8", "LC1103 write `8`, without quotes and separators"],
    ["layers.0.units", "1_000", "LC1103 write `1000`, without quotes and separators"],
    ["layers.0.units", 8.5, "LC1103 give an integer"],
    ["layers.0.useBias", "yes", "LC1103 write `true`: YAML 1.2 has true and false only"],
    [
      "layers.0.activation",
      "leaky",
      "LC1104 use one of tanh, relu, sigmoid, hardSigmoid, linear, elu, selu, gelu, softplus, softsign, swish, mish, softmax, relu6, geluNew, exponential, hardSigmoid02",
    ],
    ["layers.0.kernelInitializer", "he_normal", "LC1104 did you mean `heNormal`?"],
    ["layers.0.kernelInitializer", "constant", "LC1104 write a map with `type: constant`"],
    ["layers.1", { type: "concatenate", inputs: ["lstm1", "lstm1"], axis: 3 }, "LC1104 use one of -1, 1, 2"],
    ["layers.1", { type: "concatenate", inputs: ["lstm1", "lstm1"], axis: "last" }, "LC1103 use one of -1, 1, 2"],
    ["layers.1", { type: "dot", inputs: ["lstm1", "lstm1"], axes: "last" }, "LC1103 give an integer or a list"],
    ["layers.1", { type: "dot", inputs: ["lstm1", "lstm1"], axes: [1] }, "LC1107 give at least 2 items"],
    ["layers.1", { type: "dot", inputs: ["lstm1", "lstm1"], axes: 3 }, "LC1105 write a number that is at most 2"],
    ["layers.0.kernelInitializer", 3, "LC1103 write a name, such as glorotUniform"],
    ["layers.0.kernelInitializer", null, "LC1103 write a name, such as glorotUniform"],
    ["layers.0.kernelInitializer", [0.1], "LC1103 write a name, such as glorotUniform"],
    ["layers.0.kernelInitializer", { type: "constnt" }, "LC1104 did you mean `constant`?"],
    [
      "layers.0.kernelInitializer",
      { value: 1 },
      "LC1102 add `type:` and one of constant, randomUniform, randomNormal, truncatedNormal, orthogonal, identity, varianceScaling",
    ],
    ["layers.0.kernelInitializer", { constant: 1 }, "LC1102 write `type: constant`, and the other keys beside it"],
    ["layers.0.kernelInitializer", { type: "constant", vale: 1 }, "LC1101 did you mean `value`?"],
    [
      "layers.0.kernelInitializer",
      { type: "constant", gain: 1 },
      "LC1101 `gain` is a key of the initializer orthogonal, the initializer identity",
    ],
    [
      "layers.0.kernelInitializer",
      { type: "constant", value: "0.1" },
      "LC1103 write `0.1`, without quotes and separators",
    ],
    ["layers.0.kernelInitializer", { type: "randomNormal", stddev: -1 }, "LC1105 write a number that is at least 0"],
    ["layers.0.kernelInitializer", { type: "varianceScaling", mode: "fan_in" }, "LC1104 did you mean `fanIn`?"],
    ["layers.0.biasInitializer", { type: "orthogonal", gain: 2 }, "LC1210 use zeros"],
    ["layers.0.biasInitializer", "identity", "LC1210 use zeros"],
    ["layers.0.biasConstraint", { type: "maxNorm", axis: 1 }, "LC1217 use axis 0"],
    ["layers.0.recurrentConstraint", { type: "unitNorm", axis: 3 }, "LC1217 use an axis from 0 to 1"],
    ["layers.0.kernelConstraint", { type: "minMaxNorm", axis: 4 }, "LC1105 write a number that is at most 3"],
    ["training.loss", "sparse_categorical_crossentropy", "LC1104 did you mean `sparseCategoricalCrossentropy`?"],
    ["training.loss", "mse", "LC1104 did you mean `meanSquaredError`?"],
    ["training.metrics", "accuracy", "LC1103 write `[accuracy]`"],
    ["specVersion", "1", "LC1103 write `1` without quotes"],
    ["specVersion", 2, "LC1104 write `1`"],
    ["name", "", "LC1106 use lower-case words joined by hyphens"],
    ["name", "MyModel 2", "LC1106 use lower-case words joined by hyphens, such as my-model-2"],
    ["name", "com1", "LC1207 choose another name"],
    ["dataset.scale", 0, "LC1105 write a number that is greater than 0"],
    ["training.classWeight", { one: 2 }, "LC1101 use whole numbers from 0 up, such as `0: 1`"],
    ["training.classWeight", { "-1": 2 }, "LC1101 use whole numbers from 0 up, such as `0: 1`"],
    ["training.seed", 2 ** 32, "LC1105 write a number that is at most 4294967295"],
  ])("%s: %j is one mistake with one fix", (path, value, expected) => {
    expect(summary(change(path, value))).toEqual([expected]);
  });

  it("names the line of the layer that must return its sequence", () => {
    const { diagnostics } = check({
      ...BASE,
      layers: [{ type: "lstm", units: 4 }, { type: "dropout", rate: 0.1 }, ...BASE.layers],
    });
    expect(diagnostics.map(({ code }) => code)).toEqual(["LC1201"]);
    expect(diagnostics[0]!.fix).toBe("add `returnSequences: true` to the lstm in line 7");
  });

  it.each(["../a.csv", "/a.csv", "C:/a.csv", "a/../../b.csv"])("keeps the path %s out", (path) => {
    const dataset = { type: "csv", path, target: "t", lookback: 3 };
    const layers = [
      { type: "lstm", units: 8 },
      { type: "dense", units: 1 },
    ];
    const found = check({ ...BASE, dataset, layers, training: { loss: "meanSquaredError" } });
    expect(found.diagnostics.map(({ code }) => code)).toEqual(["LC1208"]);
  });

  it("gives warnings beside the spec", () => {
    const { spec, diagnostics } = check(change("layers.0.activation", "relu"));
    expect(diagnostics.map(({ code, severity }) => `${severity} ${code}`)).toEqual(["warning LC2002"]);
    expect(spec).toBeDefined();
  });

  it("survives any value anywhere, and always says something about a spec that it refuses", () => {
    const paths = [
      "specVersion",
      "name",
      "description",
      "dataset",
      "dataset.type",
      "dataset.scale",
      "layers",
      "layers.0",
      "layers.0.type",
      "layers.0.units",
      "layers.0.name",
      "layers.1.activation",
      "optimizer",
      "optimizer.type",
      "optimizer.extra",
      "training",
      "training.loss",
      "training.metrics",
    ];
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom("", "__proto__", "constructor", -1, 1e308, 0.5, "lstm", "toString"),
    );
    fc.assert(
      fc.property(fc.constantFrom(...paths), value, (path, replacement) => {
        const { spec, diagnostics } = check(change(path, replacement)) as ReturnType<typeof validate>;
        const errors = diagnostics.filter(({ severity }) => severity === "error");
        expect(spec === undefined).toBe(errors.length > 0);
        for (const { line, column } of diagnostics) {
          expect(line).toBeGreaterThanOrEqual(1);
          expect(column).toBeGreaterThanOrEqual(1);
        }
      }),
      { numRuns: 1500, seed: 3 },
    );
  });
});

describe("suggest", () => {
  it("knows other spellings, aliases and slips, and nothing far away", () => {
    expect(suggest("Sparse-Categorical_Crossentropy", ["sparseCategoricalCrossentropy"])).toBe(
      "sparseCategoricalCrossentropy",
    );
    expect(suggest("mae", ["meanSquaredError", "meanAbsoluteError"])).toBe("meanAbsoluteError");
    expect(suggest("unitz", ["units", "useBias"])).toBe("units");
    expect(suggest("gru", ["lstm", "dense"])).toBeUndefined();
    expect(suggest("constructor", ["units"])).toBeUndefined();
  });
});

/** The layer types in the order of the schema. */
function layerTypes(): string[] {
  return choicesOf(schema().$defs!.Layer!).values;
}

describe("a spec with thousands of mistakes", () => {
  const metrics = Array.from({ length: 5000 }, (_, index) => `metric${index}`);
  const { diagnostics } = check(change("training.metrics", metrics));

  it("lists the first 200, in their order, and says that there are more", () => {
    expect(diagnostics).toHaveLength(200);
    expect(diagnostics.slice(1).map(({ message }) => message.split(";")[0])).toEqual(
      metrics.slice(0, 199).map((name, index) => `\`metrics[${index}]\` cannot be "${name}"`),
    );
    expect(diagnostics.filter(({ message }) => message.includes("more mistakes follow"))).toEqual([diagnostics[199]]);
  });

  it.each([
    [["accuracy", "precision", "accuracy"], "LC1107 remove one"],
    [[{ type: "auc", curve: "PR" }, "recall", { curve: "PR", type: "auc" }], "LC1107 remove one"],
  ])("%j names one thing twice", (list, expected) => {
    expect(summary(change("training.metrics", list))).toEqual([expected]);
  });
});
