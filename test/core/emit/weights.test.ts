import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { compile } from "../../../src/node.ts";
import { formatNpy } from "../../../src/support/data/npy.ts";
import { batchMajor, callByName, type Inputs, type Model, stepInputs } from "../../parity/program.ts";

const [N, T, F, BATCH] = [5, 3, 2, 3];
const KINDS = ["labels", "oneHot", "binary", "numbers"] as const;
type Kind = (typeof KINDS)[number];

interface Case {
  readonly kind: Kind;
  readonly perTimestep: boolean;
  readonly classWeight: boolean;
  readonly sampleWeights: "none" | "samples" | "timesteps";
  readonly masked: boolean;
  readonly last: "dense" | "bidirectional";
}

const CASES: Case[] = KINDS.flatMap((kind) =>
  [false, true].flatMap((perTimestep) =>
    [false, true].flatMap((classWeight) =>
      (["none", "samples", "timesteps"] as const).flatMap((sampleWeights) =>
        [false, true].flatMap((masked) =>
          (["dense", "bidirectional"] as const).map((last) => ({
            kind,
            perTimestep,
            classWeight,
            sampleWeights,
            masked,
            last,
          })),
        ),
      ),
    ),
  ),
).filter(
  ({ kind, perTimestep, classWeight, sampleWeights }) =>
    (perTimestep || sampleWeights !== "timesteps") && !(kind === "numbers" && classWeight),
);

const LOSSES = {
  labels: "sparseCategoricalCrossentropy",
  oneHot: "categoricalCrossentropy",
  binary: "binaryCrossentropy",
  numbers: "meanSquaredError",
} as const;
const UNITS = { labels: 3, oneHot: 3, binary: 1, numbers: 2 } as const;
const CLASS_WEIGHT = [1, 5, 0.25];

function spec({ kind, perTimestep, classWeight, sampleWeights, masked, last }: Case): object {
  const units = UNITS[kind];
  const size = kind === "labels" || kind === "oneHot" ? { classes: units } : { features: units };
  const dense = last === "dense";
  const activation = kind === "numbers" ? "linear" : kind === "binary" ? "sigmoid" : "softmax";
  const lstm = { type: "lstm", units: dense ? 3 : units, returnSequences: perTimestep };
  const classes = kind === "binary" ? 2 : units;
  return {
    specVersion: 1,
    name: "example",
    dataset: {
      type: "arrays",
      validation: "test",
      inputs: [{ shape: [T, F], train: "x.npy", test: "x.npy" }],
      targets: {
        encoding: kind,
        ...size,
        ...(perTimestep ? { timesteps: T } : {}),
        train: `${kind}-${perTimestep}.npy`,
        test: `${kind}-${perTimestep}.npy`,
      },
      ...(sampleWeights === "none" ? {} : { sampleWeights: { train: `${sampleWeights}.npy` } }),
    },
    layers: [
      ...(masked ? [{ type: "masking" }] : []),
      ...(dense
        ? [lstm, { type: "dense", units, activation }]
        : [{ type: "bidirectional", layer: lstm, mergeMode: "ave" }]),
    ],
    optimizer: { type: "sgd", learningRate: 0.1 },
    training: {
      loss: dense || kind === "numbers" ? LOSSES[kind] : { type: LOSSES[kind], fromLogits: true },
      batchSize: BATCH,
      ...(classWeight
        ? {
            classWeight: Object.fromEntries(
              CLASS_WEIGHT.slice(0, classes).map((weight, label) => [`${label}`, weight]),
            ),
          }
        : {}),
    },
  };
}

/** Deterministic numbers in 0..1. */
function values(count: number, salt: number): Float32Array {
  return Float32Array.from(
    { length: count },
    (_, k) => ((Math.imul(k + 1, 0x9e3779b1) ^ (salt * 7919)) >>> 8) / 2 ** 24,
  );
}

// The last sample has no step that counts, the one before it a gap in the middle.
const X = values(N * T * F, 1).map((value, k) => {
  const step = Math.floor(k / F);
  return step === 3 * T + 1 || step >= 4 * T ? 0 : 2 * value - 1;
});
const CLASSES = Int32Array.from(values(N * T, 2), (value) => Math.floor(3 * value));
const NUMBERS = values(N * T * 2, 3);
const SAMPLES = Float32Array.of(0.5, 2, 0, 1, 3);
const TIMESTEPS = values(N * T, 4).map((value, k) => (k % 5 === 0 ? 0 : 3 * value));

