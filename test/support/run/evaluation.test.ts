import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { meanValue } from "../../../src/support/nn/metrics/mean.ts";
import { confusionMatrix, evaluateSplit } from "../../../src/support/run/evaluation.ts";
import { activate } from "../nn/fixtures.ts";

beforeAll(() => activate("wasm"));

const METRICS = [
  { name: "loss", size: 1, value: meanValue },
  { name: "accuracy", size: 1, value: meanValue },
];

function settings(read: (indices: Int32Array) => { x: tf.Tensor1D }) {
  const step = ({ x }: { x: tf.Tensor1D }) => ({
    totals: tf.tidy(() => tf.stack([tf.sum(x), tf.sum(tf.cast(tf.greater(x, 2), "float32"))]) as tf.Tensor1D),
    predicted: tf.cast(x, "int32"),
  });
  return { batchSize: 3, metrics: METRICS, read, step };
}

describe("evaluateSplit", () => {
  it("reads every sample once, in order, and leaves no tensor", async () => {
    const before = tf.memory().numTensors;
    const sizes: number[] = [];
    const read = (indices: Int32Array) => {
      sizes.push(indices.length);
      return { x: tf.tensor1d(indices, "float32") };
    };
    const { values, predicted } = await evaluateSplit(8, { ...settings(read), keep: "int32" });
    expect(sizes).toEqual([3, 3, 2]);
    expect(predicted).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(values).toEqual([28 / 8, 5 / 8]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it("keeps no predictions that nobody wants", async () => {
    const { predicted } = await evaluateSplit(
      8,
      settings((indices) => ({ x: tf.tensor1d(indices, "float32") })),
    );
    expect(predicted).toEqual([]);
  });
});

it("confusionMatrix counts classes: rows true, columns predicted, of any number of samples", async () => {
  const labels = [0, 1, 1, 2];
  const split = (times: number) => ({
    count: labels.length * times,
    read: async (indices: Int32Array) => ({ inputs: {}, targets: indices.map((index) => labels[index % 4]!) }),
  });
  expect(await confusionMatrix(split(1), [0, 1, 2, 2], 3)).toEqual([
    [1, 0, 0],
    [0, 1, 1],
    [0, 0, 1],
  ]);
  const predicted = Array.from({ length: 2400 }, (_, k) => [0, 1, 2, 2][k % 4]!);
  expect(await confusionMatrix(split(600), predicted, 3)).toEqual([
    [600, 0, 0],
    [0, 600, 600],
    [0, 0, 600],
  ]);
});
