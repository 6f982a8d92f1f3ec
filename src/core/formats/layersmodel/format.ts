import { layersModelFiles } from "../../../support/run/layers-model-files.ts";
import { UserError } from "../../../support/system/user-error.ts";
import { Field, parseJson } from "../field.ts";
import type { Format, ModelFile, OpenFile } from "../format.ts";
import { describedModel, graphOf, oldCompileConfig, topologyOf } from "../keras/described.ts";
import { storedWeights } from "../keras/weights.ts";
import { layersTopology } from "./topology.ts";
import { layersModelWarnings } from "./warnings.ts";
import { layersModelWeights } from "./weights.ts";

/** model.json and shards of weights beside it: of TensorFlow.js, its converter, and every run of a generated program. */
export const LAYERS_MODEL: Format = {
  name: "a TensorFlow.js LayersModel",
  endings: ["model.json"],
  recognizes: (bytes) => new TextDecoder().decode(bytes.subarray(0, 1024)).trimStart().startsWith("{"),
  limits: layersModelWarnings,
  describe: layersTopology,
  read: async (file) => readLayersModel(file),
  write: {
    ending: "model.json",
    files: async ({ plan, weights, ...notes }) => layersModelFiles(layersTopology(plan), weights, notes),
  },
};

function readLayersModel(file: OpenFile): ModelFile {
  const { path, limits } = file;
  const artifacts = new Field(path, "", parseJson(file, "", file.bytes));
  const topology = artifacts.at("modelTopology");
  if (!topology.isGiven) {
    const what =
      artifacts.at("format").value === "graph-model"
        ? "a graph model, which has no layers"
        : `not ${LAYERS_MODEL.name}`;
    throw new UserError(`${path} is ${what}`, { exitCode: 2, fix: "export a LayersModel, or save with Keras 3" });
  }
  topology.map();
  const inner = topology.at("model_config");
  const { place, value } = inner.isGiven ? inner : topology;
  const model = topologyOf(file, new Field(path, place, value).map(), place);
  const version = String(topology.at("keras_version").value ?? "");
  const dialect = version.startsWith("2.") ? "keras2" : version.startsWith("3.") ? "keras3" : "tfjs";
  const training = [artifacts.at("trainingConfig"), topology.at("training_config")].find(({ isGiven }) => isGiven);
  const compileConfig = model.compileConfig ?? oldCompileConfig(training?.map());
  const compilePlace = training?.place ?? "compile_config";
  return {
    model: () =>
      describedModel(
        { path, limits, dialect, topology: model.topology, place, compileConfig, compilePlace },
        dialect === "tfjs" ? differences : undefined,
      ),
    weights: async () => {
      const graph = graphOf(file, model.topology, place);
      return storedWeights(layersModelWeights(file, artifacts.at("weightsManifest"), graph));
    },
  };
}

/** The program computes what Keras computes. */
function differences(plan: Parameters<Format["limits"]>[0]): string[] {
  return layersModelWarnings(plan).filter((text) => text.includes(": loaded in TensorFlow.js"));
}
