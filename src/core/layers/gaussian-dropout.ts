import { noiseKernel } from "./call.ts";
import { defineLayer } from "./definition.ts";
import { NOISY } from "./families/unchanged.ts";
import { rate } from "./schema.ts";

export const gaussianDropout = defineLayer({
  type: "gaussianDropout",
  schema: {
    description:
      "Multiplies by normal noise of mean 1 and variance rate / (1 - rate) while training (Srivastava et al. 2014).",
    options: { rate: rate("Share of the inputs set to zero") },
    required: ["rate"],
  },
  ...NOISY,
  shown: ["rate"],
  call: ({ rate }) => noiseKernel("gaussianDropout", { rate }),
  keras: { className: "GaussianDropout" },
});
