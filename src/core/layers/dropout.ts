import { noiseKernel } from "./call.ts";
import { defineLayer } from "./definition.ts";
import { NOISY } from "./families/unchanged.ts";
import { rate } from "./schema.ts";

export const dropout = defineLayer({
  type: "dropout",
  schema: {
    description: "Sets inputs to zero at random while training and scales the others up (Srivastava et al. 2014).",
    options: { rate: rate("Share of the inputs set to zero") },
    required: ["rate"],
  },
  ...NOISY,
  shown: ["rate"],
  call: ({ rate }) => noiseKernel("dropout", { rate }),
  keras: { className: "Dropout" },
});
