import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import { zipSync } from "fflate";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { kerasArchive, kerasWeights } from "../../../../src/core/formats/keras/write.ts";
import { compile, type GeneratedProgram } from "../../../../src/node.ts";
import { MODEL_HOST, openModelFile } from "../../../../src/program/model-files.ts";
import type { SavedTensors } from "../../../../src/support/run/checkpoint.ts";
import { type LayersTopology, writeLayersModel } from "../../../../src/support/run/layers-model.ts";
import { Workspace } from "../../../parity/program.ts";
import { difference as differenceFrom, expectedOf, imported, temporaryFolder, weightsOf } from "../harness.ts";

const FILES = resolve("test/fixtures/keras-files");
const fixture = (name: string): string => join(FILES, name);

let root: ReturnType<typeof temporaryFolder>;
let folder: string;
let folders = 0;
let workspace: Workspace;
beforeAll(async () => {
  await tf.setBackend("cpu");
  workspace = new Workspace();
  root = temporaryFolder("keras-files");
});
beforeEach(() => {
  folder = join(root.path, String(++folders));
  mkdirSync(folder);
});
afterAll(() => {
  workspace.remove();
  root.remove();
});

/** The largest difference of the program's prediction from that of Keras. */
const difference = (program: GeneratedProgram, weights: SavedTensors, name: string): Promise<number> =>
  differenceFrom(workspace, program, weights, expectedOf(fixture(`${name}.json`)));

/** functional has conv1d, attention and a residual; merges has dot, attention and additiveAttention, all of them with masks. */
describe("a .keras file of Keras", () => {
  it.each(["sequential", "functional", "merges"])("%s: spec and weights predict what Keras predicts", async (name) => {
    const { program } = await imported(fixture(`${name}.keras`));
    const weights = await weightsOf(program.plan, fixture(`${name}.keras`));
    expect(await difference(program, weights, name)).toBeLessThan(1e-5);
  });

  it("becomes a spec with every option that matters", async () => {
    const { text, notExpressed } = await imported(fixture("sequential.keras"));
    expect(notExpressed).toEqual(["metric Hinge"]);
    expect(text).toContain("# not expressed: metric Hinge");
    expect(text).toMatchInlineSnapshot(`
      "# The dataset names files that hold nothing yet: write them with numpy.save, or choose another type of dataset.
      # not expressed: metric Hinge

      specVersion: 1
      name: text-classifier
      dataset:
        type: arrays
        inputs:
          - name: inputLayer
            shape: [ 6 ]
            vocabularySize: 9
            train: train-inputLayer.npy
            test: test-inputLayer.npy
        targets:
          encoding: labels
          classes: 3
          train: train-targets.npy
          test: test-targets.npy
      layers:
        - type: embedding
          name: embedding
          inputDim: 9
          outputDim: 4
          maskZero: true
        - type: bidirectional
          name: bidirectional
          layer:
            type: lstm
            returnSequences: true
            units: 3
            recurrentActivation: hardSigmoid
          mergeMode: sum
        - type: gru
          name: gru
          units: 4
          kernelRegularizer: { l1: 0.01, l2: 0.02 }
          dropout: 0.1
        - type: layerNormalization
          name: layerNormalization
          epsilon: 0.01
        - type: activation
          name: reLu
          activation: relu
        - type: dense
          name: dense
          units: 3
          activation: softmax
          kernelInitializer: heNormal
          kernelConstraint:
            type: maxNorm
            maxValue: 3
            axis: 0
      optimizer:
        type: adamw
        weightDecay: 0.01
        clipNorm: 1
        learningRate: { schedule: cosineDecay, initialLearningRate: 0.01, decaySteps: 100 }
      training:
        loss: sparseCategoricalCrossentropy
        metrics: [ accuracy ]
      "
    `);
  });

  it("gives the weights of renamed layers by the order of their classes", async () => {
    const { program } = await imported(fixture("functional.keras"));
    const weights = await weightsOf(program.plan, fixture("renamed.weights.h5"));
    expect(await difference(program, weights, "functional")).toBeLessThan(1e-5);
  });

  it.each(["sequential", "functional", "merges"])(
    "%s: an export reads back as the same spec and weights",
    async (name) => {
      const { text, program } = await imported(fixture(`${name}.keras`));
      const weights = await weightsOf(program.plan, fixture(`${name}.keras`));
      const archive = join(folder, "model.keras");
      writeFileSync(
        archive,
        await kerasArchive({ plan: program.plan, weights, fitted: undefined, generatedBy: "a test" }, MODEL_HOST),
      );
      const again = await imported(archive);
      const architecture = (text: string): string => text.slice(text.indexOf("layers:"), text.indexOf("optimizer:"));
      expect(architecture(again.text)).toEqual(architecture(text));
      const back = await weightsOf(again.program.plan, archive);
      expect(back).toEqual(weights);
      expect(await difference(program, back, name)).toBeLessThan(1e-5);
      const file = join(folder, "model.weights.h5");
      writeFileSync(file, await kerasWeights(program.plan, weights, MODEL_HOST));
      expect(await weightsOf(program.plan, file)).toEqual(weights);
    },
  );
});

