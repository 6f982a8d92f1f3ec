import { kernel } from "./call.ts";
import { defineLayer, size } from "./definition.ts";
import { UNCHANGED } from "./families/unchanged.ts";

const NUMBER = { type: "number", minimum: -1e30, maximum: 1e30 } as const;

export const rescaling = defineLayer({
  type: "rescaling",
  schema: {
    description: "Multiplies by a given number and adds another.",
    options: {
      scale: { description: "The factor.", ...NUMBER, examples: [0.1] },
      offset: { description: "What is added to the product.", ...NUMBER, default: 0, examples: [-1] },
    },
    required: ["scale"],
  },
  ...UNCHANGED,
  flops: (_options, _inputs, output) => 2 * size(output),
  kept: (_options, _inputs, output) => size(output),
  shown: ["scale", "offset"],
  call: ({ scale, offset }) => kernel("rescaling", { scale, offset }),
  keras: { className: "Rescaling" },
  tensorflowJs: { dropsMask: true },
});
