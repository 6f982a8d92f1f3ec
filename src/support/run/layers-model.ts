import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { atomicWrite, makeFolder, writeError } from "../system/files.ts";
import type { Json } from "../system/json.ts";
import type { SavedTensors } from "./checkpoint.ts";

/** A model as TensorFlow.js serialises it; the keys of configs are snake_case there. */
export interface LayersTopology {
  readonly class_name: "Sequential" | "Functional";
  readonly name: string;
  readonly layers: readonly object[];
  /** Of a Functional model: [layer, node, tensor]. */
  readonly input_layers?: readonly (readonly [string, number, number])[];
  readonly output_layers?: readonly (readonly [string, number, number])[];
  /** Each weight as the program names it, and as TensorFlow.js does, in the order of the layers. */
  readonly weights: readonly (readonly [ours: string, theirs: string])[];
  /** What TensorFlow.js cannot load, or computes differently. */
  readonly warnings: readonly string[];
}

const SHARD_BYTES = 4 * 1024 * 1024;

/**
 * Writes a TensorFlow.js LayersModel, model.json and weight shards, for `tf.loadLayersModel`. What was fitted to the training rows, and
 * what TensorFlow.js does otherwise, stands in its `userDefinedMetadata`.
 * @throws UserError where the folder cannot be written
 */
export function writeLayersModel(
  directory: string,
  topology: LayersTopology,
  weights: SavedTensors,
  { generatedBy, fitted }: { generatedBy: string; fitted: Json | undefined },
): void {
  const specs: { name: string; shape: number[]; dtype: "float32" }[] = [];
  const parts: Buffer[] = [];
  for (const [ours, theirs] of topology.weights) {
    const weight = weights[ours];
    if (weight === undefined) throw new Error(`the model to export lacks the weight ${ours}`);
    const { shape, values } = weight;
    specs.push({ name: theirs, shape, dtype: "float32" });
    parts.push(Buffer.from(values.buffer, values.byteOffset, values.byteLength));
  }
  const bytes = Buffer.concat(parts);
  const shards = Math.max(1, Math.ceil(bytes.byteLength / SHARD_BYTES));
  const paths = Array.from({ length: shards }, (_, k) => `group1-shard${k + 1}of${shards}.bin`);
  try {
    makeFolder(directory);
    // What a kill in the middle of an export has left.
    for (const name of readdirSync(directory)) if (/\.\d+\.tmp$/.test(name)) rmSync(join(directory, name));
  } catch (error) {
    throw writeError(directory, error);
  }
  for (const [k, path] of paths.entries()) {
    atomicWrite(join(directory, path), bytes.subarray(k * SHARD_BYTES, (k + 1) * SHARD_BYTES));
  }
  const { warnings } = topology;
  const metadata = { ...(warnings.length > 0 ? { warnings } : {}), ...(fitted === undefined ? {} : { fitted }) };
  const { class_name, warnings: _warnings, weights: _names, ...config } = topology;
  const model = {
    format: "layers-model",
    generatedBy,
    convertedBy: null,
    modelTopology: {
      keras_version: "tfjs-layers 4.22.0",
      backend: "tensor_flow.js",
      model_config: { class_name, config },
    },
    weightsManifest: [{ paths, weights: specs }],
    ...(Object.keys(metadata).length === 0 ? {} : { userDefinedMetadata: metadata }),
  };
  atomicWrite(join(directory, "model.json"), `${JSON.stringify(model)}\n`);
}
