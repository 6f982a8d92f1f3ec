import { counted } from "../../support/system/counted.ts";
import { kernel } from "./call.ts";
import { defineLayer, size } from "./definition.ts";
import { RESHAPING } from "./families/reshaping.ts";

export const reshape = defineLayer({
  type: "reshape",
  schema: {
    description:
      "Reads a sample's values in another shape: [features], [timesteps, features], or frames: [rows, columns, channels] or [timesteps, rows, columns, channels].",
    options: {
      targetShape: {
        description: "The shape per sample; its values are as many as those of the input.",
        type: "array",
        minItems: 1,
        maxItems: 4,
        items: { type: "integer", minimum: 1, maximum: 10_000_000 },
        examples: [[7, 4]],
      },
    },
    required: ["targetShape"],
  },
  ...RESHAPING,
  outputShape({ targetShape }, [input]) {
    if (size(targetShape) === size(input!)) return targetShape;
    return {
      problem: `[${targetShape.join(", ")}] has ${counted(size(targetShape), "value")}, but the input, [${input!.join(", ")}], has ${size(input!)}`,
      fix: `give a shape of ${counted(size(input!), "value")}`,
      key: "targetShape",
    };
  },
  handsOn: "values",
  shown: ["targetShape"],
  call: ({ targetShape }) => kernel("reshape", { targetShape }),
  keras: { className: "Reshape" },
});
