import { defineLayer } from "./definition.ts";
import { MERGING, mergeKernel } from "./families/merging.ts";

export const average = defineLayer({
  type: "average",
  schema: { description: "The mean of its inputs.", options: {} },
  ...MERGING,
  handsOn: "averages",
  call: () => mergeKernel("average"),
  keras: { className: "Average" },
});
