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

/** What is not part of the model itself: what wrote it, and what was fitted to the training rows. */
export interface LayersModelNotes {
  readonly generatedBy: string;
  readonly fitted: Json | undefined;
}

const SHARD_BYTES = 4 * 1024 * 1024;

/**
 * The files of a TensorFlow.js LayersModel by name, for `tf.loadLayersModel`: weight shards, then the model. What was fitted to the
 * training rows, and what TensorFlow.js does otherwise, stands in its `userDefinedMetadata`.
 */
export function layersModelFiles(
  topology: LayersTopology,
  weights: SavedTensors,
  { generatedBy, fitted }: LayersModelNotes,
): Map<string, Uint8Array> {
  const ordered = topology.weights.map(([ours, theirs]) => {
    const weight = weights[ours];
    if (weight === undefined) throw new Error(`the model to export lacks the weight ${ours}`);
    return { ...weight, name: theirs };
  });
  const bytes = new Uint8Array(ordered.reduce((sum, { values }) => sum + values.byteLength, 0));
  let end = 0;
  for (const { values } of ordered) {
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), end);
    end += values.byteLength;
  }
  const shards = Math.max(1, Math.ceil(bytes.byteLength / SHARD_BYTES));
  const paths = Array.from({ length: shards }, (_, k) => `group1-shard${k + 1}of${shards}.bin`);
  const { warnings, class_name, weights: _names, ...config } = topology;
  const metadata = { ...(warnings.length > 0 ? { warnings } : {}), ...(fitted === undefined ? {} : { fitted }) };
  const model = {
    format: "layers-model",
    generatedBy,
    convertedBy: null,
    modelTopology: {
      keras_version: "tfjs-layers 4.22.0",
      backend: "tensor_flow.js",
      model_config: { class_name, config },
    },
    weightsManifest: [{ paths, weights: ordered.map(({ name, shape }) => ({ name, shape, dtype: "float32" })) }],
    ...(Object.keys(metadata).length === 0 ? {} : { userDefinedMetadata: metadata }),
  };
  return new Map([
    ...paths.map((path, k): [string, Uint8Array] => [path, bytes.subarray(k * SHARD_BYTES, (k + 1) * SHARD_BYTES)]),
    ["model.json", new TextEncoder().encode(`${JSON.stringify(model)}\n`)],
  ]);
}
