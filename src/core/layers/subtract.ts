import { defineLayer } from "./definition.ts";
import { MERGING, mergeKernel } from "./families/merging.ts";

export const subtract = defineLayer({
  type: "subtract",
  schema: { description: "The first of two inputs minus the second.", options: {} },
  ...MERGING,
  inputs: { least: 2, most: 2 },
  call: () => mergeKernel("subtract"),
  keras: { className: "Subtract" },
  tensorflowJs: { isMissing: true },
});
