import { describe, expect, it } from "vitest";
import { Field } from "../../../../src/core/formats/field.ts";
import { KERAS_3, type SerializedLayer, serializeLayer } from "../../../../src/core/formats/keras/config.ts";
import { layerSpec } from "../../../../src/core/formats/keras/options.ts";
import { layersModelLayer } from "../../../../src/core/formats/layersmodel/layer.ts";
import type { LayerPlan } from "../../../../src/core/plan/types.ts";
import { compile } from "../../../../src/node.ts";

const keras = (layer: LayerPlan): SerializedLayer => serializeLayer(layer, KERAS_3);

/** What a dense layer of 4 inputs and 4 units says of its kernel in a file. */
function exported(kernelInitializer: unknown, serialize: (layer: LayerPlan) => SerializedLayer): unknown {
  const files = { train: "x.npy", test: "x.npy" };
  const { program, diagnostics } = compile(
    JSON.stringify({
      specVersion: 1,
      name: "net",
      dataset: {
        type: "arrays",
        inputs: [{ shape: [4], ...files }],
        targets: { encoding: "numbers", features: 4, ...files },
      },
      layers: [{ type: "dense", units: 4, kernelInitializer }],
      optimizer: { type: "adam" },
      training: { loss: "meanSquaredError" },
    }),
  );
  if (program === undefined) throw new Error(diagnostics.map(({ message }) => message).join("; "));
  return serialize(program.plan.layers[0]!).config.kernel_initializer;
}

function imported(kernel_initializer: unknown): [initializer: unknown, notExpressed: string[]] {
  const notExpressed: string[] = [];
  const node = {
    name: "out",
    className: "Dense",
    config: new Field("a.keras", "config", { units: 4, kernel_initializer }),
    call: new Field("a.keras", "call", {}),
    inputShape: undefined,
  };
  const context = {
    path: "a.keras",
    dialect: "keras3",
    notExpressed: (what: string) => notExpressed.push(what),
  } as const;
  return [layerSpec(node, context).kernelInitializer, notExpressed];
}

describe("an initializer with options", () => {
  it.each([
    [{ type: "constant", value: 0.5 }, "Constant", { value: 0.5 }],
    [{ type: "randomUniform", maxval: 1 }, "RandomUniform", { minval: -0.05, maxval: 1 }],
    [{ type: "randomNormal", stddev: 1 }, "RandomNormal", { mean: 0, stddev: 1 }],
    [{ type: "truncatedNormal", mean: 1 }, "TruncatedNormal", { mean: 1, stddev: 0.05 }],
    [{ type: "orthogonal", gain: 1.5 }, "Orthogonal", { gain: 1.5 }],
    [{ type: "identity", gain: 0.5 }, "Identity", { gain: 0.5 }],
    [
      { type: "varianceScaling", scale: 0.1, mode: "fanOut" },
      "VarianceScaling",
      { scale: 0.1, mode: "fan_out", distribution: "truncated_normal" },
    ],
  ])("%j goes into a file of Keras and comes back", (initializer, class_name, config) => {
    const file = { module: "keras.initializers", class_name, config, registered_name: null };
    expect(exported(initializer, keras)).toEqual(file);
    expect(imported({ ...file, config: { ...config, seed: null } })).toEqual([initializer, []]);
    expect(imported(exported(initializer, layersModelLayer))).toEqual([initializer, []]);
  });

  it("of Keras alone: the normal distribution without a cut", () => {
    const initializer = { type: "varianceScaling", scale: 2, distribution: "untruncatedNormal" };
    expect(imported(exported(initializer, keras))).toEqual([initializer, []]);
    expect(exported(initializer, layersModelLayer)).toMatchObject({ config: { distribution: "normal" } });
  });

  it.each([
    ["identity", "identity"],
    ["orthogonal", { class_name: "OrthogonalInitializer", config: { gain: 1, seed: 3 } }],
    ["randomNormal", { class_name: "RandomNormal", config: { mean: 0, stddev: 0.05, seed: null } }],
    ["lecunNormal", { class_name: "LecunNormal", config: { seed: null } }],
    ["heNormal", { class_name: "VarianceScaling", config: { scale: 2, mode: "fan_in", distribution: "normal" } }],
    [{ type: "constant" }, "constant"],
    [{ type: "varianceScaling" }, "variance_scaling"],
  ])("is %j where a file has %j", (expected, file) => {
    expect(imported(file)).toEqual([expected, []]);
  });

  it.each([
    { class_name: "Constant", config: { value: [1, 2, 3, 4] } },
    { class_name: "STFT", config: { side: "real" } },
    { class_name: "VarianceScaling", config: { scale: 1, mode: "fan_max", distribution: "uniform" } },
    { class_name: "Orthogonal", config: { gain: 1, transposed: true } },
  ])("%j cannot be said in a spec", (file) => {
    const said = `out: kernel_initializer ${JSON.stringify({ [file.class_name]: file.config })}`;
    expect(imported(file)).toEqual([undefined, [said]]);
  });
});
