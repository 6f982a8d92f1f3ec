import { UserError } from "../../../support/system/user-error.ts";
import { parseJson } from "../field.ts";
import type { DescribedModel, Format, ModelFile, OpenFile } from "../format.ts";
import { describedModel, dialectOf, graphOf, oldCompileConfig, topologyOf } from "../keras/described.ts";
import { storedWeights } from "../keras/weights.ts";
import { kerasWarnings, kerasWeights } from "../keras/write.ts";
import { hdf5Items } from "./hdf5.ts";
import { layersOf } from "./layout.ts";
import type { Hdf5Item } from "./tree.ts";

const MAGIC = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

/** Weights of Keras, or a whole model of which the description stands in attributes of the file. */
export const KERAS_HDF5: Format = {
  name: "a Keras HDF5 file",
  endings: [".h5", ".weights.h5"],
  recognizes: (bytes) => MAGIC.every((byte, k) => bytes[k] === byte),
  limits: kerasWarnings,
  read: readModel,
  write: {
    ending: ".weights.h5",
    files: async ({ plan, weights }, name, host) => new Map([[name, await kerasWeights(plan, weights, host)]]),
  },
};

async function readModel(file: OpenFile): Promise<ModelFile> {
  const items = await hdf5Items(file, file.bytes);
  const { path } = file;
  const config = items[0]?.attributes.model_config;
  if (typeof config === "string") return wholeModel(file, items, config);
  return {
    model: () => {
      throw new UserError(`${path} holds weights without a model`, {
        exitCode: 2,
        fix: 'save the whole model: model.save("model.keras"); or write the spec yourself, and use `npx lstm-compile weights import`',
      });
    },
    weights: async () => storedWeights({ path, layers: layersOf(path, items), graph: undefined }),
  };
}

/** What Keras 2, and Keras 3 by a name that ends in .h5, write. */
function wholeModel(file: OpenFile, items: readonly Hdf5Item[], config: string): ModelFile {
  const { path, limits } = file;
  const { training_config, keras_version } = items[0]!.attributes;
  const place = "model_config";
  const { topology } = topologyOf(file, parseJson(file, place, config), place);
  const dialect = dialectOf(file, keras_version);
  const model = (): DescribedModel => {
    const training =
      typeof training_config === "string" ? parseJson(file, "training_config", training_config) : undefined;
    const compileConfig = oldCompileConfig(training);
    return describedModel({ path, limits, dialect, place, topology, compileConfig, compilePlace: "training_config" });
  };
  return {
    model,
    weights: async () => storedWeights({ path, layers: layersOf(path, items), graph: graphOf(file, topology, place) }),
  };
}
