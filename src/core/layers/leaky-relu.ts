import { kernel } from "./call.ts";
import { defineLayer } from "./definition.ts";
import { UNCHANGED } from "./families/unchanged.ts";

export const leakyRelu = defineLayer({
  type: "leakyRelu",
  schema: {
    description: "max(x, 0), and below 0 a small multiple of x (Maas et al. 2013).",
    options: {
      negativeSlope: {
        description: "What values below 0 are multiplied by.",
        type: "number",
        minimum: 0,
        maximum: 1_000_000,
        default: 0.3,
        examples: [0.1],
      },
    },
  },
  ...UNCHANGED,
  shown: ["negativeSlope"],
  call: ({ negativeSlope }) => kernel("leakyRelu", { negativeSlope }),
  keras: { className: "LeakyReLU", olderKeys: { alpha: "negativeSlope" } },
  tensorflowJs: { dropsMask: true },
});
