import { defineLayer } from "./definition.ts";
import { MERGING, mergeKernel } from "./families/merging.ts";

export const add = defineLayer({
  type: "add",
  schema: { description: "The sum of its inputs.", options: {} },
  ...MERGING,
  call: () => mergeKernel("add"),
  keras: { className: "Add" },
});
