import { noiseKernel } from "./call.ts";
import { defineLayer } from "./definition.ts";
import { NOISY } from "./families/unchanged.ts";

export const gaussianNoise = defineLayer({
  type: "gaussianNoise",
  schema: {
    description: "Adds normal noise while training.",
    options: {
      stddev: {
        description: "Standard deviation of the noise.",
        type: "number",
        minimum: 0,
        maximum: 1_000_000,
        examples: [0.1],
      },
    },
    required: ["stddev"],
  },
  ...NOISY,
  shown: ["stddev"],
  call: ({ stddev }) => noiseKernel("gaussianNoise", { stddev }),
  keras: { className: "GaussianNoise" },
});
