import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Field } from "../../../../src/core/formats/field.ts";
import { layersModelWeights } from "../../../../src/core/formats/layersmodel/weights.ts";
import { limitsFrom } from "../../../../src/core/formats/limits.ts";
import { MODEL_HOST, openModelFile } from "../../../../src/program/model-files.ts";
import { Workspace } from "../../../parity/program.ts";
import { differenceOf, expectedOf, imported, temporaryFolder } from "../harness.ts";

const MODELS = resolve("test/fixtures/layers-model");

let workspace: Workspace;
let root: ReturnType<typeof temporaryFolder>;
let folder: string;
let count = 0;
beforeAll(async () => {
  await tf.setBackend("cpu");
  workspace = new Workspace();
  root = temporaryFolder("layers-model");
});
afterAll(() => {
  workspace.remove();
  root.remove();
});

beforeEach(() => {
  folder = join(root.path, String(count++));
  mkdirSync(folder);
  for (const name of readdirSync(join(MODELS, "sharded"))) {
    copyFileSync(join(MODELS, "sharded", name), join(folder, name));
  }
});

describe("a model.json predicts what Keras predicts with its weights", () => {
  it.each(["prefixed", "sharded", "float16", "uint8", "uint16"])("%s", async (name) => {
    const expected = expectedOf(join(MODELS, name, "expected.json"));
    expect(await differenceOf(workspace, join(MODELS, name, "model.json"), expected)).toBeLessThan(1e-5);
  });
});

it("frozen layers stay frozen: those with weights, in wrappers and outside", async () => {
  const file = join(folder, "model.json");
  const model = JSON.parse(readFileSync(file, "utf8"));
  const { layers } = model.modelTopology.model_config.config;
  for (const { config } of layers) config.trainable = false;
  writeFileSync(file, JSON.stringify(model));
  const { program } = await imported(file);
  const weighted = program.plan.layers.filter(({ parameters }) => parameters.length > 0);
  expect(weighted.length).toBeGreaterThan(2);
  expect(weighted.filter(({ trainable }) => trainable).map(({ name }) => name)).toEqual([]);
});

it("quantized weights come with a warning of their precision", async () => {
  const warnings = async (name: string) =>
    (await (await openModelFile(join(MODELS, name, "model.json"))).weights()).warnings;
  expect(await warnings("sharded")).toEqual([]);
  expect(await warnings("uint8")).toEqual([
    expect.stringMatching(/^14 of 14 weights are quantized to uint8 \(bidirec/),
  ]);
});

it("decodes quantized weights as TensorFlow.js does", async () => {
  for (const name of ["float16", "uint8", "uint16"]) {
    const { weightsManifest } = JSON.parse(readFileSync(join(MODELS, name, "model.json"), "utf8"));
    const shard = readFileSync(join(MODELS, name, "group1-shard1of1.bin"));
    const wanted = tf.io.decodeWeights(Uint8Array.from(shard).buffer, weightsManifest[0].weights);
    const file = {
      path: name,
      limits: limitsFrom({}),
      bytes: new Uint8Array(),
      host: MODEL_HOST,
      beside: () => ({ size: shard.byteLength, read: () => shard }),
    };
    const { layers } = layersModelWeights(file, new Field(name, "weightsManifest", weightsManifest), undefined);
    for (const { name: weight, values } of layers.flatMap(({ weights }) => weights)) {
      expect([...values], `${name} ${weight}`).toEqual([...wanted[weight]!.dataSync()]);
    }
  }
});

describe("a model.json of TensorFlow.js", () => {
  const lstm = { units: 3, return_sequences: false, name: "reader", batch_input_shape: [null, 4, 2] };
  const write = (config: object, className = "LSTM"): string => {
    const layers = [{ class_name: className, config: { ...lstm, ...config } }];
    const path = join(folder, "model.json");
    const topology = {
      class_name: "Sequential",
      config: { name: "sequential_1", layers },
      keras_version: "tfjs-layers 4.22.0",
    };
    writeFileSync(path, JSON.stringify({ modelTopology: topology }));
    return path;
  };

  it("has hardSigmoid gates where it says none, as TensorFlow.js reads it", async () => {
    expect((await imported(write({}))).text).toContain("recurrentActivation: hardSigmoid02");
    expect((await imported(write({ recurrent_activation: "hard_sigmoid" }))).text).toContain("hardSigmoid02");
    expect((await imported(write({ recurrent_activation: "sigmoid" }))).text).not.toContain("recurrentActivation");
  });

  it("has no reset after the product in a GRU, unless it says so", async () => {
    const gates = { recurrent_activation: "sigmoid" };
    expect((await imported(write(gates, "GRU"))).text).toContain("resetAfter: false");
    expect((await imported(write({ ...gates, reset_after: true }, "GRU"))).text).not.toContain("resetAfter");
  });
});

describe("bad shards and manifests", () => {
  const edit = (
    change: (artifacts: { weightsManifest: { paths: string[]; weights: Record<string, unknown>[] }[] }) => void,
  ): string => {
    const path = join(folder, "model.json");
    const artifacts = JSON.parse(readFileSync(path, "utf8"));
    change(artifacts);
    writeFileSync(path, JSON.stringify(artifacts));
    return path;
  };

  it.each<[string, () => void, RegExp]>([
    [
      "missing",
      () => rmSync(join(folder, "group1-shard2of2.bin")),
      /shard group1-shard2of2\.bin is missing \(ENOENT\)/,
    ],
    [
      "short",
      () => writeFileSync(join(folder, "group1-shard2of2.bin"), Buffer.alloc(8)),
      /too short for its weights.*group1-shard2of2\.bin: 8 bytes.*first weight that is not complete/,
    ],
    ["long", () => writeFileSync(join(folder, "group1-shard1of2.bin"), Buffer.alloc(9999)), /too long.*9,999 bytes/],
    [
      "a folder",
      () => {
        rmSync(join(folder, "group1-shard2of2.bin"));
        mkdirSync(join(folder, "group1-shard2of2.bin"));
      },
      /group1-shard2of2\.bin is not a file/,
    ],
    [
      "outside",
      () => edit((a) => a.weightsManifest[0]!.paths.push("../x.bin")),
      /paths\[2\]: the shard "\.\.\/x\.bin"/,
    ],
    [
      "absolute",
      () => edit((a) => a.weightsManifest[0]!.paths.push("/etc/passwd")),
      /is not in the folder of the model/,
    ],
    [
      "of integers",
      () => edit((a) => Object.assign(a.weightsManifest[0]!.weights[0]!, { dtype: "int32" })),
      /of the type "int32"/,
    ],
    [
      "of an unknown layer",
      () => edit((a) => Object.assign(a.weightsManifest[0]!.weights[0]!, { name: "other/kernel" })),
      /other\/kernel is of no layer of the model/,
    ],
    [
      "without a size",
      () => edit((a) => Object.assign(a.weightsManifest[0]!.weights[1]!, { shape: [-4] })),
      /weightsManifest\[0\]\.weights\[1\]\.shape\[0\]: is -4/,
    ],
    [
      "larger than everything",
      () => edit((a) => Object.assign(a.weightsManifest[0]!.weights[1]!, { shape: [1e6, 1e6] })),
      /4,000,000 MB, more than the limit/,
    ],
  ])("%s", async (_, change, message) => {
    change();
    const file = await openModelFile(join(folder, "model.json"));
    await expect(file.weights()).rejects.toMatchObject({ exitCode: 2, message: expect.stringMatching(message) });
  });
});
