import { describe, expect, it } from "vitest";
import { sha256 } from "../../../src/core/sha256.ts";
import { analyze, compile } from "../../../src/node.ts";
import { definitionHashes, definitionOf } from "../../../src/support/run/definition.ts";

function spec(dataset: object, { layer = {}, training = {} }: { layer?: object; training?: object } = {}): string {
  return JSON.stringify({
    specVersion: 1,
    name: "split",
    dataset,
    layers: [
      { type: "lstm", units: 4, ...layer },
      { type: "dense", units: 10, activation: "softmax" },
    ],
    optimizer: { type: "adam" },
    training: { loss: "sparseCategoricalCrossentropy", ...training },
  });
}

const ARRAYS = {
  type: "arrays",
  inputs: [{ shape: [4, 2], train: "x.npy", test: "xt.npy" }],
  targets: { encoding: "labels", classes: 10, train: "y.npy", test: "yt.npy" },
};
const OWN = {
  ...ARRAYS,
  inputs: [{ ...ARRAYS.inputs[0], validation: "xv.npy" }],
  targets: { ...ARRAYS.targets, validation: "yv.npy" },
};
const DIGITS = { type: "digits", scale: 255 };

const planned = (text: string) => {
  const { plan, diagnostics } = analyze(text);
  expect(diagnostics).toEqual([]);
  return plan!;
};

function codes(text: string): string[] {
  return analyze(text).diagnostics.map(({ code }) => code);
}

describe("dataset.validation", () => {
  it("is a tenth of the training samples by default, drawn with training.seed", () => {
    expect(planned(spec(DIGITS)).dataset).toMatchObject({
      validation: { fraction: 0.1, seed: 42 },
      trainSamples: 5400,
    });
    expect(planned(spec(ARRAYS, { training: { seed: 7 } })).dataset.validation).toEqual({ fraction: 0.1, seed: 7 });
    expect(planned(spec({ type: "mnist", scale: 255, validation: 0.25 })).dataset.trainSamples).toBe(45_000);
  });

  it("may be the test samples, or files of their own", () => {
    expect(planned(spec({ type: "mnist", scale: 255, validation: "test" })).dataset).toMatchObject({
      validation: "test",
      trainSamples: 60_000,
    });
    expect(planned(spec(OWN)).dataset.validation).toBe("files");
  });

  it("is the last part where stateful layers continue one sample by another", () => {
    const order = { training: { shuffle: false } };
    const plain = { fraction: 0.1, seed: undefined };
    expect(planned(spec(ARRAYS, { layer: { stateful: true }, ...order })).dataset.validation).toEqual(plain);
    expect(planned(spec(ARRAYS, order)).dataset.validation).toEqual({ fraction: 0.1, seed: 42 });
    const wrapped = { type: "bidirectional", units: undefined, layer: { type: "gru", units: 2, stateful: true } };
    expect(planned(spec(ARRAYS, { layer: wrapped, ...order })).dataset.validation).toEqual(plain);
  });

  it.each([
    [0, "LC1105"],
    [0.51, "LC1105"],
    [-1, "LC1105"],
    ["train", "LC1104"],
    [true, "LC1103"],
    [[0.1], "LC1103"],
  ])("is refused as %j", (validation, code) => {
    expect(codes(spec({ ...DIGITS, validation }))).toEqual([code]);
  });

  it("takes half of the samples at most, and all files or none", () => {
    expect(codes(spec({ ...DIGITS, validation: 0.5 }))).toEqual([]);
    expect(codes(spec({ ...OWN, inputs: ARRAYS.inputs }))).toEqual(["LC1262"]);
    expect(codes(spec({ ...ARRAYS, sampleWeights: { train: "w.npy", validation: "wv.npy" } }))).toEqual([
      "LC1262",
      "LC1262",
    ]);
    expect(codes(spec({ ...OWN, sampleWeights: { train: "w.npy" } }))).toEqual([]);
    expect(codes(spec({ ...OWN, validation: "test" }))).toEqual(["LC1263"]);
    expect(codes(spec({ ...OWN, targets: { ...OWN.targets, validation: "../y.npy" } }))).toEqual(["LC1208"]);
  });

  it("is part of what a run is resumed with, but not of what it predicts with", () => {
    const hashes = (dataset: object, training: object = {}) => {
      const { program } = compile(spec(dataset, { training }));
      return definitionHashes(definitionOf(program!.plan), sha256);
    };
    const drawn = hashes(DIGITS);
    for (const other of [
      hashes({ ...DIGITS, validation: 0.2 }),
      hashes({ ...DIGITS, validation: "test" }),
      hashes(DIGITS, { seed: 1 }),
    ]) {
      expect(other.training).not.toBe(drawn.training);
      expect([other.data, other.model]).toEqual([drawn.data, drawn.model]);
    }
    expect(hashes(OWN).data).toBe(hashes(ARRAYS).data);
  });

  it("is told of in the model card and the report", () => {
    const card = (dataset: object): [string, string] => {
      const { files } = compile(spec(dataset)).program!;
      return [files.get("README.md")!, files.get("train.ts")!];
    };
    for (const text of card(DIGITS)) expect(text).toContain("10 % of the training samples, drawn with seed 42");
    for (const text of card({ ...DIGITS, validation: "test" }))
      expect(text).toContain("what is chosen by valLoss is chosen by the test");
    for (const text of card(OWN)) expect(text).toContain("samples in files of their own");
  });
});

describe("the packages of a program", () => {
  it("are those of every program and those of its source", () => {
    const { files } = compile(spec(DIGITS)).program!;
    const { dependencies } = JSON.parse(files.get("package.json")!);
    expect(Object.keys(dependencies)).toEqual([
      "@tensorflow/tfjs-backend-cpu",
      "@tensorflow/tfjs-backend-wasm",
      "@tensorflow/tfjs-core",
      "lstm-compile-runtime",
    ]);
  });
});
