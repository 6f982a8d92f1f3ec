import type { Config } from "../../layers/exchange.ts";
import type { LayerPlan, ParameterPlan } from "../../plan/types.ts";
import {
  activationName,
  initializerConfig,
  type SerializedLayer,
  type Spelling,
  serializeLayer,
} from "../keras/config.ts";

/** How tf.layers spells what Keras 3 spells otherwise. */
const TF_LAYERS: Spelling = {
  dialect: "tfjs",
  activation: activationName,
  namedInitializer: (name) => name.replace("lecun", "le_cun"),
  initializer(initializer) {
    const { class_name, config } = initializerConfig(initializer);
    // It calls its truncated normal "normal", and has no other.
    const isNormal = initializer.type === "varianceScaling" && initializer.distribution !== "uniform";
    return { class_name, config: isNormal ? { ...config, distribution: "normal" } : config };
  },
};

/** A layer with every option, as tf.layers reads it. */
export function layersModelLayer(layer: LayerPlan): SerializedLayer {
  const { config, ...rest } = serializeLayer(layer, TF_LAYERS);
  return { ...rest, config: withoutWideIdentities(config, layer) };
}

/** TensorFlow.js has the identity for square matrices alone, and makes initial weights even where it loads others. */
export function isWideIdentity({ initializer, shape }: ParameterPlan): boolean {
  const type = typeof initializer === "string" ? initializer : initializer.type;
  return type === "identity" && shape[0] !== shape[1];
}

function withoutWideIdentities(config: Config, { parameters }: LayerPlan): Config {
  const keys = parameters.filter(isWideIdentity).map(({ name }) => {
    const weight = name.split("/").at(-1)!;
    return `${weight === "recurrentKernel" ? "recurrent" : weight}_initializer`;
  });
  const zeros = Object.fromEntries(keys.map((key) => [key, "zeros"]));
  const inner = config.layer as SerializedLayer | undefined;
  return inner === undefined
    ? { ...config, ...zeros }
    : { ...config, layer: { ...inner, config: { ...inner.config, ...zeros } } };
}
