import { spawnSync } from "node:child_process";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { unzipSync, type Zippable, zipSync } from "fflate";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { openModelFile } from "../../../src/program/model-files.ts";
import { temporaryFolder } from "./harness.ts";

const SEQUENTIAL = readFileSync(resolve("test/fixtures/keras-files/sequential.keras"));

let folder: ReturnType<typeof temporaryFolder>;
beforeAll(() => {
  folder = temporaryFolder("bad-files");
});
afterAll(() => folder.remove());
afterEach(() => vi.unstubAllEnvs());

let count = 0;
function write(name: string, bytes: Uint8Array | string): string {
  const path = join(folder.path, `${count++}-${name}`);
  writeFileSync(path, bytes);
  return path;
}

/** An archive of Keras with one entry exchanged. */
function archive(change: Zippable, level: 0 | 9 = 0): string {
  return write("model.keras", zipSync({ ...unzipSync(SEQUENTIAL), ...change }, { level }));
}

interface Layer {
  class_name: string;
  config: Record<string, unknown>;
  [key: string]: unknown;
}

/** An archive of which a layer of the model is changed: 0 input, 1 embedding, 2 bidirectional, 3 gru, 4 norm, 5 relu, 6 dense. */
function withLayer(index: number, change: (layer: Layer, layers: Layer[]) => void): string {
  const config = JSON.parse(Buffer.from(unzipSync(SEQUENTIAL)["config.json"]!).toString("utf8"));
  change(config.config.layers[index], config.config.layers);
  return archive({ "config.json": Buffer.from(JSON.stringify(config)) });
}

const weightsIn = async (path: string) => (await openModelFile(path)).weights();
const importing = async (path: string) => (await openModelFile(path)).model().spec();

describe("what no spec can say is named as in the file", () => {
  it.each<[string, number, (layer: Layer, layers: Layer[]) => void, string]>([
    ["a negative size", 6, ({ config }) => (config.units = -4), "dense (Dense), config.layers[6].config.units: "],
    [
      "a size that is a text",
      6,
      ({ config }) => (config.units = "many"),
      "dense (Dense), config.layers[6].config.units: ",
    ],
    ["a missing size", 3, ({ config }) => delete config.units, "gru (GRU), config.layers[3].config: "],
    ["an unknown key", 6, ({ config }) => (config.gain = 2), "dense (Dense) has gain 2 (config.layers[6].config.gain)"],
    [
      "time_major",
      3,
      ({ config }) => (config.time_major = true),
      "gru (GRU) has time_major true (config.layers[3].config.time_major)",
    ],
    ["a slope", 5, ({ config }) => (config.negative_slope = 0.2), "config.layers[5].config.negative_slope: is 0.2"],
    [
      "quantized weights",
      6,
      ({ config }) => (config.dtype = "int8_from_float32"),
      'dense (Dense) has dtype "int8_from_float32"',
    ],
    [
      "a custom layer of a known name",
      6,
      (layer) => (layer.module = "__main__"),
      'dense (Dense) is of the module "__main__"',
    ],
    [
      "two layers of one name",
      6,
      ({ config }) => (config.name = "gru"),
      'config.layers[6]: is called "gru", as config.layers[3] is',
    ],
    [
      "an axis of timesteps",
      4,
      ({ config }) => (config.axis = [0]),
      "layer_normalization (LayerNormalization) has axis [0]",
    ],
    [
      "a normalization that was adapted",
      4,
      (layer) =>
        Object.assign(layer, {
          class_name: "Normalization",
          config: { name: "n", axis: [-1], mean: null, variance: null },
        }),
      "n (Normalization) has no mean",
    ],
    [
      "zeros for masked timesteps",
      3,
      ({ config }) => Object.assign(config, { zero_output_for_mask: true, return_sequences: true }),
      "gru (GRU) has zero_output_for_mask true",
    ],
    [
      "a softmax of what a mask keeps",
      3,
      (layer) => Object.assign(layer, { class_name: "Softmax", config: { name: "soft", axis: -1 } }),
      "soft (Softmax) takes a mask with its input",
    ],
    ["a softmax of one unit", 6, ({ config }) => (config.units = 1), "dense (Dense) has a softmax of one unit"],
    ["a ragged input", 0, ({ config }) => (config.ragged = true), "the input input_layer has ragged true"],
    [
      "layers that do not fit together",
      2,
      ({ config }) => {
        for (const key of ["layer", "backward_layer"]) (config[key] as Layer).config.return_sequences = false;
      },
      "gru (GRU), config.layers[3].config: this gru needs a sequence",
    ],
    [
      "a thousand layers",
      6,
      (layer, layers) => layers.push(...new Array(2000).fill(layer)),
      "the model has 2007 layers, more than 1000",
    ],
  ])("%s", async (_, index, change, message) => {
    const path = withLayer(index, change);
    await expect(importing(path)).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining(message),
      fix: expect.stringMatching(/\w/),
    });
    await expect(importing(path)).rejects.toMatchObject({ message: expect.stringContaining(`${path}: `) });
  });

  it("a state that goes from one layer to another", async () => {
    const tensor = (name: string, output = 0) => ({
      class_name: "__keras_tensor__",
      config: { shape: [null, 3], dtype: "float32", keras_history: [name, 0, output] },
    });
    const layer = (class_name: string, name: string, config: object, args: unknown[], kwargs = {}) => ({
      class_name,
      name,
      config: { name, ...config },
      inbound_nodes: args.length === 0 ? [] : [{ args, kwargs }],
    });
    const layers = [
      layer("InputLayer", "x", { batch_shape: [null, 4, 2] }, []),
      layer("LSTM", "encoder", { units: 3, return_state: true }, [tensor("x")]),
      layer("LSTM", "decoder", { units: 3 }, [tensor("x")], {
        initial_state: [tensor("encoder", 1), tensor("encoder", 2)],
      }),
    ];
    const config = { layers, input_layers: [["x", 0, 0]], output_layers: [["decoder", 0, 0]] };
    const path = archive({ "config.json": Buffer.from(JSON.stringify({ class_name: "Functional", config })) });
    await expect(importing(path)).rejects.toMatchObject({
      message: expect.stringContaining(
        "decoder (LSTM) is called with initial_state from encoder (config.layers[2].inbound_nodes[0]",
      ),
    });
  });
});

