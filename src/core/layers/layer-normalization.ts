import { kernel } from "./call.ts";
import { defineLayer } from "./definition.ts";
import { AXIS, NORMALIZING, SCALE_AND_SHIFT } from "./families/normalization.ts";

export const layerNormalization = defineLayer({
  type: "layerNormalization",
  schema: {
    description: "Normalises each vector to mean 0 and variance 1, then scales and shifts (Ba et al. 2016).",
    hasWeights: true,
    options: { axis: AXIS, ...SCALE_AND_SHIFT },
  },
  ...NORMALIZING,
  shown: [],
  call: ({ epsilon }) => kernel("layerNormalization", { epsilon }, { weights: "optional" }),
  keras: { className: "LayerNormalization" },
});