const root = join(".tmp"); // inside the project, where the packages' types are found
mkdirSync(root, { recursive: true });
const folder = mkdtempSync(join(root, "weights-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeAll(async () => {
  await tf.setBackend("cpu");
  const save = (name: string, data: Float32Array | Int32Array, shape: number[]): void =>
    writeFileSync(join(folder, name), formatNpy(data, shape));
  save("x.npy", X, [N, T, F]);
  save("samples.npy", SAMPLES, [N]);
  save("timesteps.npy", TIMESTEPS, [N, T]);
  for (const perTimestep of [false, true]) {
    const rows = perTimestep ? [N, T] : [N];
    const count = perTimestep ? N * T : N;
    const classes = CLASSES.slice(0, count);
    save(`labels-${perTimestep}.npy`, classes, rows);
    save(
      `oneHot-${perTimestep}.npy`,
      Float32Array.from({ length: 3 * count }, (_, k) => Number(classes[Math.floor(k / 3)] === k % 3)),
      [...rows, 3],
    );
    save(
      `binary-${perTimestep}.npy`,
      classes.map((label) => Math.min(label, 1)),
      [...rows, 1],
    );
    save(`numbers-${perTimestep}.npy`, NUMBERS.slice(0, 2 * count), [...rows, 2]);
  }
});

/** The loss of one row of outputs, and its weight by class. */
function rowLoss({ kind, last }: Case, row: number, output: readonly number[]): { loss: number; label: number } {
  const label = CLASSES[row]!;
  if (kind === "numbers") {
    const squares = output.map((value, k) => (value - NUMBERS[2 * row + k]!) ** 2);
    return { loss: squares.reduce((sum, square) => sum + square, 0) / 2, label };
  }
  if (kind === "binary") {
    const yes = Math.min(label, 1);
    const p = last === "dense" ? output[0]! : 1 / (1 + Math.exp(-output[0]!));
    return { loss: -Math.log(yes === 1 ? p : 1 - p), label: yes };
  }
  const p = last === "dense" ? output : output.map(Math.exp);
  return { loss: -Math.log(p[label]! / p.reduce((sum, value) => sum + value, 0)), label };
}

/** The mean loss of samples `start`.. from their outputs [B, (T,) units], as Keras defines it. */
function expectedLoss(given: Case, start: number, outputs: { shape: number[]; data: Float32Array }): number {
  const batch = outputs.shape[0]!;
  const steps = given.perTimestep ? T : 1;
  const units = outputs.shape.at(-1)!;
  const counts = (row: number): boolean => {
    if (!given.masked || !given.perTimestep) return true;
    return X.subarray(row * F, (row + 1) * F).some((value) => value !== 0);
  };
  let sum = 0;
  let counted = 0;
  for (let k = 0; k < batch * steps; k++) {
    const row = start * steps + k;
    if (!counts(row)) continue;
    counted++;
    const { loss, label } = rowLoss(given, row, [...outputs.data.subarray(k * units, (k + 1) * units)]);
    const bySample = { none: 1, samples: SAMPLES[Math.floor(row / steps)]!, timesteps: TIMESTEPS[row]! };
    sum += loss * bySample[given.sampleWeights] * (given.classWeight ? CLASS_WEIGHT[label]! : 1);
  }
  return sum / Math.max(counted, 1);
}

interface Data {
  loadData(directory: string, log: (line: string) => void): Promise<{ train: object }>;
  readBatch(split: object, indices: Int32Array): Promise<{ inputs: Inputs; targets: tf.Tensor; weights?: tf.Tensor }>;
}

describe("weights of classes, samples and timesteps", () => {
  const written = new Set<string>();
  let programs = 0;
  const load = async (value: object): Promise<{ data: Data; model: Model }> => {
    const { program, diagnostics } = compile(stringify(value));
    expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
    const name = `p${++programs}`;
    for (const [path, text] of program!.files) {
      const support = path.startsWith("support/");
      if (!path.endsWith(".ts") || (support && written.has(path))) continue;
      if (support) written.add(path);
      else if (path !== "data.ts" && path !== "model.ts") continue;
      const file = join(folder, support ? path : `${name}-${path}`);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text.replace('from "./data.ts"', `from "./${name}-data.ts"`));
    }
    const from = (file: string): Promise<unknown> => import(pathToFileURL(join(folder, `${name}-${file}`)).href);
    return { data: (await from("data.ts")) as Data, model: (await from("model.ts")) as Model };
  };

  it.each(CASES.map((given) => [Object.values(given).join(" "), given] as const))("%s", async (_name, given) => {
    const { data, model } = await load(spec(given));
    const { train } = await data.loadData(folder, () => {});
    const w = model.initializeWeights(1);
    const optimizer = model.initializeOptimizer(w);
    for (const [iteration, start] of [0, BATCH].entries()) {
      const indices = Int32Array.from({ length: Math.min(BATCH, N - start) }, (_, k) => start + k);
      const { inputs: x, ...rest } = await data.readBatch(train, indices);
      tf.tidy(() => {
        const wanted = expectedLoss(given, start, batchMajor(model.forward(w, x).prediction));
        const step = stepInputs(model, iteration);
        const [sum] = callByName(model.trainStep, { w, optimizer, x, ...rest, step }).dataSync();
        expect(sum! / indices.length).toBeCloseTo(wanted, 5);
      });
    }
  });
});
