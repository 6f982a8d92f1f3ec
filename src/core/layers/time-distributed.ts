import type { TimestepLayer } from "../spec/types.ts";
import { activation } from "./activation.ts";
import { batchNormalization } from "./batch-normalization.ts";
import { defineLayer, type LayerDefinition, ONE_INPUT } from "./definition.ts";
import { dense } from "./dense.ts";
import { dropout } from "./dropout.ts";
import { gaussianDropout } from "./gaussian-dropout.ts";
import { gaussianNoise } from "./gaussian-noise.ts";
import { layerNormalization } from "./layer-normalization.ts";
import { innerLayer } from "./schema.ts";

const LAYERS = { dense, activation, dropout, gaussianNoise, gaussianDropout, layerNormalization, batchNormalization };

function inside({ type }: TimestepLayer): LayerDefinition<string, TimestepLayer> {
  return LAYERS[type] as LayerDefinition<string, unknown> as LayerDefinition<string, TimestepLayer>;
}

export const timeDistributed = defineLayer({
  type: "timeDistributed",
  schema: {
    description: "Applies a layer to each timestep alike.",
    hasWeights: true,
    options: {
      layer: innerLayer("The layer to apply to each timestep.", "TimestepLayer", { type: "dense", units: 8 }),
    },
    required: ["layer"],
  },
  reads: "sequence",
  inputs: ONE_INPUT,
  mask: "passes",
  wraps: {
    choice: {
      title: "TimestepLayer",
      description: "A layer that treats every vector alike, inside a wrapper.",
      type: "Kind of layer.",
    },
    layers: Object.values(LAYERS),
    innerShape: (input) => input.slice(1),
  },
  outputShape: ({ layer }, inputs) => inside(layer).outputShape(layer, inputs),
  parameters: ({ layer }, inputs) => inside(layer).parameters(layer, inputs),
  flops: ({ layer }, inputs, output) => inside(layer).flops(layer, inputs, output),
  kept: ({ layer }, inputs, output) => inside(layer).kept(layer, inputs, output),
  outputActivation: ({ layer }) => inside(layer).outputActivation?.(layer) ?? "linear",
  shown: [],
  call: ({ layer }) => ({ ...inside(layer).call(layer), ...inside(layer).perTimestep }),
  keras: {
    className: "TimeDistributed",
    takesMask: true,
    weightPaths: (names) => names.map((_, k) => `layer/vars/${k}`),
  },
});
