import { noiseKernel } from "./call.ts";
import { defineLayer } from "./definition.ts";
import { NOISY } from "./families/unchanged.ts";
import { rate } from "./schema.ts";

export const spatialDropout1d = defineLayer({
  type: "spatialDropout1d",
  schema: {
    description: "Dropout of whole features: the same ones at every timestep (Tompson et al. 2015).",
    options: { rate: rate("Share of the inputs set to zero") },
    required: ["rate"],
  },
  ...NOISY,
  reads: "sequence",
  shown: ["rate"],
  call: ({ rate }) => noiseKernel("spatialDropout1d", { rate }),
  keras: { className: "SpatialDropout1D", isUntrainable: true },
});
