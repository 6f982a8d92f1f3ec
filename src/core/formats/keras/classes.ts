import type { LayerType } from "../../layers/definition.ts";
import type { Alias } from "../../layers/exchange.ts";
import { LAYER_TYPES, layerDefinition } from "../../layers/layers.ts";

const TYPES = new Map(LAYER_TYPES.map((type) => [layerDefinition(type).keras.className, type]));

const ALIASES = new Map(
  LAYER_TYPES.flatMap((type) =>
    Object.entries(layerDefinition(type).keras.aliases ?? {}).map(
      ([className, alias]): [string, { type: LayerType; alias: Alias }] => [className, { type, alias }],
    ),
  ),
);

/** The layer type of a class of Keras; undefined where there is none. */
export function typeOfClass(className: string): LayerType | undefined {
  return TYPES.get(className);
}

/** The layer type that a class is with certain options: ReLU, for instance, an activation. */
export function aliasOf(className: string): { readonly type: LayerType; readonly alias: Alias } | undefined {
  return ALIASES.get(className);
}
