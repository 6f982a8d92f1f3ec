import { kernel } from "./call.ts";
import { defineLayer } from "./definition.ts";
import { UNCHANGED } from "./families/unchanged.ts";

export const masking = defineLayer({
  type: "masking",
  schema: {
    description: "Later layers skip the timesteps whose features all equal a value.",
    options: {
      maskValue: { description: "The value that marks padding.", type: "number", default: 0, examples: [0] },
    },
  },
  ...UNCHANGED,
  reads: "sequence",
  mask: "makes",
  shown: [],
  call: ({ maskValue }) => kernel("masking", { maskValue }),
  keras: { className: "Masking", maskOperations: 2 }, // asks whether any feature differs
});
