import { existsSync, readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js";
import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import * as layers from "@tensorflow/tfjs-layers";
import { sparseCategoricalCrossentropy } from "@tensorflow/tfjs-layers/dist/losses.js";
import { beforeAll, describe, expect, it, vi } from "vitest";

beforeAll(() => tf.setBackend("cpu"));

const numbers = (x: unknown): number[] => [...(x as tf.Tensor).dataSync()];

function modelOf(shape: number[], ...chain: layers.layers.Layer[]): layers.Sequential {
  const model = layers.sequential();
  model.add(layers.layers.inputLayer({ inputShape: shape }));
  for (const layer of chain) model.add(layer);
  return model;
}

/** How far one step with the gradient 1 moves a weight. */
function stepOf(optimizer: tf.Optimizer): number {
  const w = tf.variable(tf.scalar(0));
  optimizer.applyGradients({ [w.name]: tf.scalar(1) });
  return -numbers(w)[0]!;
}

/** What TensorFlow.js does otherwise, each in the words of docs/layers.md. */
const FACTS: Readonly<Record<string, () => void | Promise<void>>> = {
  "the gates of `lstm` and `gru` are hardSigmoid by default": () => {
    for (const make of [layers.layers.lstm, layers.layers.gru]) {
      expect(make({ units: 1 }).getConfig().recurrentActivation).toBe("hardSigmoid");
    }
  },
  "hardSigmoid is clip(0.2 x + 0.5, 0, 1)": () => {
    const model = modelOf([2], layers.layers.activation({ activation: "hardSigmoid" }));
    const [one, three] = numbers(model.predict(tf.tensor2d([[1, 3]])));
    expect([one, three]).toEqual([expect.closeTo(0.7), 1]);
  },
  "kernels of recurrent layers start as glorotNormal, and the forget gate's bias at 0 unless asked otherwise": () => {
    const lstm = layers.layers.lstm({ units: 2 });
    expect(lstm.getConfig().kernelInitializer).toMatchObject({ config: { distribution: "normal" } });
    modelOf([3, 1], lstm);
    expect(numbers(lstm.getWeights()[2])).toEqual(new Array(8).fill(0));
  },
  "`gru` has no `resetAfter`": () => {
    expect(() => layers.layers.gru({ units: 1, resetAfter: true } as never)).toThrow("reset_after");
  },
  "`conv1d` has no causal padding": () => {
    const model = modelOf([4, 1], layers.layers.conv1d({ filters: 1, kernelSize: 2, padding: "causal" }));
    expect(() => model.predict(tf.ones([1, 4, 1]))).toThrow("CAUSAL");
  },
  "there are no layers `attention`, `additiveAttention`, `normalization` and `subtract`": () => {
    for (const name of ["attention", "additiveAttention", "normalization", "subtract"]) {
      expect(layers.layers).not.toHaveProperty(name);
    }
  },
  "`dot` with `normalize` leaves vectors shorter than 3e-4 short": () => {
    const inputs = [layers.input({ shape: [2] }), layers.input({ shape: [2] })];
    const output = layers.layers.dot({ axes: -1, normalize: true }).apply(inputs) as layers.SymbolicTensor;
    const model = layers.model({ inputs, outputs: output });
    expect(numbers(model.predict([tf.tensor2d([[1e-4, 0]]), tf.tensor2d([[1, 0]])]))).toEqual([
      expect.closeTo(1e-4 / Math.sqrt(1e-7), 4),
    ]);
  },
  "`adam` divides by √(v / (1 − beta2ᵗ)) + epsilon": () => {
    expect(stepOf(tf.train.adam(1, 0.9, 0.999, 1))).toBeCloseTo(0.5, 4);
  },
  "`rmsprop` with `centered` subtracts epsilon under the root": () => {
    expect(stepOf(tf.train.rmsprop(1, 0.9, 0, 0.01, true))).toBeCloseTo(1 / Math.sqrt(0.1 - 0.01 - 0.01), 4);
  },
  "there are no `adamw` and `nadam`, and no optimizer clips gradients, decays or averages weights": () => {
    expect(tf.train).not.toHaveProperty("adamw");
    expect(tf.train).not.toHaveProperty("nadam");
    expect(Object.keys(tf.train.adam(1).getConfig()).sort()).toEqual(["beta1", "beta2", "epsilon", "learningRate"]);
  },
  "sparse cross-entropy of logits clips them to 0 to 1 first": () => {
    const loss = (logit: number): number[] => {
      const logits = tf.tensor2d([[logit, 0]]);
      return numbers(sparseCategoricalCrossentropy(tf.tensor1d([0]), logits, true));
    };
    expect(loss(9)).toEqual([expect.closeTo(loss(1)[0]!, 5)]);
  },
  "a `seed` of dropout drops the same units at every step": () => {
    const dropout = layers.layers.dropout({ rate: 0.5, seed: 3 });
    const drop = (): number[] => numbers(dropout.apply(tf.ones([1, 64]), { training: true }));
    const first = drop();
    expect(first).toContain(0);
    expect(drop()).toEqual(first);
  },
  "one `seed` gives weights of one shape the same values": () => {
    const values = () => numbers(layers.initializers.glorotUniform({ seed: 3 }).apply([4, 4]));
    expect(values()).toEqual(values());
  },
  "`randomNormal` with seed 0 has no seed": () => {
    const values = (seed: number) =>
      numbers(layers.initializers.randomNormal({ mean: 0, stddev: 1, seed }).apply([16]));
    expect(values(1)).toEqual(values(1));
    expect(values(0)).not.toEqual(values(0));
  },
  "dropout inside recurrent layers takes no seed": () => {
    expect(layers.layers.lstm({ units: 1, dropout: 0.5, seed: 3 } as never).getConfig()).not.toHaveProperty("seed");
  },
  "`fit` shuffles with Math.random": async () => {
    const model = modelOf([1], layers.layers.dense({ units: 1 }));
    model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
    const random = vi.spyOn(Math, "random");
    await model.fit(tf.ones([64, 1]), tf.ones([64, 1]), { shuffle: true, verbose: 0 });
    expect(random.mock.calls.length).toBeGreaterThanOrEqual(63);
    random.mockRestore();
  },
  "`fit` takes no weights of samples": async () => {
    const model = modelOf([1], layers.layers.dense({ units: 1 }));
    model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
    const fitting = model.fit(tf.ones([2, 1]), tf.ones([2, 1]), { sampleWeight: tf.ones([2]), verbose: 0 });
    await expect(fitting).rejects.toThrow("sample weight");
  },
  "early stopping cannot restore the best weights": () => {
    expect(() => layers.callbacks.earlyStopping({ restoreBestWeights: true })).toThrow("not implemented");
  },
  "on wasm there is no gradient of embeddings and convolutions": () => {
    expect(tf.getKernel("MatMul", "wasm") ?? tf.getKernel("BatchMatMul", "wasm")).toBeDefined();
    expect(tf.getKernel("UnsortedSegmentSum", "wasm")).toBeUndefined();
    expect(tf.getKernel("Conv2DBackpropFilter", "wasm")).toBeUndefined();
  },
};

describe("TensorFlow.js 4.22 differs:", () => {
  it.each(Object.entries(FACTS))("%s", (_, check) => check());

  it("docs/layers.md tells all of it, and each of its rows has a test", () => {
    const text = readFileSync("docs/layers.md", "utf8").split("\n## Where TensorFlow.js 4.22 differs\n")[1]!;
    const rows = text
      .split("\n")
      .filter((line) => line.startsWith("| ") && !/^\| (-|in TensorFlow)/.test(line))
      .map((line) => line.slice(2, -2).split(" | ") as [string, string, string]);
    const own = "`test/core/layers/tensorflow-js.test.ts`";
    expect(rows.filter(([, , proof]) => proof === own).map(([fact]) => fact)).toEqual(Object.keys(FACTS));
    for (const [fact, here, proof] of rows) {
      expect(here.length, fact).toBeGreaterThan(3);
      expect(existsSync(proof.replaceAll("`", "")), fact).toBe(true);
    }
  });
});
