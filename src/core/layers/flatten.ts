import { kernel } from "./call.ts";
import { defineLayer, size } from "./definition.ts";
import { RESHAPING } from "./families/reshaping.ts";

export const flatten = defineLayer({
  type: "flatten",
  schema: {
    description:
      "Joins all values of a sample to one vector, in the order of the timesteps, and of the rows and columns of frames.",
    options: {},
  },
  ...RESHAPING,
  outputShape: (_options, [input]) => [size(input!)],
  handsOn: "values",
  shown: [],
  call: () => kernel("flatten"),
  keras: { className: "Flatten" },
});