describe("files that would fill the memory, or the stack", () => {
  it("an archive that unpacks to much more than it has", async () => {
    vi.stubEnv("LSTM_COMPILE_MODEL_MAX_MB", "20");
    const path = archive({ "model.weights.h5": new Uint8Array(30e6) }, 9);
    await expect(openModelFile(path)).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining("model.weights.h5 unpacks to 30 MB, more than the limit of 20 MB"),
      fix: expect.stringContaining("LSTM_COMPILE_MODEL_MAX_MB=30"),
    });
    vi.stubEnv("LSTM_COMPILE_MODEL_MAX_MB", "30");
    await expect(weightsIn(path)).rejects.toMatchObject({
      message: expect.stringContaining("cannot be read as HDF5"),
    });
  });

  it("a description that is larger than any model's", async () => {
    const path = archive({ "config.json": Buffer.alloc(60e6, " ") }, 9);
    await expect(openModelFile(path)).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining("config.json unpacks to 60 MB, more than the limit of 50 MB"),
      fix: expect.stringContaining("LSTM_COMPILE_MODEL_MAX_JSON_MB=60"),
    });
  });

  it("an HDF5 file whose packed numbers are many more than its bytes", async () => {
    const path = write("packed.weights.h5", "");
    const library = await import("h5wasm/node");
    await library.ready;
    const file = new library.File(path, "w");
    file.create_group("layers");
    const data = new Float32Array(500_000);
    file.create_dataset({ name: "layers/0", data, shape: [500_000], dtype: "<f", chunks: [100_000], compression: 9 });
    file.close();
    expect(statSync(path).size).toBeLessThan(100_000);
    vi.stubEnv("LSTM_COMPILE_MODEL_MAX_MB", "1");
    await expect(weightsIn(path)).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining("its weights have 2 MB, more than the limit of 1 MB"),
    });
  });

  it("an archive that unpacks to more than it says", async () => {
    const bytes = zipSync({ ...unzipSync(SEQUENTIAL), "config.json": new Uint8Array(1e6) }, { level: 9 });
    const view = Buffer.from(bytes);
    // The sizes in the directory; readers that trust the local header, or nothing, unpack all of it.
    for (let at = view.indexOf("PK\u0001\u0002"); at >= 0; at = view.indexOf("PK\u0001\u0002", at + 4)) {
      if (view.readUInt32LE(at + 24) === 1e6) view.writeUInt32LE(100, at + 24);
    }
    await expect(openModelFile(write("m.keras", view))).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining("config.json cannot be unpacked"),
    });
  });

  it("an archive that says to unpack to more than its bytes can", async () => {
    const bytes = zipSync({ ...unzipSync(SEQUENTIAL), "config.json": new Uint8Array(1e5) }, { level: 9 });
    const view = Buffer.from(bytes);
    for (let at = view.indexOf("PK\u0001\u0002"); at >= 0; at = view.indexOf("PK\u0001\u0002", at + 4)) {
      if (view.readUInt32LE(at + 24) === 1e5) view.writeUInt32LE(49e6, at + 24);
    }
    await expect(openModelFile(write("m.keras", view))).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining("config.json cannot be unpacked"),
      cause: expect.objectContaining({ message: "it is shorter than it says" }),
    });
  });

  it("a bit that has flipped in an archive", async () => {
    const bytes = Buffer.from(zipSync(unzipSync(SEQUENTIAL), { level: 0 }));
    bytes[bytes.indexOf("\u0089HDF", 0, "latin1") + 9000]! ^= 4;
    await expect(weightsIn(write("m.keras", bytes))).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining("the checksum of model.weights.h5"),
    });
  });

  it("maps in maps without an end", async () => {
    const path = write("model.json", `{"modelTopology":${'{"config":'.repeat(200_000)}1${"}".repeat(200_001)}`);
    await expect(openModelFile(path)).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringMatching(/more than 100 deep in each other \(line 1, character \d+\)/),
      fix: expect.stringContaining("LSTM_COMPILE_MODEL_MAX_NESTING="),
    });
  });

  it("a limit that is none", async () => {
    vi.stubEnv("LSTM_COMPILE_MODEL_MAX_MB", "lots");
    const path = archive({});
    await expect(openModelFile(path)).rejects.toMatchObject({
      message: "LSTM_COMPILE_MODEL_MAX_MB is not a positive number",
    });
  });

  it.skipIf(process.platform === "win32")("something that is no file", async () => {
    const path = join(folder.path, "pipe.keras");
    expect(spawnSync("mkfifo", [path]).status).toBe(0);
    await expect(openModelFile(path)).rejects.toMatchObject({ exitCode: 2, message: `${path} is not a regular file` });
  });
});

