import { kernel } from "./call.ts";
import { defineLayer, ONE_INPUT, parameter, size } from "./definition.ts";
import { count, flag, weightOptions } from "./schema.ts";

export const embedding = defineLayer({
  type: "embedding",
  schema: {
    description: "Turns token ids into vectors that are trained.",
    hasWeights: true,
    options: {
      inputDim: count("Number of different ids: they are 0..inputDim-1.", [1000], { most: 10_000_000 }),
      outputDim: count("Length of a vector.", [64]),
      maskZero: flag("Id 0 is padding: later layers skip those timesteps.", false),
      ...weightOptions({ embeddings: { what: "vectors", from: "randomUniform" } }),
    },
    required: ["inputDim", "outputDim"],
  },
  reads: "ids",
  idsOption: "inputDim",
  inputs: ONE_INPUT,
  mask: "makes",
  makesMask: ({ maskZero }) => maskZero,
  outputShape: ({ outputDim }, [input]) => [...input!, outputDim],
  parameters: (options) => [parameter(options, "embeddings", "embeddings", [options.inputDim, options.outputDim])],
  flops: () => 0,
  kept: (_options, _inputs, output) => size(output),
  shown: ["inputDim", "maskZero"],
  call: ({ maskZero }) => kernel("embedding", { maskZero }, { noInputGradient: true }),
  keras: {
    className: "Embedding",
    maskOperations: 1, // compares ids with zero
    extra: (_options, dialect) => (dialect === "tfjs" ? { dtype: undefined, input_length: null } : {}),
  },
});
