import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { choicesOf, schema } from "../../../src/core/schema/schema-file.ts";
import { compile } from "../../../src/node.ts";

type Choice = string | { type: string; [option: string]: unknown };

const CLASS_METRICS: Choice[] = [
  "accuracy",
  "binaryAccuracy",
  "categoricalAccuracy",
  "sparseCategoricalAccuracy",
  { type: "topKCategoricalAccuracy", k: 2 },
  { type: "sparseTopKCategoricalAccuracy", k: 3 },
];
const MORE_CLASS_METRICS: Choice[] = ["precision", { type: "recall", threshold: 0.3 }, "f1", "auc", "perplexity"];
const PR_AUC = { type: "auc", curve: "PR" };
const NUMBER_METRICS: Choice[] = [
  "rootMeanSquaredError",
  "meanAbsoluteError",
  "meanSquaredError",
  "meanAbsolutePercentageError",
];

/** [loss, last activation] */
const CLASS_LOSSES: [Choice, string][] = [
  ["sparseCategoricalCrossentropy", "softmax"],
  [{ type: "sparseCategoricalCrossentropy", fromLogits: true }, "linear"],
  [{ type: "categoricalCrossentropy", labelSmoothing: 0.1 }, "softmax"],
  ["binaryCrossentropy", "sigmoid"],
  ["kullbackLeiblerDivergence", "softmax"],
  ["hinge", "linear"],
  ["squaredHinge", "linear"],
  ["categoricalHinge", "linear"],
];
const NUMBER_LOSSES: Choice[] = [
  "meanSquaredError",
  "meanAbsoluteError",
  "meanAbsolutePercentageError",
  "meanSquaredLogarithmicError",
  { type: "huber", delta: 0.5 },
  "logcosh",
  "poisson",
  "cosineSimilarity",
  { type: "quantile", quantile: 0.9 },
];

function spec(dataset: object, units: number, activation: string, training: object): object {
  return {
    specVersion: 1,
    name: "example",
    dataset,
    layers: [
      { type: "lstm", units: 3 },
      { type: "dense", units, activation },
    ],
    optimizer: { type: "adam" },
    training,
  };
}

const DIGITS = { type: "digits", scale: 255 };
const CSV = { type: "csv", path: "a.csv", target: "y", lookback: 4, horizon: 2, scaling: "minMax" };
const SEQUENCES = {
  type: "arrays",
  inputs: [{ shape: [9, 3], train: "x", test: "x" }],
  targets: { encoding: "labelSequence", classes: 5, length: 4, train: "y", test: "y" },
};
const CTC = [
  {
    layers: [{ type: "lstm", units: 3, returnSequences: true }],
    dataset: { ...SEQUENCES, sampleWeights: { train: "w" } },
  },
  { layers: [{ type: "masking" }, { type: "gru", units: 3, returnSequences: true }], dataset: SEQUENCES },
].map((part) => ({
  ...spec({}, 5, "linear", { loss: "ctc" }),
  ...part,
  layers: [...part.layers, { type: "dense", units: 5 }],
}));
const PAIRS = {
  type: "idx",
  rows: 4,
  columns: 4,
  classes: 2,
  scale: 255,
  trainImages: "a",
  trainLabels: "b",
  testImages: "c",
  testLabels: "d",
};

const SPECS = [
  ...CLASS_LOSSES.map(([loss, activation], index) =>
    spec(DIGITS, 10, activation, {
      loss,
      metrics: index % 2 === 0 ? CLASS_METRICS : MORE_CLASS_METRICS,
      classWeight: index === 0 ? { "1": 3 } : {},
    }),
  ),
  ...NUMBER_LOSSES.map((loss) => spec(CSV, 2, "softplus", { loss, metrics: NUMBER_METRICS })),
  spec({ ...CSV, time: "t", timeFormat: "dayFirst", order: "sort", season: 7 }, 2, "linear", {
    loss: "meanSquaredError",
  }),
  spec(CSV, 6, "linear", { loss: { type: "quantile", quantiles: [0.1, 0.5, 0.9] } }),
  ...CTC,
  spec(PAIRS, 1, "sigmoid", { loss: "binaryCrossentropy", metrics: ["accuracy", "precision", "f1", "auc", PR_AUC] }),
  // Weights of classes, and of timesteps or samples.
  {
    specVersion: 1,
    name: "example",
    dataset: {
      type: "arrays",
      inputs: [{ shape: [5, 3], train: "a.npy", test: "b.npy" }],
      targets: { encoding: "binary", timesteps: 5, train: "c.npy", test: "d.npy" },
      sampleWeights: { train: "e.npy" },
    },
    layers: [
      { type: "masking" },
      { type: "lstm", units: 3, returnSequences: true },
      { type: "dense", units: 1, activation: "sigmoid" },
    ],
    optimizer: { type: "adam" },
    training: { loss: "binaryCrossentropy", metrics: ["accuracy"], classWeight: { "1": 3 } },
  },
  // Logits of every timestep, of which metrics see the probabilities.
  {
    specVersion: 1,
    name: "example",
    dataset: {
      type: "arrays",
      inputs: [{ shape: [5, 3], train: "a.npy", test: "b.npy" }],
      targets: { encoding: "labels", classes: 4, timesteps: 5, train: "c.npy", test: "d.npy" },
    },
    layers: [
      { type: "lstm", units: 3, returnSequences: true },
      { type: "dense", units: 4 },
    ],
    optimizer: { type: "adam" },
    training: {
      loss: { type: "sparseCategoricalCrossentropy", fromLogits: true },
      metrics: ["precision", "perplexity"],
    },
  },
];

