import type { LayerDefinition, LayerOptions, LayerType } from "./definition.ts";
import { MERGE_LAYERS } from "./merge.ts";
import { RECURRENT_LAYERS } from "./recurrent.ts";
import { ROW_LAYERS } from "./rows.ts";
import { TIME_LAYERS } from "./time.ts";

/** Every layer type of the schema: the compiler does not build where one is missing. */
const LAYERS: { readonly [T in LayerType]: LayerDefinition<LayerOptions<T>> } = {
  ...RECURRENT_LAYERS,
  ...ROW_LAYERS,
  ...TIME_LAYERS,
  ...MERGE_LAYERS,
};

export const LAYER_TYPES = Object.keys(LAYERS) as readonly LayerType[];

export function layerDefinition<T extends LayerType>(type: T): LayerDefinition<LayerOptions<T>> {
  return LAYERS[type] as LayerDefinition<LayerOptions<T>>;
}
