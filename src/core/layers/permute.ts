import { kernel } from "./call.ts";
import { defineLayer } from "./definition.ts";
import { RESHAPING } from "./families/reshaping.ts";

export const permute = defineLayer({
  type: "permute",
  schema: {
    description: "Exchanges timesteps and features.",
    options: {
      dims: {
        description: "The axes of the input in the new order, counted from 1.",
        type: "array",
        minItems: 1,
        maxItems: 2,
        uniqueItems: true,
        items: { type: "integer", minimum: 1, maximum: 2 },
        examples: [[2, 1]],
      },
    },
    required: ["dims"],
  },
  ...RESHAPING,
  reads: "vectors",
  outputShape({ dims }, [input]) {
    if (dims.length === input!.length && dims.every((dim) => dim <= input!.length)) {
      return dims.map((dim) => input![dim - 1]!);
    }
    return {
      problem: `dims [${dims.join(", ")}] do not name the axes of the input, [${input!.join(", ")}]`,
      fix: input!.length === 2 ? "use `dims: [2, 1]`" : "use `dims: [1]`, or leave the layer out",
      key: "dims",
    };
  },
  handsOn: "values",
  keepsLastAxis: ({ dims }, input) => dims.at(-1) === input.length,
  shown: ["dims"],
  call: ({ dims }) => kernel("permute", { dims }),
  keras: { className: "Permute" },
});