function typesIn(choice: string): string[] {
  return choicesOf(schema().$defs![choice]!).values;
}

describe("emitted programs", () => {
  it("are tried with every loss and metric of the schema", () => {
    const typeOf = (choice: Choice) => (typeof choice === "string" ? choice : choice.type);
    const losses = [...CLASS_LOSSES.map(([loss]) => loss), ...NUMBER_LOSSES, "ctc"].map(typeOf);
    expect([...new Set(losses)].sort()).toEqual(typesIn("LossMap").sort());
    const metrics = [...CLASS_METRICS, ...MORE_CLASS_METRICS, ...NUMBER_METRICS].map(typeOf);
    expect([...new Set(metrics)].sort()).toEqual(typesIn("MetricMap").sort());
  });

  it("compile and are free of type errors with every loss and metric", () => {
    mkdirSync(".tmp", { recursive: true });
    const root = mkdtempSync(join(".tmp", "losses-")); // inside the project, where the packages' types are found
    try {
      const files: string[] = [];
      for (const [index, value] of SPECS.entries()) {
        const { program, diagnostics } = compile(stringify(value));
        expect(diagnostics, JSON.stringify(value)).toEqual([]);
        for (const [path, text] of program!.files) {
          if (!path.endsWith(".ts")) continue;
          const file = join(root, `p${index}`, path);
          mkdirSync(dirname(file), { recursive: true });
          writeFileSync(file, text);
          files.push(file);
        }
      }
      const checked = ts.createProgram(files, {
        target: ts.ScriptTarget.ES2022,
        lib: ["lib.es2023.d.ts"],
        module: ts.ModuleKind.NodeNext,
        moduleResolution: ts.ModuleResolutionKind.NodeNext,
        types: ["node"],
        strict: true,
        noUncheckedIndexedAccess: true,
        exactOptionalPropertyTypes: true,
        noUnusedLocals: true,
        allowImportingTsExtensions: true,
        skipLibCheck: true,
        noEmit: true,
      });
      const errors = ts
        .getPreEmitDiagnostics(checked)
        .map(({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`);
      expect(errors).toEqual([]);
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  }, 240_000);
});

it.each([
  [{ type: "conv1d", filters: 4, kernelSize: 3, padding: "same" }, 'strides: 1, padding: "same", dilationRate: 1'],
  [{ type: "dense", units: 4 }, ""],
])("a loss takes over the activation of the last layer and none of its other options: %o", (head, others) => {
  const files = { train: "a.npy", test: "b.npy" };
  const { program } = compile(
    stringify({
      specVersion: 1,
      name: "head",
      dataset: {
        type: "arrays",
        inputs: [{ name: "series", shape: [6, 3], ...files }],
        targets: { encoding: "labels", classes: 4, timesteps: 6, ...files },
      },
      layers: [{ ...head, name: "last", activation: "softmax" }],
      optimizer: { type: "adam" },
      training: { loss: "sparseCategoricalCrossentropy" },
    }),
  );
  const [, options] = /const LAST = \{ (.*) \} as const/.exec(program!.files.get("model.ts")!)!;
  expect(options).toBe(["activation: LINEAR", others].filter((text) => text !== "").join(", "));
});

describe("messages about losses and metrics", () => {
  const told = (training: string) =>
    compile(
      `${stringify(spec(DIGITS, 10, "softmax", {})).replace(/training:.*/s, "")}training: ${training}\n`,
    ).diagnostics.map(({ code, message, fix }) => `${code}: ${message}; ${fix}`);
  const sparse = "sparseCategoricalCrossentropy";

  it.each([
    ["{loss: mse}", 'LC1104: `loss` cannot be "mse"; did you mean `meanSquaredError`?'],
    ["{loss: sparse_categorical_crossentropy}", `did you mean \`${sparse}\`?`],
    ["{loss: {type: hubr}}", "LC1104: unknown type `hubr`; did you mean `huber`?"],
    ["{loss: 3}", "LC1103: `loss` is the number 3, but must be a name or a map; write a name"],
    ["{loss: }", "LC1103: `loss` is empty, but must be a name or a map"],
    ["{loss: {delta: 1}}", "LC1102: `loss` lacks the key `type`"],
    ["{loss: {type: huber, gamma: 1}}", "LC1101: unknown key `gamma`"],
    ["{loss: {type: huber, delta: 0}}", "LC1105: `delta` is 0, but must be greater than 0"],
    ["{loss: {type: categoricalCrossentropy, label_smoothing: 0.1}}", "did you mean `labelSmoothing`?"],
    [
      `{loss: ${sparse}, metrics: accuracy}`,
      'LC1103: `metrics` is the text "accuracy", but must be a list; write `[accuracy]`',
    ],
    [`{loss: ${sparse}, metrics: [acc]}`, "did you mean `accuracy`?"],
    [`{loss: ${sparse}, metrics: [3]}`, "LC1103: `metrics[0]` is the number 3, but must be a name or a map"],
  ])("%s", (training, expected) => {
    const messages = told(training);
    expect(messages).toHaveLength(1);
    expect(messages[0]).toContain(expected);
  });
});
