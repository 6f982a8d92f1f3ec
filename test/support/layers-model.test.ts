import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import * as layers from "@tensorflow/tfjs-layers";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { SavedTensors } from "../../src/support/checkpoint.ts";
import {
  denseLayer,
  dropoutLayer,
  type LayerDescription,
  lstmLayer,
  writeLayersModel,
} from "../../src/support/layers-model.ts";
import * as activations from "../../src/support/nn/activations.ts";
import { lstmForward } from "../../src/support/nn/lstm.ts";
import { Sequence } from "../../src/support/nn/sequence.ts";
import { RandomStream } from "../../src/support/random.ts";

let folder: string;
beforeAll(async () => {
  await tf.setBackend("cpu");
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "layers-model-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function weight(name: string, shape: number[]): [string, SavedTensors[string]] {
  const random = new RandomStream(3, name);
  const count = shape.reduce((product, n) => product * n, 1);
  return [name, { shape, values: Float32Array.from({ length: count }, (_, k) => 2 * random.uniform(k) - 1) }];
}

/** Reads model.json and its shards as `tf.loadLayersModel` does over HTTP. */
async function load(): Promise<layers.LayersModel> {
  const { modelTopology, weightsManifest } = JSON.parse(readFileSync(join(folder, "model.json"), "utf8"));
  const [group] = weightsManifest as [{ paths: string[]; weights: tf.io.WeightsManifestEntry[] }];
  const bytes = Buffer.concat(group.paths.map((path) => readFileSync(join(folder, path))));
  const weightData = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  return layers.loadLayersModel({ load: async () => ({ modelTopology, weightSpecs: group.weights, weightData }) });
}

function write(inputShape: number[], described: LayerDescription[], weights: SavedTensors): { warnings: string[] } {
  return writeLayersModel(folder, { name: "net", inputShape, layers: described, weights, generatedBy: "lstm-compile" });
}

const LSTM = { units: 3, recurrentActivation: "sigmoid", useBias: true, unitForgetBias: true };
const SERIALISED: activations.Activation[] = Object.values(activations).filter(
  (a) => a.name !== "softmax" && a.name !== "hardSigmoid",
);

describe("writeLayersModel", () => {
  it.each(SERIALISED.map((a) => [a.name, a] as const))("loads to the same LSTM with %s", async (name, activation) => {
    const [T, B, F, U] = [4, 2, 5, 3];
    const weights = Object.fromEntries([
      weight("lstm1/kernel", [F, 4 * U]),
      weight("lstm1/recurrentKernel", [U, 4 * U]),
      weight("lstm1/bias", [4 * U]),
    ]);
    const described = lstmLayer("lstm1", { ...LSTM, activation: name, returnSequences: true });
    expect(write([T, F], [described], weights).warnings).toEqual([]);
    const model = await load();

    const x = tf.tensor3d(weight("x", [T, B, F])[1].values, [T, B, F]);
    const variable = (key: string): tf.Variable => tf.variable(tf.tensor(weights[key]!.values, weights[key]!.shape));
    const ours = lstmForward(
      Sequence.fromTensor(x),
      {
        kernel: variable("lstm1/kernel") as tf.Variable<tf.Rank.R2>,
        recurrentKernel: variable("lstm1/recurrentKernel") as tf.Variable<tf.Rank.R2>,
        bias: variable("lstm1/bias") as tf.Variable<tf.Rank.R1>,
      },
      { activation, recurrentActivation: activations.SIGMOID, returnSequences: true } as const,
    );
    const theirs = model.predict(tf.transpose(x, [1, 0, 2])) as tf.Tensor; // batch-major
    const expected = tf.transpose(ours.y.tensor, [1, 0, 2]).dataSync();
    const actual = theirs.dataSync();
    expect(actual.length).toBe(T * B * U);
    for (const [k, value] of expected.entries()) expect(actual[k]).toBeCloseTo(value, 4);
  });

  it("loads a stack without biases, with dropout and softmax", async () => {
    const weights = Object.fromEntries([
      weight("first/kernel", [2, 12]),
      weight("first/recurrentKernel", [3, 12]),
      weight("second/kernel", [3, 12]),
      weight("second/recurrentKernel", [3, 12]),
      weight("out/kernel", [3, 4]),
    ]);
    const lstm = { ...LSTM, activation: "tanh", useBias: false };
    const described = [
      lstmLayer("first", { ...lstm, returnSequences: true }),
      dropoutLayer("dropout1", { rate: 0.5 }),
      lstmLayer("second", { ...lstm, returnSequences: false }),
      denseLayer("out", { units: 4, activation: "softmax", useBias: false }),
    ];
    write([6, 2], described, weights);
    const model = await load();
    expect(model.layers.map((layer) => layer.name)).toEqual(["first", "dropout1", "second", "out"]);
    expect(model.inputs[0]!.shape).toEqual([null, 6, 2]);
    expect([...model.getLayer("out").getWeights()[0]!.dataSync()]).toEqual([...weights["out/kernel"]!.values]);
    expect(model.getLayer("dropout1").getConfig().rate).toBe(0.5);
    const output = model.predict(tf.ones([1, 6, 2])) as tf.Tensor;
    expect(output.shape).toEqual([1, 4]);
    expect(tf.sum(output).dataSync()[0]).toBeCloseTo(1, 5);
  });

  it("splits weights over shards of at most 4 MiB", async () => {
    const weights = Object.fromEntries([weight("wide/kernel", [1100, 1000]), weight("wide/bias", [1000])]);
    write([2, 1100], [denseLayer("wide", { units: 1000, activation: "linear", useBias: true })], weights);
    const shards = readdirSync(folder).filter((name) => name.endsWith(".bin"));
    expect(shards.length).toBe(2);
    for (const name of shards) expect(statSync(join(folder, name)).size).toBeLessThanOrEqual(4 * 1024 * 1024);
    const bias = (await load()).getLayer("wide").getWeights()[1]!;
    expect([...bias.dataSync()]).toEqual([...weights["wide/bias"]!.values]);
  });

  it("warns of hardSigmoid, which TensorFlow.js computes differently, and still writes the model", async () => {
    const weights = Object.fromEntries([weight("gate/kernel", [2, 3]), weight("gate/bias", [3])]);
    const described = denseLayer("gate", { units: 3, activation: "hardSigmoid", useBias: true });
    const { warnings } = write([4, 2], [described], weights);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain("gate");
    expect((await load()).layers).toHaveLength(1);
  });

  it("names a weight that is missing", () => {
    const described = denseLayer("out", { units: 3, activation: "linear", useBias: true });
    expect(() => write([4, 2], [described], Object.fromEntries([weight("out/kernel", [2, 3])]))).toThrow("out/bias");
  });
});
