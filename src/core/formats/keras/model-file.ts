import { readFileSync, statSync } from "node:fs";
import { UserError } from "../../../support/system/user-error.ts";
import type { FileFormat } from "../../layers/exchange.ts";
import { Archive } from "./archive.ts";
import { cut, Field, isMap, type Json, parseJson } from "./field.ts";
import { type FileWeights, groupsByName, hdf5Weights, readHdf5Weights } from "./file-weights.ts";
import { type FileGraph, readGraph } from "./graph.ts";
import { type Hdf5Item, readHdf5 } from "./hdf5.ts";
import { layersModelWeights } from "./layers-model-weights.ts";
import { checkSize } from "./limits.ts";

/** A model as its file describes it. */
export interface ModelFile {
  readonly path: string;
  readonly format: FileFormat;
  /** { class_name, config } of the model. */
  readonly topology: Json;
  /** Where that stands in the file; empty for the whole of it, or of config.json. */
  readonly place?: string;
  readonly compileConfig: Json | undefined;
  readonly compilePlace?: string;
  weights(): Promise<FileWeights>;
}

const KINDS = "a Keras model (.keras, .h5) or a TensorFlow.js LayersModel (model.json)";

/**
 * Reads a .keras archive, a whole model in HDF5 or a model.json.
 * @throws UserError (exit code 2) where it is damaged or something else
 */
export async function readModelFile(path: string): Promise<ModelFile> {
  const bytes = readBytes(path);
  if (isZip(bytes)) return readArchive(path, bytes);
  return isHdf5(bytes) ? readHdf5Model(path, bytes) : readLayersModel(path, bytes);
}

/**
 * Weights of a .keras archive, a .weights.h5 file, a whole model in HDF5 or a model.json.
 * @throws UserError (exit code 2) where it is damaged or something else
 */
export async function readWeightsFile(path: string): Promise<FileWeights> {
  const bytes = readBytes(path);
  if (isZip(bytes)) return readArchive(path, bytes).weights();
  if (!isHdf5(bytes)) return readLayersModel(path, bytes).weights();
  const items = await readHdf5(path, bytes);
  return items[0]?.attributes.model_config === undefined ? hdf5Weights(path, items) : wholeModel(path, items).weights();
}

