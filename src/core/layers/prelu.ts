import { kernel } from "./call.ts";
import { defineLayer, parameter, size } from "./definition.ts";
import { UNCHANGED } from "./families/unchanged.ts";
import { weightOptions } from "./schema.ts";

export const prelu = defineLayer({
  type: "prelu",
  schema: {
    description: "max(x, 0), and below 0 a multiple of x that is trained (He et al. 2015).",
    hasWeights: true,
    options: {
      ...weightOptions({ alpha: { what: "slopes below 0", from: "zeros" } }),
      sharedAxes: {
        description:
          "Axes of a sample, counted from 1, along which all values have one slope: [1] of a sequence for a slope per feature, [1, 2, 3] of a sequence of frames for one per channel.",
        type: "array",
        maxItems: 4,
        uniqueItems: true,
        items: { type: "integer", minimum: 1, maximum: 4 },
        default: [],
        tsType: "number[]",
        examples: [[1]],
      },
    },
  },
  ...UNCHANGED,
  outputShape({ sharedAxes }, [input]) {
    const wrong = sharedAxes.find((axis) => axis > input!.length);
    if (wrong === undefined) return input!;
    return {
      problem: `axis ${wrong} is none of the input, [${input!.join(", ")}]`,
      fix: `name axes from 1 to ${input!.length}`,
      key: "sharedAxes",
    };
  },
  parameters: (options, [input]) => [
    parameter(
      options,
      "alpha",
      "alpha",
      input!.map((n, index) => (options.sharedAxes.includes(index + 1) ? 1 : n)),
    ),
  ],
  flops: (_options, _inputs, output) => 3 * size(output),
  shown: ["sharedAxes"],
  call: () => kernel("prelu"),
  keras: {
    className: "PReLU",
    extra: ({ sharedAxes }) => (Array.isArray(sharedAxes) && sharedAxes.length === 0 ? { shared_axes: null } : {}),
  },
});
