import { kernel } from "./call.ts";
import { defineLayer, size } from "./definition.ts";
import { RESHAPING } from "./families/reshaping.ts";

export const flatten = defineLayer({
  type: "flatten",
  schema: { description: "Joins the timesteps of a sample to one vector.", options: {} },
  ...RESHAPING,
  outputShape: (_options, [input]) => [size(input!)],
  handsOn: "values",
  shown: [],
  call: () => kernel("flatten"),
  keras: { className: "Flatten" },
});
