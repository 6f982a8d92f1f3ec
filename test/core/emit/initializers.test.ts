import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { load } from "../../../src/core/load/load.ts";
import { draftPlan } from "../../../src/core/plan/plan.ts";
import { checkRules } from "../../../src/core/rules/rules.ts";
import { checkSchema } from "../../../src/core/schema/schema.ts";
import { compileChecked, Workspace } from "../../parity/program.ts";

const [T, F, U] = [4, 60, 40];
const files = { train: "x.npy", test: "x.npy" };

function spec(...layers: object[]): object {
  return {
    specVersion: 1,
    name: "initializers",
    dataset: {
      type: "arrays",
      inputs: [{ shape: [T, F], ...files }],
      targets: { encoding: "numbers", features: 1, ...files },
    },
    layers: [...layers, { type: "lstm", units: 2 }, { type: "dense", units: 1 }],
    optimizer: { type: "sgd", learningRate: 0.5 },
    training: { loss: "meanSquaredError" },
  };
}

const workspace = new Workspace();
beforeAll(() => tf.setBackend("cpu"));
afterAll(() => workspace.remove());

/** The model's source, and its first weights by name. */
async function compiled(...layers: object[]): Promise<{ source: string; weights: Record<string, number[]> }> {
  const program = compileChecked(spec(...layers));
  const { model } = await workspace.load(program);
  const weights = Object.entries(model.namedWeights(model.initializeWeights(1))).map(
    ([name, variable]) => [name, [...variable.dataSync()] as number[]] as const,
  );
  return { source: program.files.get("model.ts")!, weights: Object.fromEntries(weights) };
}

/** The kernel [F, U] of a dense layer. */
async function kernel(kernelInitializer: unknown): Promise<number[]> {
  const { weights } = await compiled({ type: "dense", units: U, name: "wide", kernelInitializer });
  return weights["wide/kernel"]!;
}

function moments(values: readonly number[]): { mean: number; stddev: number; farthest: number } {
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length;
  return { mean, stddev: Math.sqrt(variance), farthest: Math.max(...values.map((v) => Math.abs(v - mean))) };
}

const TRUNCATED = 0.8796; // standard deviation of a unit normal within ±2

