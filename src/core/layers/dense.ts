import { activationConstant, kernel } from "./call.ts";
import { defineLayer, featuresOf, ONE_INPUT, parameter, size, vectorsOf } from "./definition.ts";
import { activationOption, kernelAndBias, UNITS } from "./schema.ts";

export const dense = defineLayer({
  type: "dense",
  schema: {
    description:
      "A fully connected layer; on a sequence it is applied to each timestep alike, on frames to each place.",
    hasWeights: true,
    options: {
      units: {
        ...UNITS,
        description:
          "Number of units: the size of the layer's output. The last layer can leave them to the targets: one for each class, number or quantile. Unit: count.",
      },
      activation: activationOption("Activation of the output.", "linear"),
      ...kernelAndBias("weights"),
    },
  },
  reads: "any",
  inputs: ONE_INPUT,
  mask: "passes",
  outputShape: ({ units }, [input]) => [...input!.slice(0, -1), units],
  parameters(options, [input]) {
    const kernel = parameter(options, "kernel", "kernel", [featuresOf(input!), options.units]);
    return options.useBias ? [kernel, parameter(options, "bias", "bias", [options.units])] : [kernel];
  },
  flops: ({ units }, [input]) => vectorsOf(input!) * (2 * featuresOf(input!) * units + 2 * units),
  kept: (_options, _inputs, output) => 2 * size(output), // z and y
  outputActivation: ({ activation }) => activation,
  shown: ["activation"],
  call: ({ activation }) => kernel("dense", { activation: activationConstant(activation) }),
  keras: { className: "Dense" },
});