function readBytes(path: string): Buffer {
  try {
    const stats = statSync(path);
    if (!stats.isFile()) {
      const what = stats.isDirectory() ? "a folder" : "not a regular file";
      throw new UserError(`${path} is ${what}`, { exitCode: 2, fix: `name ${KINDS}` });
    }
    checkSize(path, "the file has", stats.size);
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

/** @throws UserError for versions of Keras whose files nobody has looked at */
function formatOf(path: string, version: unknown): FileFormat {
  const text = typeof version === "string" ? version : "";
  if (text.startsWith("3.")) return "keras3";
  if (text.startsWith("2.")) return "keras2";
  throw new UserError(
    `${path}: it was written by ${text === "" ? "no version" : `version ${cut(text, 40)}`} of Keras, not by 2 or 3`,
    {
      exitCode: 2,
      fix: "load it with Keras, and save it again",
    },
  );
}

function readArchive(path: string, bytes: Uint8Array): ModelFile {
  const archive = new Archive(path, bytes);
  const config = parseJson(path, "config.json", archive.read("config.json"));
  const metadata = archive.has("metadata.json") ? parseJson(path, "metadata.json", archive.read("metadata.json")) : {};
  const model = modelOf(path, config, "");
  // Without a version, the spelling of the inputs' shape tells them apart.
  const usual = JSON.stringify(config).includes('"batch_input_shape"') ? "2." : "3.";
  return {
    path,
    format: formatOf(path, metadata.keras_version ?? usual),
    ...model,
    weights: async () => {
      const graph = graphOf(path, model.topology, "");
      const layers = new Field(path, "", model.topology).at("config").at("layers");
      const classes = layers.isList ? layers.list().map((layer) => classAndName(layer)) : [];
      const weights = await readHdf5Weights(path, archive.read("model.weights.h5"), groupsByName(classes));
      return graph === undefined ? weights : { ...weights, graph };
    },
  };
}

function classAndName(layer: Field): [name: string, className: string] {
  return [String(layer.at("name").value ?? layer.at("config").at("name").value), String(layer.at("class_name").value)];
}

/** The layers, for the names of weights; undefined where the model has some that no spec can say. */
function graphOf(path: string, topology: Json, place: string): FileGraph | undefined {
  try {
    return readGraph(path, topology, place);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

async function readHdf5Model(path: string, bytes: Uint8Array): Promise<ModelFile> {
  return wholeModel(path, await readHdf5(path, bytes));
}

/** What Keras 2, and Keras 3 by a name that ends in .h5, write: the description in attributes of the file. */
function wholeModel(path: string, items: readonly Hdf5Item[]): ModelFile {
  const [root] = items;
  const { model_config, training_config, keras_version } = root?.attributes ?? {};
  if (typeof model_config !== "string") {
    throw new UserError(`${path} holds weights without a model`, {
      exitCode: 2,
      fix: 'save the whole model: model.save("model.keras"); or write the spec yourself, and use `npx lstm-compile weights import`',
    });
  }
  const place = "model_config";
  const model = modelOf(path, parseJson(path, place, model_config), place);
  const training =
    typeof training_config === "string" ? parseJson(path, "training_config", training_config) : undefined;
  return {
    path,
    format: formatOf(path, keras_version),
    place,
    topology: model.topology,
    compileConfig: oldCompileConfig(training),
    compilePlace: "training_config",
    weights: async () => {
      const graph = graphOf(path, model.topology, place);
      return { ...hdf5Weights(path, items), ...(graph === undefined ? {} : { graph }) };
    },
  };
}

function readLayersModel(path: string, bytes: Uint8Array): ModelFile {
  const [first] = Buffer.from(bytes.subarray(0, 1024))
    .toString("utf8")
    .replace(/^\ufeff/, "")
    .trim();
  if (first !== "{") throw new UserError(`${path} is not ${KINDS}`, { exitCode: 2, fix: "check the file's name" });
  const artifacts = new Field(path, "", parseJson(path, "", bytes));
  const topology = artifacts.at("modelTopology");
  if (!topology.isGiven) {
    const what = artifacts.at("format").value === "graph-model" ? "a graph model, which has no layers" : `not ${KINDS}`;
    throw new UserError(`${path} is ${what}`, { exitCode: 2, fix: "export a LayersModel, or save with Keras 3" });
  }
  topology.map();
  const inner = topology.at("model_config");
  const place = inner.isGiven ? inner : topology;
  const model = modelOf(path, place.map(), place.place);
  const version = String(topology.at("keras_version").value ?? "");
  const training = [artifacts.at("trainingConfig"), topology.at("training_config")].find(({ isGiven }) => isGiven);
  return {
    path,
    format: version.startsWith("2.") ? "keras2" : version.startsWith("3.") ? "keras3" : "tfjs",
    topology: model.topology,
    place: place.place,
    compileConfig: model.compileConfig ?? oldCompileConfig(training?.map()),
    compilePlace: training?.place ?? "compile_config",
    weights: async () =>
      layersModelWeights(artifacts.at("weightsManifest"), graphOf(path, model.topology, place.place)),
  };
}

/** The older formats keep the optimizer under another name. */
function oldCompileConfig(training: Json | undefined): Json | undefined {
  return training && { ...training, optimizer: training.optimizer ?? training.optimizer_config };
}

function modelOf(path: string, model: Json, place: string): { topology: Json; compileConfig: Json | undefined } {
  if (typeof model.class_name !== "string" || typeof model.config !== "object" || model.config === null) {
    const where = place === "" ? "" : ` (${place})`;
    throw new UserError(`${path} does not describe a model${where}`, { exitCode: 2, fix: `name ${KINDS}` });
  }
  const compiled = model.compile_config;
  return { topology: model, compileConfig: isMap(compiled) && Object.keys(compiled).length > 0 ? compiled : undefined };
}
