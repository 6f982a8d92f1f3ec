import { Field, parseJson } from "../field.ts";
import type { Format, ModelFile, OpenFile } from "../format.ts";
import { hdf5Items } from "../hdf5/hdf5.ts";
import { groupsByName, layersOf } from "../hdf5/layout.ts";
import { Archive } from "./archive.ts";
import { describedModel, dialectOf, graphOf, topologyOf } from "./described.ts";
import { storedWeights } from "./weights.ts";
import { kerasArchive, kerasConfig, kerasWarnings } from "./write.ts";

/** A ZIP archive of metadata.json, config.json and model.weights.h5: of Keras 3, and of Keras 2.12 and newer. */
export const KERAS_ARCHIVE: Format = {
  name: "a Keras archive",
  endings: [".keras"],
  recognizes: (bytes) => bytes[0] === 0x50 && bytes[1] === 0x4b,
  limits: kerasWarnings,
  describe: kerasConfig,
  read: async (file) => readArchive(file),
  write: {
    ending: ".keras",
    files: async (model, name, host) => new Map([[name, await kerasArchive(model, host)]]),
  },
};

function readArchive(file: OpenFile): ModelFile {
  const archive = new Archive(file, file.bytes);
  const config = parseJson(file, "config.json", archive.read("config.json"));
  const metadata = archive.has("metadata.json") ? parseJson(file, "metadata.json", archive.read("metadata.json")) : {};
  const model = topologyOf(file, config, "");
  // Without a version, the spelling of the inputs' shape tells them apart.
  const usual = JSON.stringify(config).includes('"batch_input_shape"') ? "2." : "3.";
  const { path, limits } = file;
  const described = { path, limits, dialect: dialectOf(file, metadata.keras_version ?? usual), ...model };
  return {
    model: () => describedModel(described),
    weights: async () => {
      const layers = new Field(path, "", model.topology).at("config").at("layers");
      const classes = layers.isList ? layers.list().map((layer) => classAndName(layer)) : [];
      const items = await hdf5Items(file, archive.read("model.weights.h5"));
      const graph = graphOf(file, model.topology, "");
      return storedWeights({ path, layers: layersOf(path, items, groupsByName(classes)), graph });
    },
  };
}

function classAndName(layer: Field): [name: string, className: string] {
  return [String(layer.at("name").value ?? layer.at("config").at("name").value), String(layer.at("class_name").value)];
}
