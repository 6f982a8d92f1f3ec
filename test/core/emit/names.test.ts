import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { GeneratedProgram } from "../../../src/core/compile.ts";
import { RESERVED_WORDS } from "../../../src/core/emit/names.ts";
import { compile } from "../../../src/node.ts";
import { programCommand } from "../../../src/program/run.ts";
import { writeProgram } from "../../../src/program/write.ts";
import { formatNpy } from "../../../src/support/data/npy.ts";
import { loadCheckpoint } from "../../../src/support/run/checkpoint.ts";
import { typeErrors } from "../../type-errors.ts";

/** Names that mean something in the language, in JavaScript's objects, or in generated programs. */
const NAMES = [
  ...RESERVED_WORDS,
  ...words(`abstract any as async bigint boolean constructor declare from get infer is keyof module namespace never number object of
    readonly require satisfies set string symbol type unique unknown using`),
  ...words("hasOwnProperty isPrototypeOf propertyIsEnumerable toLocaleString toString valueOf then"),
  ...words(`tf w x y step state states batch input output loss dataLoss lossOf labels targets weights mask masks random gradients
    inputGradients optimizer prediction layers metrics inputs forward computeGradients trainStep evaluateStep learningRate stepScalars
    applyGradients useAveragedWeights momentum momentumProduct penalty initializeWeights initializeOptimizer initializeStates
    namedWeights namedStates createWeight addFeatures rowsOf withRows dropoutMask dropoutMasks unionOfMasks joinMasks zeros ones
    constant identity glorotUniform glorotNormal orthogonal varianceScaling withUnitForgetBias l1 l2 l1l2 maxNorm nonNeg
    softmaxCrossEntropy sparseCategoricalCrossentropy meanSquaredError meanAbsoluteError huber ctcLoss classTargets classWeights
    classLabels iteration rate shrinkage averaging overwriting scalars`),
  // In capitals these are constants.
  ...words(`decay decaySteps decayRate initialLearningRate alpha boundaries values beta1 beta2 epsilon weightDecay clipNorm emaMomentum
    emaOverwriteFrequency classWeight lstm gru simpleRnn tanh relu sigmoid hardSigmoid linear elu softmax relu6 hardSigmoid02`),
  ...words(`encoder dEncoder gEncoder dDEncoder gGEncoder lstmForward lstmBackward denseForward denseBackward updateMovingStatistics
    batchNormalizationInference categoricalAccuracyState meanValue`),
];

function words(text: string): string[] {
  return text.split(/\s+/);
}

const files = (name: string) => ({ train: `${name}.npy`, test: `${name}.npy` });

/** A model that has every kind of line in its functions, of nine names: three inputs, six layers. */
function everyKind(names: readonly string[]): object {
  const inputs = names.slice(0, 3);
  const [joined, both, normalized, dropped, sum, cell] = names.slice(3);
  const dropout = { dropout: 0.1, recurrentDropout: 0.1 };
  return {
    specVersion: 1,
    name: "names",
    dataset: {
      type: "arrays",
      inputs: inputs.map((name) => ({ name, shape: [3, 2], ...files("x") })),
      targets: { encoding: "numbers", ...files("y") },
      sampleWeights: { train: "w.npy" },
    },
    layers: [
      { type: "masking", name: "firstOfAll", inputs: [inputs[0]] },
      { type: "concatenate", name: joined, inputs: ["firstOfAll", inputs[1], inputs[2]] },
      {
        type: "bidirectional",
        name: both,
        layer: { type: "lstm", units: 2, activation: "relu", returnSequences: true, stateful: true, ...dropout },
      },
      { type: "batchNormalization", name: normalized },
      { type: "dropout", name: dropped, rate: 0.1 },
      { type: "add", name: sum, inputs: [dropped, normalized] },
      { type: "lstm", name: cell, units: 2, kernelRegularizer: { l1: 0.01, l2: 0.01 }, ...dropout },
      { type: "dense", name: "lastOfAll", units: 1, kernelConstraint: { type: "nonNeg" } },
    ],
    optimizer: { type: "nadam", weightDecay: 0.01, clipNorm: 1, ema: { overwriteFrequency: 2 } },
    training: { loss: "huber", metrics: ["meanAbsoluteError"], epochs: 1, batchSize: 4, shuffle: false },
  };
}

function compiled(spec: object): GeneratedProgram {
  const { program, diagnostics } = compile(JSON.stringify(spec), { headerPath: "names.yaml" });
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  return program!;
}

const SIZE = 9;

/** Programs in which each name is that of an input once, and of two layers of other kinds. */
function programsOf(names: readonly string[]): GeneratedProgram["files"][] {
  const programs: GeneratedProgram["files"][] = [];
  for (let start = 0; start < names.length; start += SIZE) {
    const group = Array.from({ length: SIZE }, (_, k) => names[(start + k) % names.length]!);
    for (const turn of [0, 3, 6]) {
      programs.push(compiled(everyKind([...group.slice(turn), ...group.slice(0, turn)])).files);
    }
  }
  return programs;
}

/** As many as a spec may have. */
const LAYERS = 64;

