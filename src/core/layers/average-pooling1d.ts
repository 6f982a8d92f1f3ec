import { defineLayer } from "./definition.ts";
import { POOLING_OPTIONS, pooling } from "./families/windows.ts";

export const averagePooling1d = defineLayer({
  type: "averagePooling1d",
  schema: { description: "The mean value of each feature in windows of timesteps.", options: POOLING_OPTIONS },
  ...pooling("averagePooling1d"),
  handsOn: "averages",
  keras: { className: "AveragePooling1D" },
});
