import type { TimestepLayer } from "../spec/types.ts";
import {
  featuresOf,
  type LayerDefinition,
  type LayerOptions,
  ONE_INPUT,
  parameter,
  size,
  timestepsOf,
} from "./definition.ts";

/** A layer without weights whose output has the shape of its input. */
function elementwise<O>(rest: Partial<LayerDefinition<O>> = {}): LayerDefinition<O> {
  return {
    reads: "any",
    inputs: ONE_INPUT,
    mask: "passes",
    outputShape: (_options, [input]) => input!,
    parameters: () => [],
    flops: (_options, _inputs, output) => size(output),
    kept: (_options, _inputs, output) => 2 * size(output),
    ...rest,
  };
}

const dense: LayerDefinition<LayerOptions<"dense">> = {
  reads: "any",
  inputs: ONE_INPUT,
  mask: "passes",
  outputShape: ({ units }, [input]) => [...input!.slice(0, -1), units],
  parameters(options, [input]) {
    const kernel = parameter(options, "kernel", "kernel", [featuresOf(input!), options.units]);
    return options.useBias ? [kernel, parameter(options, "bias", "bias", [options.units])] : [kernel];
  },
  flops: ({ units }, [input]) => timestepsOf(input!) * (2 * featuresOf(input!) * units + 2 * units),
  kept: (_options, _inputs, output) => 2 * size(output), // z and y
};

function scaleAndShift(
  options: LayerOptions<"layerNormalization" | "batchNormalization">,
  features: number,
): ReturnType<typeof parameter>[] {
  return [
    ...(options.scale ? [parameter(options, "gamma", "gamma", [features])] : []),
    ...(options.center ? [parameter(options, "beta", "beta", [features])] : []),
  ];
}

const layerNormalization = elementwise<LayerOptions<"layerNormalization">>({
  parameters: (options, [input]) => scaleAndShift(options, featuresOf(input!)),
  flops: (_options, _inputs, output) => 8 * size(output),
});

const batchNormalization = elementwise<LayerOptions<"batchNormalization">>({
  mask: "uses",
  parameters(options, [input]) {
    const features = featuresOf(input!);
    const kept = { trainable: false };
    return [
      ...scaleAndShift(options, features),
      parameter(options, "movingMean", "movingMean", [features], kept),
      parameter(options, "movingVariance", "movingVariance", [features], kept),
    ];
  },
  flops: (_options, _inputs, output) => 8 * size(output),
});

const embedding: LayerDefinition<LayerOptions<"embedding">> = {
  reads: "ids",
  inputs: ONE_INPUT,
  mask: "makes",
  outputShape: ({ outputDim }, [input]) => [input![0]!, outputDim],
  parameters: (options) => [parameter(options, "embeddings", "embeddings", [options.inputDim, options.outputDim])],
  flops: () => 0,
  kept: (_options, _inputs, output) => size(output),
};

const timeDistributed: LayerDefinition<LayerOptions<"timeDistributed">> = {
  reads: "sequence",
  inputs: ONE_INPUT,
  mask: "passes",
  outputShape: ({ layer }, inputs) => inner(layer).outputShape(layer, inputs),
  parameters: ({ layer }, inputs) => inner(layer).parameters(layer, inputs),
  flops: ({ layer }, inputs, output) => inner(layer).flops(layer, inputs, output),
  kept: ({ layer }, inputs, output) => inner(layer).kept(layer, inputs, output),
};

const TIMESTEP_LAYERS = {
  dense,
  activation: elementwise<LayerOptions<"activation">>(),
  dropout: elementwise<LayerOptions<"dropout">>({ flops: () => 0 }),
  gaussianNoise: elementwise<LayerOptions<"gaussianNoise">>({ flops: () => 0 }),
  gaussianDropout: elementwise<LayerOptions<"gaussianDropout">>({ flops: () => 0 }),
  layerNormalization,
  batchNormalization,
};

function inner(layer: TimestepLayer): LayerDefinition<TimestepLayer> {
  return TIMESTEP_LAYERS[layer.type] as LayerDefinition<unknown> as LayerDefinition<TimestepLayer>;
}

export const ROW_LAYERS = {
  ...TIMESTEP_LAYERS,
  embedding,
  timeDistributed,
  masking: elementwise<LayerOptions<"masking">>({ reads: "sequence", mask: "makes" }),
  spatialDropout1d: elementwise<LayerOptions<"spatialDropout1d">>({ reads: "sequence", flops: () => 0 }),
};
