import { kernel } from "./call.ts";
import { defineLayer } from "./definition.ts";
import { GLOBAL_POOLING } from "./families/windows.ts";

export const globalMaxPooling1d = defineLayer({
  type: "globalMaxPooling1d",
  schema: { description: "The largest value of each feature over all timesteps.", options: {} },
  ...GLOBAL_POOLING,
  mask: "drops",
  handsOn: "largest",
  call: () => kernel("globalMaxPooling1d"),
  keras: { className: "GlobalMaxPooling1D" },
});
