import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { SavedTensors } from "./checkpoint.ts";
import { atomicWrite, writeError } from "./files.ts";

/** A layer as TensorFlow.js serialises it; config keys are snake_case there. */
export interface LayerDescription {
  readonly className: "LSTM" | "Dense" | "Dropout";
  readonly config: Readonly<Record<string, unknown>> & { readonly name: string };
  /** Weights in the order of the layer, as named in this program and as TensorFlow.js names them. */
  readonly weights: readonly { readonly ours: string; readonly theirs: string }[];
  /** What TensorFlow.js computes differently for this layer. */
  readonly warnings: readonly string[];
}

/** TensorFlow.js 4.22 lacks Keras 3's hardSigmoid: its own is clip(0.2 x + 0.5, 0, 1). */
function activationWarnings(name: string, activations: readonly string[]): string[] {
  if (!activations.includes("hardSigmoid")) return [];
  return [`${name}: loaded in TensorFlow.js, hardSigmoid is clip(0.2 x + 0.5, 0, 1), not relu6(x + 3) / 6 as trained`];
}

/** How TensorFlow.js spells activations in a serialised model. */
function serialActivation(name: string): string {
  return name === "hardSigmoid" ? "hard_sigmoid" : name;
}

function weightNames(layer: string, useBias: boolean, recurrent: boolean): LayerDescription["weights"] {
  return [
    { ours: `${layer}/kernel`, theirs: `${layer}/kernel` },
    ...(recurrent ? [{ ours: `${layer}/recurrentKernel`, theirs: `${layer}/recurrent_kernel` }] : []),
    ...(useBias ? [{ ours: `${layer}/bias`, theirs: `${layer}/bias` }] : []),
  ];
}

export function lstmLayer(
  name: string,
  options: {
    units: number;
    activation: string;
    recurrentActivation: string;
    returnSequences: boolean;
    useBias: boolean;
    unitForgetBias: boolean;
  },
): LayerDescription {
  return {
    className: "LSTM",
    config: {
      name,
      trainable: true,
      units: options.units,
      activation: serialActivation(options.activation),
      recurrent_activation: serialActivation(options.recurrentActivation),
      return_sequences: options.returnSequences,
      use_bias: options.useBias,
      unit_forget_bias: options.unitForgetBias,
      implementation: 2,
    },
    weights: weightNames(name, options.useBias, true),
    warnings: activationWarnings(name, [options.activation, options.recurrentActivation]),
  };
}

export function denseLayer(
  name: string,
  options: { units: number; activation: string; useBias: boolean },
): LayerDescription {
  return {
    className: "Dense",
    config: {
      name,
      trainable: true,
      units: options.units,
      activation: serialActivation(options.activation),
      use_bias: options.useBias,
    },
    weights: weightNames(name, options.useBias, false),
    warnings: activationWarnings(name, [options.activation]),
  };
}

export function dropoutLayer(name: string, options: { rate: number }): LayerDescription {
  return { className: "Dropout", config: { name, trainable: true, rate: options.rate }, weights: [], warnings: [] };
}

const SHARD_BYTES = 4 * 1024 * 1024;

/**
 * Writes a TensorFlow.js LayersModel, model.json and weight shards, for `tf.loadLayersModel`.
 * inputShape: [timesteps, features]. Returns what TensorFlow.js will compute differently.
 */
export function writeLayersModel(
  directory: string,
  model: {
    name: string;
    inputShape: readonly number[];
    layers: readonly LayerDescription[];
    weights: SavedTensors;
    generatedBy: string;
  },
): { warnings: string[] } {
  const specs: { name: string; shape: number[]; dtype: "float32" }[] = [];
  const parts: Buffer[] = [];
  for (const { ours, theirs } of model.layers.flatMap((layer) => layer.weights)) {
    const weight = model.weights[ours];
    if (weight === undefined) throw new Error(`the model to export lacks the weight ${ours}`);
    const { shape, values } = weight;
    specs.push({ name: theirs, shape, dtype: "float32" });
    parts.push(Buffer.from(values.buffer, values.byteOffset, values.byteLength));
  }
  const bytes = Buffer.concat(parts);
  const shards = Math.max(1, Math.ceil(bytes.byteLength / SHARD_BYTES));
  const paths = Array.from({ length: shards }, (_, k) => `group1-shard${k + 1}of${shards}.bin`);
  try {
    mkdirSync(directory, { recursive: true });
  } catch (error) {
    throw writeError(directory, error);
  }
  for (const [k, path] of paths.entries()) {
    atomicWrite(join(directory, path), bytes.subarray(k * SHARD_BYTES, (k + 1) * SHARD_BYTES));
  }
  const layers = model.layers.map(({ className, config }, index) => ({
    class_name: className,
    config:
      index === 0
        ? { ...config, batch_input_shape: [null, ...model.inputShape], dtype: "float32" }
        : { ...config, dtype: "float32" },
  }));
  const topology = {
    format: "layers-model",
    generatedBy: model.generatedBy,
    convertedBy: null,
    modelTopology: {
      keras_version: "tfjs-layers 4.22.0",
      backend: "tensor_flow.js",
      model_config: { class_name: "Sequential", config: { name: model.name, layers } },
    },
    weightsManifest: [{ paths, weights: specs }],
  };
  atomicWrite(join(directory, "model.json"), `${JSON.stringify(topology)}\n`);
  return { warnings: model.layers.flatMap((layer) => layer.warnings) };
}