describe("a model.json that a run has exported", () => {
  it.each(["sequential", "functional", "merges"])("%s: reads back as the same layers and weights", async (name) => {
    const { text, program } = await imported(fixture(`${name}.keras`));
    const weights = await weightsOf(program.plan, fixture(`${name}.keras`));
    const file = join(folder, "topology.ts");
    writeFileSync(file, program.files.get("topology.ts")!);
    const { TOPOLOGY } = (await import(pathToFileURL(file).href)) as { TOPOLOGY: LayersTopology };
    writeLayersModel(folder, TOPOLOGY, weights, { generatedBy: "lstm-compile", fitted: undefined });
    const again = await imported(join(folder, "model.json"));
    const layers = (spec: string): string => spec.slice(spec.indexOf("layers:"), spec.indexOf("optimizer:"));
    // TensorFlow.js knows one hard_sigmoid only, as the export warned, and no pair of axes counted from the end.
    const wanted = layers(text).replace("axes: [ 2, -1 ]", "axes: [ 2, 1 ]");
    expect(layers(again.text).replace("hardSigmoid02", "hardSigmoid")).toEqual(wanted);
    expect(await weightsOf(again.program.plan, join(folder, "model.json"))).toEqual(weights);
  });
});

describe("bad model files", () => {
  const archive = (config: Uint8Array): string => {
    const path = join(folder, "model.keras");
    writeFileSync(path, zipSync({ "config.json": config, "metadata.json": Buffer.from("{}") }));
    return path;
  };

  it.each([
    ["lambda", "a Lambda layer"],
    ["shared", "twice is shared: it is called 2 times"],
    ["outputs", "the model has 2 outputs (left, right)"],
    ["nested", "inner is a model inside the model"],
    [
      "activation",
      'head (Dense): activation is "log_softmax", which no spec knows (config.layers[1].config.activation)',
    ],
    ["convolution", "image (Conv2D) is of a class that no spec has (config.layers[1].config)"],
    ["open", "has the shape [null, 3]"],
  ])("%s", async (name, message) => {
    const path = archive(readFileSync(fixture(`${name}.config.json`)));
    const model = (await openModelFile(path)).model();
    expect(() => model.spec()).toThrow(message);
    expect(() => model.spec()).toThrow(
      expect.objectContaining({
        exitCode: 2,
        fix: expect.stringMatching(/\w/),
        message: expect.stringContaining(path),
      }),
    );
  });

  it("fills open timesteps in on request", async () => {
    const file = await openModelFile(archive(readFileSync(fixture("open.config.json"))));
    const { text } = file.model().spec({ timesteps: 12 });
    expect(text).toContain("shape: [ 12, 3 ]");
    expect(compile(text).program).toBeDefined();
  });

  const write = (name: string, bytes: Uint8Array | string): string => {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    return path;
  };
  const keras = readFileSync(fixture("sequential.keras"));
  const h5 = readFileSync(fixture("renamed.weights.h5"));

  it.each([
    ["a truncated archive", "m.keras", keras.subarray(0, 20_000), "is damaged"],
    ["an archive of something else", "m.keras", zipSync({ "a.txt": Buffer.from("x") }), "has no config.json"],
    [
      "an archive with a broken config",
      "m.keras",
      zipSync({ "config.json": Buffer.from("{") }),
      "config.json is no JSON",
    ],
    ["weights alone", "m.h5", h5, "holds weights without a model"],
    [
      "text",
      "m.json",
      "hello",
      "is not a Keras archive (.keras), a Keras HDF5 file (.h5, .weights.h5) or a TensorFlow",
    ],
    ["a package.json", "m.json", "{}", "is not a TensorFlow.js LayersModel"],
    ["a graph model", "m.json", '{"format":"graph-model"}', "a graph model, which has no layers"],
  ])("%s", async (_, name, bytes, message) => {
    const path = write(name, bytes);
    await expect(openModelFile(path).then((file) => file.model())).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining(message),
    });
  });

  it.each([
    ["truncated HDF5", h5.subarray(0, 2000), "is damaged"],
    ["HDF5 whose data is cut off", h5.subarray(0, 30_000), "is damaged"],
  ])("weights: %s", async (_, bytes, message) => {
    const path = write("m.weights.h5", bytes);
    await expect(openModelFile(path)).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining(message),
    });
  });

  it("weights of another model", async () => {
    const { program } = await imported(fixture("sequential.keras"));
    await expect(weightsOf(program.plan, fixture("functional.keras"))).rejects.toThrow(
      /has weights for .*attention.*, the spec for embedding/,
    );
  });

  it("weights of other shapes", async () => {
    const { text } = await imported(fixture("sequential.keras"));
    const { program } = compile(text.replace("units: 4", "units: 5"));
    await expect(weightsOf(program!.plan, fixture("sequential.keras"))).rejects.toThrow(
      "kernel of gru has the shape [3, 12]; the spec's gru has [3, 15]",
    );
  });
});