/** Dense layers, one after the other. */
function chain(inputs: readonly string[], [first, ...rest]: readonly string[], name: string): object {
  return {
    specVersion: 1,
    name,
    dataset: {
      type: "arrays",
      inputs: inputs.map((input) => ({ name: input, shape: [2], ...files("x") })),
      targets: { encoding: "numbers", ...files("y") },
    },
    layers: [
      { type: "concatenate", name: first, inputs },
      ...rest.map((layer) => ({ type: "dense", units: 1, name: layer })),
    ],
    optimizer: { type: "adamw" },
    training: { loss: "meanSquaredError", epochs: 1, batchSize: 4 },
  };
}

describe("a layer or an input", () => {
  it("may have any name, of the language or of the program itself: the code passes strict type checks", () => {
    expect(typeErrors(programsOf([...new Set(NAMES)]))).toEqual([]);
  }, 600_000);

  it("may have any word of the generated code as its name", () => {
    const code = compiled(everyKind("a b c d e f g h i".split(" "))).files;
    const text = ["model.ts", "train.ts", "data.ts", "predictor.ts", "predict.ts"]
      .map((file) => code.get(file))
      .join("\n");
    // Constants are the capitals of a layer's name.
    const camel = (word: string): string =>
      /^[A-Z0-9_]+$/.test(word) ? word.toLowerCase().replace(/_+(.?)/g, (_, next: string) => next.toUpperCase()) : word;
    const identifiers = [...new Set(text.match(/\w+/g)!.map(camel))].filter((word) =>
      /^[a-z][A-Za-z0-9]{0,39}$/.test(word),
    );
    expect(identifiers.length).toBeGreaterThan(300);
    const programs: GeneratedProgram["files"][] = [];
    fc.assert(
      fc.property(
        fc
          .uniqueArray(fc.constantFrom(...identifiers), { minLength: SIZE, maxLength: SIZE })
          .filter((names) => !names.includes("firstOfAll") && !names.includes("lastOfAll")),
        (names) => void programs.push(compiled(everyKind(names)).files),
      ),
      { numRuns: 60, seed: 11 },
    );
    expect(typeErrors(programs)).toEqual([]);
  }, 600_000);

  it("keeps its name wherever it is read: only a variable is called otherwise", () => {
    const names = "class targets w output lstm relu huber encoder dEncoder".split(" ");
    const model = compiled(everyKind(names)).files.get("model.ts")!;
    for (const line of [
      "const class_ = Sequence.fromTensor(x.class);",
      "const targets = Sequence.fromTensor(x.targets);",
      "const w_ = Sequence.fromTensor(x.w);",
      "const output_ = concatenateForward([firstOfAll.y, targets, w_], OUTPUT",
      "const LSTM_ = { layer: LSTM,",
      "const lstm = bidirectionalForward(output_.y, w.lstm, LSTM_,",
      "const RELU_ = {",
      "const dEncoder_ = addBackward(",
      "const dDEncoder = lstmBackward(",
      '"dEncoder/kernel": w.dEncoder.kernel,',
      "import { huber as huber_ }",
      "return huber_(output, targets, { delta: 1 }, { weights });",
    ]) {
      expect(model).toContain(line);
    }
  });

  it("trains and predicts under its name", () => {
    mkdirSync(".tmp", { recursive: true });
    const root = resolve(mkdtempSync(join(".tmp", "names-")));
    try {
      const inputs = words(
        "targets weights iteration rate scalars inputs then toString constructor class w tf state random step read",
      );
      writeFileSync(
        join(root, "x.npy"),
        formatNpy(
          Float32Array.from({ length: 16 }, (_, k) => k / 16),
          [8, 2],
        ),
      );
      writeFileSync(
        join(root, "y.npy"),
        formatNpy(
          Float32Array.from({ length: 8 }, (_, k) => k / 8),
          [8],
        ),
      );
      const start = (program: string, ...args: string[]) => {
        const [command, ...rest] = programCommand(program);
        return spawnSync(command!, [...rest, "--backend", "wasm", ...args], { encoding: "utf8", cwd: root });
      };
      const unique = [...new Set(NAMES)].filter((name) => !inputs.includes(name));
      for (let first = 0; first < unique.length; first += LAYERS) {
        const names = unique.slice(first, first + LAYERS);
        const { folder } = writeProgram(root, compiled(chain(inputs, names, `names${first}`)));
        const trained = start(join(folder, "train.ts"), "--data", root, "--out", `run${first}`);
        expect(trained).toMatchObject({ status: 0 });
        const { weights } = loadCheckpoint(join(root, `run${first}`));
        expect(Object.keys(weights)).toEqual(names.slice(1).flatMap((name) => [`${name}/kernel`, `${name}/bias`]));
        const given = inputs.flatMap((name) => ["--input", `${name}=x.npy`]);
        const predicted = start(join(folder, "predict.ts"), "--run", `run${first}`, "--json", ...given);
        expect(predicted.stderr).toContain(`weights: run${first}`);
        expect(JSON.parse(predicted.stdout)).toHaveLength(8);
      }
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  }, 600_000);
});
