import { counted } from "../../support/system/counted.ts";
import type { Shape } from "../spec/dataset.ts";
import {
  featuresOf,
  type LayerDefinition,
  type LayerOptions,
  ONE_INPUT,
  parameter,
  type ShapeProblem,
  size,
  timestepsOf,
} from "./definition.ts";

/** Windows over `timesteps`, as TensorFlow counts them. `span` is what a window covers. */
export function windowCount(
  timesteps: number,
  span: number,
  strides: number,
  padding: "valid" | "same" | "causal",
): number {
  return padding === "valid" ? Math.floor((timesteps - span) / strides) + 1 : Math.ceil(timesteps / strides);
}

function tooLong(what: string, span: number, timesteps: number, key: string): ShapeProblem {
  return {
    problem: `${what} covers ${span} timesteps, but the input has ${timesteps}`,
    fix: `use a smaller \`${key}\`, or \`padding: same\``,
    key,
  };
}

const conv1d: LayerDefinition<LayerOptions<"conv1d">> = {
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
};

type PoolingOptions = LayerOptions<"maxPooling1d" | "averagePooling1d">;

function pooling<O extends PoolingOptions>(): LayerDefinition<O> {
  return {
    reads: "sequence",
    inputs: ONE_INPUT,
    mask: "drops",
    outputShape({ poolSize, strides, padding }, [input]) {
      const timesteps = timestepsOf(input!);
      if (padding === "valid" && poolSize > timesteps) return tooLong("a window", poolSize, timesteps, "poolSize");
      return [windowCount(timesteps, poolSize, strides ?? poolSize, padding), featuresOf(input!)];
    },
    parameters: () => [],
    flops: ({ poolSize }, _inputs, output) => poolSize * size(output),
    kept: ({ poolSize }, _inputs, output) => poolSize * size(output),
  };
}

function reshaping<O>(
  reads: LayerDefinition<O>["reads"],
  outputShape: LayerDefinition<O>["outputShape"],
  mask: LayerDefinition<O>["mask"] = "drops",
): LayerDefinition<O> {
  return {
    reads,
    inputs: ONE_INPUT,
    mask,
    outputShape,
    parameters: () => [],
    flops: () => 0,
    kept: () => 0,
  };
}

const global = <O>(mask: "uses" | "drops"): LayerDefinition<O> => ({
  ...reshaping<O>("sequence", (_options, [input]) => [featuresOf(input!)], mask),
  flops: (_options, [input]) => size(input!),
  kept: (_options, [input]) => size(input!),
});

const reshape = reshaping<LayerOptions<"reshape">>("any", ({ targetShape }, [input]): Shape | ShapeProblem => {
  if (size(targetShape) === size(input!)) return targetShape;
  return {
    problem: `[${targetShape.join(", ")}] has ${counted(size(targetShape), "value")}, but the input, [${input!.join(", ")}], has ${size(input!)}`,
    fix: `give a shape of ${counted(size(input!), "value")}`,
    key: "targetShape",
  };
});

const permute = reshaping<LayerOptions<"permute">>("any", ({ dims }, [input]): Shape | ShapeProblem => {
  if (dims.length === input!.length && dims.every((dim) => dim <= input!.length)) {
    return dims.map((dim) => input![dim - 1]!);
  }
  return {
    problem: `dims [${dims.join(", ")}] do not name the axes of the input, [${input!.join(", ")}]`,
    fix: input!.length === 2 ? "use `dims: [2, 1]`" : "use `dims: [1]`, or leave the layer out",
    key: "dims",
  };
});

export const TIME_LAYERS = {
  conv1d,
  maxPooling1d: pooling<LayerOptions<"maxPooling1d">>(),
  averagePooling1d: pooling<LayerOptions<"averagePooling1d">>(),
  globalMaxPooling1d: global<LayerOptions<"globalMaxPooling1d">>("drops"),
  globalAveragePooling1d: global<LayerOptions<"globalAveragePooling1d">>("uses"),
  flatten: reshaping<LayerOptions<"flatten">>("any", (_options, [input]) => [size(input!)]),
  reshape,
  permute,
  repeatVector: reshaping<LayerOptions<"repeatVector">>("vector", ({ n }, [input]) => [n, featuresOf(input!)]),
};
