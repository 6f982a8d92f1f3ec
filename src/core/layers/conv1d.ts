import { activationConstant, kernel } from "./call.ts";
import { defineLayer, featuresOf, ONE_INPUT, parameter, size, timestepsOf } from "./definition.ts";
import { tooLong, windowCount } from "./families/windows.ts";
import { activationOption, choice, count, kernelAndBias } from "./schema.ts";

export const conv1d = defineLayer({
  type: "conv1d",
  schema: {
    description: "A convolution over the timesteps.",
    hasWeights: true,
    options: {
      filters: count("Number of filters: the features of the output.", [32]),
      kernelSize: count("Timesteps that a filter sees.", [3]),
      strides: count("Timesteps between two outputs.", [1], { fallback: 1 }),
      padding: choice(
        "valid: only whole windows; same: as many outputs as inputs (at stride 1); causal: an output sees no later input.",
        ["valid", "same", "causal"],
        "valid",
        "same",
      ),
      dilationRate: count("Timesteps between two inputs of a filter.", [1], { fallback: 1 }),
      activation: activationOption("Activation of the output.", "linear"),
      ...kernelAndBias("filters"),
    },
    required: ["filters", "kernelSize"],
  },
  reads: "sequence",
  inputs: ONE_INPUT,
  mask: "drops",
  outputShape({ filters, kernelSize, strides, padding, dilationRate }, [input]) {
    if (strides > 1 && dilationRate > 1) {
      const problem = `strides ${strides} and dilationRate ${dilationRate} exclude each other`;
      return { problem, fix: "set one of them to 1", key: "dilationRate" };
    }
    const span = (kernelSize - 1) * dilationRate + 1;
    const timesteps = timestepsOf(input!);
    if (padding === "valid" && span > timesteps) return tooLong("a filter", span, timesteps, "kernelSize");
    return [windowCount(timesteps, span, strides, padding), filters];
  },
  parameters(options, [input]) {
    const shape = [options.kernelSize, featuresOf(input!), options.filters];
    const kernel = parameter(options, "kernel", "kernel", shape);
    return options.useBias ? [kernel, parameter(options, "bias", "bias", [options.filters])] : [kernel];
  },
  flops: ({ kernelSize }, [input], output) => size(output) * (2 * kernelSize * featuresOf(input!) + 2),
  kept: ({ kernelSize }, [input], output) => timestepsOf(output) * kernelSize * featuresOf(input!) + 2 * size(output), // columns, z and y
  outputActivation: ({ activation }) => activation,
  shown: ["activation", "filters", "kernelSize", "strides", "padding"],
  call: ({ strides, padding, dilationRate, activation }) =>
    kernel("conv1d", { activation: activationConstant(activation), strides, padding, dilationRate }),
  keras: { className: "Conv1D" },
  tensorflowJs: {
    warnings: ({ padding }) =>
      padding === "causal" ? ["TensorFlow.js cannot load it: its conv1d has no causal padding"] : [],
  },
});
