import { readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { UserError } from "../support/user-error.ts";
import { type FileWeights, readHdf5Weights } from "./hdf5.ts";

type Json = Readonly<Record<string, unknown>>;

/** A model as its file describes it. */
export interface ModelFile {
  readonly path: string;
  /** Keras 3 and the older format differ in spellings and in what hard_sigmoid means. */
  readonly format: "keras3" | "keras2" | "tfjs";
  /** { class_name, config } of the model. */
  readonly topology: Json;
  readonly compileConfig: Json | undefined;
  weights(): Promise<FileWeights>;
}

const KINDS = "a Keras model (.keras) or a TensorFlow.js LayersModel (model.json)";

/**
 * Reads a .keras archive or a model.json.
 * @throws UserError (exit code 2) where it is damaged or something else
 */
export async function readModelFile(path: string): Promise<ModelFile> {
  const bytes = readBytes(path);
  if (isZip(bytes)) return readArchive(path, bytes);
  if (isHdf5(bytes)) {
    throw new UserError(`${path}: an HDF5 file does not hold a model in a format that can be imported`, {
      exitCode: 2,
      fix: 'save the model with Keras 3 as model.keras: keras.models.load_model(path).save("model.keras")',
    });
  }
  return readLayersModel(path, bytes);
}

/**
 * Weights of a .keras archive, a .weights.h5 file or a model.json.
 * @throws UserError (exit code 2) where it is damaged or something else
 */
export async function readWeightsFile(path: string): Promise<FileWeights> {
  const bytes = readBytes(path);
  if (isHdf5(bytes)) return readHdf5Weights(path, bytes);
  return (await readModelFile(path)).weights();
}

function readBytes(path: string): Buffer {
  try {
    if (statSync(path).isDirectory()) {
      throw new UserError(`${path} is a folder`, { exitCode: 2, fix: `name ${KINDS}` });
    }
    return readFileSync(path);
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    throw new UserError(`cannot read ${path}: ${(cause as NodeJS.ErrnoException).code}`, {
      exitCode: 2,
      fix: `name ${KINDS}`,
      cause,
    });
  }
}

function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b;
}

function isHdf5(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(0, 8)).equals(Buffer.from([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]));
}

const ENTRIES: ReadonlySet<string> = new Set(["config.json", "metadata.json", "model.weights.h5"]);

async function readArchive(path: string, bytes: Uint8Array): Promise<ModelFile> {
  const { unzipSync } = await import("fflate");
  let files: Readonly<Record<string, Uint8Array>>;
  try {
    files = unzipSync(bytes, { filter: ({ name }) => ENTRIES.has(name) });
  } catch (cause) {
    throw damaged(path, (cause as Error).message, cause);
  }
  const entry = (name: string): Uint8Array => {
    const found = files[name];
    if (found !== undefined) return found;
    throw new UserError(`${path}: the archive has no ${name}`, { exitCode: 2, fix: `name ${KINDS}` });
  };
  return {
    path,
    format: "keras3",
    ...modelOf(path, parse(path, "config.json", entry("config.json"))),
    weights: async () => readHdf5Weights(path, entry("model.weights.h5")),
  };
}

function readLayersModel(path: string, bytes: Uint8Array): ModelFile {
  let artifacts: Json;
  try {
    artifacts = object(JSON.parse(Buffer.from(bytes).toString("utf8")));
  } catch (cause) {
    throw new UserError(`${path} is not ${KINDS}`, { exitCode: 2, fix: "check the file's name", cause });
  }
  if (artifacts.modelTopology === undefined) {
    const what = artifacts.format === "graph-model" ? "a graph model, which has no layers" : `not ${KINDS}`;
    throw new UserError(`${path} is ${what}`, { exitCode: 2, fix: "export a LayersModel, or save with Keras 3" });
  }
  const topology = object(artifacts.modelTopology);
  const model = modelOf(path, object(topology.model_config ?? topology));
  const version = String(topology.keras_version ?? "");
  const training = (artifacts.trainingConfig ?? topology.training_config) as Json | undefined;
  return {
    path,
    format: version.startsWith("2.") ? "keras2" : version.startsWith("3.") ? "keras3" : "tfjs",
    topology: model.topology,
    compileConfig: model.compileConfig ?? oldCompileConfig(training),
    weights: async () => layersModelWeights(path, artifacts),
  };
}

/** The older formats keep the optimizer under another name. */
function oldCompileConfig(training: Json | undefined): Json | undefined {
  return training && { ...training, optimizer: training.optimizer ?? training.optimizer_config };
}

function modelOf(path: string, model: Json): { topology: Json; compileConfig: Json | undefined } {
  if (typeof model.class_name !== "string" || typeof model.config !== "object") {
    throw new UserError(`${path} does not describe a model`, { exitCode: 2, fix: `name ${KINDS}` });
  }
  const compiled = model.compile_config as Json | undefined;
  return { topology: model, compileConfig: compiled && Object.keys(compiled).length > 0 ? compiled : undefined };
}

interface ManifestGroup {
  readonly paths: readonly string[];
  readonly weights: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly dtype: string;
    readonly quantization?: unknown;
  }[];
}

/** The shards beside model.json. Their names come from the file, so they must not lead out of its folder. */
function layersModelWeights(path: string, artifacts: Json): FileWeights {
  const byLayer = new Map<string, { name: string; shape: number[]; values: Float32Array }[]>();
  const groups = artifacts.weightsManifest;
  if (!Array.isArray(groups)) throw damaged(path, "it names no weights");
  for (const { paths, weights } of groups as ManifestGroup[]) {
    const data = Buffer.concat(
      paths.map((name) => {
        if (!/^[^/\\]+$/.test(name) || name.startsWith("..")) throw damaged(path, `it names the shard ${name}`);
        return readShard(path, name);
      }),
    );
    let offset = 0;
    for (const { name, shape, dtype, quantization } of weights) {
      if (dtype !== "float32" || quantization !== undefined) {
        const kind = quantization === undefined ? dtype : "quantized";
        throw new UserError(`${path}: the weight ${name} is ${kind}`, { exitCode: 2, fix: "export it as float32" });
      }
      const count = shape.reduce((product, n) => product * n, 1);
      if (offset + 4 * count > data.byteLength) throw damaged(path, `its shards are too short for ${name}`);
      const values = new Float32Array(count);
      Buffer.from(values.buffer).set(data.subarray(offset, offset + 4 * count));
      offset += 4 * count;
      const layer = name.split("/")[0]!;
      byLayer.set(layer, [...(byLayer.get(layer) ?? []), { name, shape: [...shape], values }]);
    }
    if (offset !== data.byteLength) throw damaged(path, "its shards are longer than its weights");
  }
  return {
    path,
    layers: [...byLayer].map(([name, weights]) => ({ name, group: undefined, weights })),
  };
}

function readShard(path: string, name: string): Buffer {
  try {
    return readFileSync(join(dirname(path), name));
  } catch (cause) {
    throw new UserError(`${path}: cannot read its shard ${name}`, {
      exitCode: 2,
      fix: "keep the .bin files beside model.json",
      cause,
    });
  }
}

function parse(path: string, name: string, bytes: Uint8Array): Json {
  try {
    return object(JSON.parse(Buffer.from(bytes).toString("utf8")));
  } catch (cause) {
    throw damaged(path, `${name} is no JSON object`, cause);
  }
}

function object(value: unknown): Json {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error("not an object");
  return value as Json;
}

export function damaged(path: string, what: string, cause?: unknown): UserError {
  return new UserError(`${path} is damaged: ${what}`, { exitCode: 2, fix: "save or copy it again", cause });
}
