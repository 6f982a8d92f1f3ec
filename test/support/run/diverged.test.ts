import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { DivergedError, divergedError } from "../../../src/support/run/diverged.ts";
import { activate } from "../nn/fixtures.ts";

beforeAll(() => activate("wasm"));

const PROGRAM = { folder: import.meta.url, spec: "no-such-spec.yaml" };
const LAYERS = [
  { name: "lstm1", specLine: 7 },
  { name: "dense1", specLine: 9 },
];
type Values = Readonly<Record<string, readonly number[]>>;
const tensors = (values: Values) =>
  Object.fromEntries(Object.entries(values).map(([name, numbers]) => [name, tf.tensor1d([...numbers])]));
const finite: Values = { "lstm1/kernel": [1], "dense1/kernel": [2] };
const cases: [string, Values, Values, string][] = [
  [
    "a weight",
    { ...finite, "dense1/kernel": [1, Number.NaN] },
    {},
    "no-such-spec.yaml:9: weight dense1/kernel is not finite (epoch 2, step 3)",
  ],
  [
    "the first output",
    finite,
    { lstm1: [Number.POSITIVE_INFINITY], dense1: [Number.NaN] },
    "no-such-spec.yaml:7: the output of lstm1 is not finite (epoch 2, step 3)",
  ],
  ["neither", finite, { lstm1: [1], dense1: [2] }, "the loss is not finite (epoch 2, step 3)"],
];

describe("divergedError", () => {
  it.each(cases)("names %s", async (_what, weights, outputs, message) => {
    const [known, made] = [tensors(weights), tensors(outputs)];
    const before = tf.memory().numTensors;
    const error = await divergedError({ epoch: 2, step: 3 }, PROGRAM, LAYERS, known, () => made);
    expect(error).toBeInstanceOf(DivergedError);
    expect(error).toMatchObject({ message, exitCode: 1, name: "diverged" });
    expect(tf.memory().numTensors).toBe(before);
  });
});
