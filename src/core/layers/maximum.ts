import { defineLayer } from "./definition.ts";
import { MERGING, mergeKernel } from "./families/merging.ts";

export const maximum = defineLayer({
  type: "maximum",
  schema: { description: "The largest of its inputs, element by element.", options: {} },
  ...MERGING,
  call: () => mergeKernel("maximum", {}, { takesMask: "masks" }),
  keras: { className: "Maximum" },
});