describe("what a file says of its training", () => {
  const compiled = (compile_config: unknown, change: (layers: Layer[]) => void = () => undefined): string => {
    const config = JSON.parse(Buffer.from(unzipSync(SEQUENTIAL)["config.json"]!).toString("utf8"));
    change(config.config.layers);
    return archive({ "config.json": Buffer.from(JSON.stringify({ ...config, compile_config })) });
  };

  it.each<[string, unknown, RegExp]>([
    ["nothing", {}, /the file says no loss: sparseCategoricalCrossentropy is written, for an output with softmax/],
    ["a loss of one's own", { loss: "focal" }, /no spec trains the loss "focal": sparseCategorical/],
    [
      "a loss that does not go with softmax",
      { loss: "mean_squared_error" },
      /the loss meanSquaredError is not trained here \(softmax gives probabilities.*: sparseCategorical/,
    ],
  ])("%s", async (_, config, message) => {
    const { text, warnings } = await importing(compiled(config));
    expect(warnings).toEqual([expect.stringMatching(message)]);
    expect(text).toContain("loss: sparseCategoricalCrossentropy # assumed");
  });

  it("the names of Keras 2, and numbers as they were written", async () => {
    const optimizer = {
      class_name: "Custom>RMSprop",
      config: {
        learning_rate: 0.009999999776482582,
        rho: 0.8999999761581421,
        momentum: 0.30000001192092896,
        decay: 1e-6,
      },
    };
    const metric = { class_name: "MeanMetricWrapper", config: { name: "acc", fn: "sparse_categorical_accuracy" } };
    const { text, warnings, notExpressed } = await importing(
      compiled({ optimizer, loss: { dense: "sparse_categorical_crossentropy" }, metrics: [[metric]] }),
    );
    expect([warnings, notExpressed]).toEqual([[], []]);
    expect(text).toContain("type: rmsprop\n  momentum: 0.3\n  decay: 0.000001\n  learningRate: 0.01\n");
    expect(text).toContain("metrics: [ sparseCategoricalAccuracy ]");
  });

  it("an optimizer whose numbers no spec takes is left out, and named", async () => {
    const optimizer = { class_name: "SGD", config: { momentum: -3 } };
    const { text, notExpressed } = await importing(compiled({ optimizer, loss: "sparse_categorical_crossentropy" }));
    expect(notExpressed).toEqual([expect.stringMatching(/^optimizer sgd: .*momentum/)]);
    expect(text).toContain("type: adam");
  });

  it("a stateful layer: the samples stay in their order, in batches of the size for which it was made", async () => {
    const { text } = await importing(
      compiled({}, ([input, embedding, , gru]) => {
        Object.assign(input!.config, { batch_shape: [8, 6] });
        Object.assign(embedding!.config, { mask_zero: false });
        Object.assign(gru!.config, { stateful: true });
      }),
    );
    expect(text).toContain("batchSize: 8\n  shuffle: false");
  });
});
