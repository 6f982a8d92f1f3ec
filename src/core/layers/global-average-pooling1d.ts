import { kernel } from "./call.ts";
import { defineLayer } from "./definition.ts";
import { GLOBAL_POOLING } from "./families/windows.ts";

export const globalAveragePooling1d = defineLayer({
  type: "globalAveragePooling1d",
  schema: { description: "The mean of each feature over all timesteps.", options: {} },
  ...GLOBAL_POOLING,
  mask: "uses",
  handsOn: "averages",
  call: () => kernel("globalAveragePooling1d", {}, { takesMask: ["mask"] }),
  keras: { className: "GlobalAveragePooling1D", takesMask: true },
  tensorflowJs: {
    maskWarnings: ({ inputMasks }) =>
      inputMasks[0] === undefined
        ? []
        : ["loaded in TensorFlow.js, it averages over all timesteps, not only over those that the mask keeps"],
  },
});
