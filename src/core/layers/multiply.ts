import { defineLayer } from "./definition.ts";
import { MERGING, mergeKernel } from "./families/merging.ts";

export const multiply = defineLayer({
  type: "multiply",
  schema: { description: "The product of its inputs, element by element.", options: {} },
  ...MERGING,
  call: () => mergeKernel("multiply", {}, { takesMask: "masks" }),
  keras: { className: "Multiply" },
});