describe("initializers with options", () => {
  it("constant", async () => {
    expect(new Set(await kernel({ type: "constant", value: 0.25 }))).toEqual(new Set([0.25]));
    expect(new Set(await kernel({ type: "constant" }))).toEqual(new Set([0]));
  });

  it("randomUniform", async () => {
    const values = await kernel({ type: "randomUniform", minval: 1, maxval: 3 });
    expect(Math.min(...values)).toBeGreaterThanOrEqual(1);
    expect(Math.min(...values)).toBeLessThan(1.02);
    expect(Math.max(...values)).toBeLessThanOrEqual(3);
    expect(Math.max(...values)).toBeGreaterThan(2.98);
    expect(moments(values).stddev).toBeCloseTo(2 / Math.sqrt(12), 1);
  });

  // stddev, and the farthest of 2400 values from the mean: within two standard deviations where it is cut off.
  it.each([
    ["randomNormal", { type: "randomNormal", mean: 2, stddev: 0.5 }, 2, 0.5, [1.4, 3]],
    ["truncatedNormal", { type: "truncatedNormal", mean: -1, stddev: 0.5 }, -1, 0.5 * TRUNCATED, [0.9, 1.05]],
    ["randomNormal's defaults", { type: "randomNormal", mean: 1 }, 1, 0.05, [0.14, 0.3]],
    ["varianceScaling's defaults", { type: "varianceScaling" }, 0, Math.sqrt(1 / F), [0.27, 0.31]],
    [
      "varianceScaling, uniform over the fan out",
      { type: "varianceScaling", scale: 3, mode: "fanOut", distribution: "uniform" },
      0,
      Math.sqrt(3 / U),
      [0.45, 0.5],
    ],
    [
      "varianceScaling, normal over the average fan",
      { type: "varianceScaling", scale: 2, mode: "fanAvg", distribution: "untruncatedNormal" },
      0,
      Math.sqrt(2 / 50),
      [0.55, 1.2],
    ],
  ] as const)("%s", async (_name, initializer, mean, stddev, [near, far]) => {
    const found = moments(await kernel(initializer));
    expect(Math.abs(found.mean - mean)).toBeLessThan(0.1 * stddev);
    expect(Math.abs(found.stddev / stddev - 1)).toBeLessThan(0.05);
    expect(found.farthest).toBeGreaterThan(near);
    expect(found.farthest).toBeLessThan(far);
  });

  it("orthogonal", async () => {
    const values = await kernel({ type: "orthogonal", gain: 3 });
    const column = (c: number): number[] => values.filter((_value, i) => i % U === c);
    const dot = (a: number[], b: number[]): number => a.reduce((sum, v, k) => sum + v * b[k]!, 0);
    expect(dot(column(0), column(0))).toBeCloseTo(9, 4);
    expect(dot(column(0), column(U - 1))).toBeCloseTo(0, 4);
  });

  it("identity, as a name too", async () => {
    const diagonal = (gain: number): number[] =>
      Array.from({ length: F * U }, (_, i) => (Math.floor(i / U) === i % U ? gain : 0));
    expect(await kernel({ type: "identity", gain: 0.5 })).toEqual(diagonal(0.5));
    expect(await kernel("identity")).toEqual(diagonal(1));
  });

  it("of the layers inside wrappers, and of biases with unitForgetBias", async () => {
    const biasInitializer = { type: "constant", value: 0.5 };
    const layer = { type: "lstm", units: 2, biasInitializer, returnSequences: true };
    const dense = { type: "dense", units: 2, kernelInitializer: { type: "identity" } };
    const { weights } = await compiled(
      { type: "bidirectional", name: "both", layer },
      { type: "timeDistributed", name: "each", layer: dense },
    );
    for (const direction of ["forward", "backward"])
      expect(weights[`both/${direction}/bias`]).toEqual([0.5, 0.5, 1, 1, 0.5, 0.5, 0.5, 0.5]);
    expect(weights["each/kernel"]).toEqual([1, 0, 0, 1, 0, 0, 0, 0]);
  });

  it("of normalisation: a constant gamma", async () => {
    const gammaInitializer = { type: "constant", value: 0.1 };
    const { weights } = await compiled({ type: "layerNormalization", name: "norm", gammaInitializer });
    expect(weights["norm/gamma"]).toEqual(new Array(F).fill(Math.fround(0.1)));
  });

  it("become calls, and names stay names", async () => {
    const { source } = await compiled(
      { type: "dense", units: 2, kernelInitializer: { type: "varianceScaling", scale: 2 } },
      { type: "dense", units: 2, kernelInitializer: "heNormal", biasInitializer: { type: "constant", value: -0.5 } },
    );
    expect(source).toContain(
      '[60, 2], varianceScaling({ scale: 2, mode: "fanIn", distribution: "truncatedNormal" }), seed',
    );
    expect(source).toContain("[2, 2], heNormal, seed");
    expect(source).toContain("[2], constant(-0.5), seed");
  });
});

function problems(...layers: object[]): string[] {
  const { source } = load(JSON.stringify(spec(...layers)), "spec.yaml");
  const { spec: checked, diagnostics } = checkSchema(source!);
  const found = checked === undefined ? diagnostics : checkRules(draftPlan(checked, source!));
  return found.map(({ code, message, fix }) => `${code} ${message}: ${fix}`);
}

describe("initializers that do not fit", () => {
  it.each([
    [
      { type: "conv1d", filters: 2, kernelSize: 3, kernelInitializer: "identity" },
      "identity makes matrices, but the kernel of a conv1d has three axes: use orthogonal, which takes its last axis against the others",
    ],
    [
      { type: "layerNormalization", gammaInitializer: { type: "identity", gain: 2 } },
      "identity makes matrices, but `gamma` is a vector: use ones",
    ],
    [
      { type: "batchNormalization", movingMeanInitializer: "orthogonal" },
      "orthogonal makes matrices, but `movingMean` is a vector: use zeros",
    ],
    [
      {
        type: "bidirectional",
        layer: { type: "lstm", units: 2, returnSequences: true, biasInitializer: { type: "orthogonal" } },
      },
      "orthogonal makes matrices, but a bias is a vector: use zeros",
    ],
  ])("%j", (layer, expected) => {
    expect(problems(layer)).toEqual([`LC1210 ${expected}`]);
  });

  it.each([
    { type: "conv1d", filters: 2, kernelSize: 3, kernelInitializer: { type: "orthogonal" } },
    { type: "simpleRNN", units: 3, returnSequences: true, recurrentInitializer: "identity" },
    { type: "gru", units: 3, returnSequences: true, biasInitializer: "orthogonal" }, // [2, 3 · units] with resetAfter
    { type: "prelu", alphaInitializer: "orthogonal" }, // [timesteps, features]
  ])("%j fits", async (layer) => {
    expect(problems(layer)).toEqual([]);
    await compiled(layer);
  });
});
