import { activationConstant, kernel } from "./call.ts";
import { defineLayer } from "./definition.ts";
import { UNCHANGED } from "./families/unchanged.ts";
import { activationOption } from "./schema.ts";

export const activation = defineLayer({
  type: "activation",
  schema: {
    description: "Applies an activation.",
    options: { activation: activationOption("The activation.", undefined, "relu") },
    required: ["activation"],
  },
  ...UNCHANGED,
  handsOn: "values",
  outputActivation: ({ activation }) => activation,
  shown: ["activation"],
  call: ({ activation }) => kernel("activation", { activation: activationConstant(activation) }),
  keras: {
    className: "Activation",
    aliases: {
      ReLU: {
        keys: { negative_slope: [0], threshold: [0], max_value: [null, 6] },
        options: ({ max_value }) => ({ activation: max_value === 6 ? "relu6" : "relu" }),
      },
      ELU: { keys: { alpha: [1] }, options: () => ({ activation: "elu" }) },
      Softmax: { keys: {}, usesMask: true, options: () => ({ activation: "softmax" }) },
    },
  },
});
