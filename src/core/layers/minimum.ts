import { defineLayer } from "./definition.ts";
import { MERGING, mergeKernel } from "./families/merging.ts";

export const minimum = defineLayer({
  type: "minimum",
  schema: { description: "The smallest of its inputs, element by element.", options: {} },
  ...MERGING,
  call: () => mergeKernel("minimum", {}, { takesMask: "masks" }),
  keras: { className: "Minimum" },
});
