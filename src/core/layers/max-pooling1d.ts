import { defineLayer } from "./definition.ts";
import { POOLING_OPTIONS, pooling } from "./families/windows.ts";

export const maxPooling1d = defineLayer({
  type: "maxPooling1d",
  schema: { description: "The largest value of each feature in windows of timesteps.", options: POOLING_OPTIONS },
  ...pooling("maxPooling1d"),
  handsOn: "largest",
  keras: { className: "MaxPooling1D" },
});
