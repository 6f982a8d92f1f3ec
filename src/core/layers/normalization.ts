import { counted } from "../../support/system/counted.ts";
import { kernel } from "./call.ts";
import { defineLayer, featuresOf, size } from "./definition.ts";
import { AXIS } from "./families/normalization.ts";
import { UNCHANGED } from "./families/unchanged.ts";
import type { OptionSchema } from "./schema.ts";

/** A number for all features, or one for each. */
function statistic(what: string, limits: object, example: readonly number[]): OptionSchema {
  const number = { ...limits, maximum: 1e30 };
  return {
    description: `${what} of each feature in the training rows, or one for all of them.`,
    type: ["number", "array"],
    ...number,
    minItems: 1,
    maxItems: 65536,
    items: { type: "number", ...number },
    tsType: "number | number[]",
    examples: [example],
  };
}

export const normalization = defineLayer({
  type: "normalization",
  schema: {
    description: "Subtracts a given mean of each feature and divides by the root of its given variance.",
    options: {
      axis: AXIS,
      mean: statistic("Mean", { minimum: -1e30 }, [0.5, 12]),
      variance: statistic("Variance", { minimum: 0 }, [0.04, 9]),
    },
    required: ["mean", "variance"],
  },
  ...UNCHANGED,
  outputShape({ mean, variance }, [input]) {
    const features = featuresOf(input!);
    for (const [key, values] of Object.entries({ mean, variance })) {
      const both = Array.isArray(mean) === Array.isArray(variance);
      if (both && (typeof values === "number" || values.length === features)) continue;
      return {
        problem: both
          ? `${key} has ${counted([values].flat().length, "number")}, but the input has ${counted(features, "feature")}`
          : "mean and variance differ: one is a number for all features, the other a list",
        fix: `give both as a number, or as a list of ${features}`,
        key,
      };
    }
    return input!;
  },
  flops: (_options, _inputs, output) => 2 * size(output),
  kept: (_options, _inputs, output) => size(output),
  shown: [],
  call: ({ mean, variance }) => kernel("normalization", { mean, variance }),
  keras: {
    className: "Normalization",
    fixed: { invert: false },
    needed: {
      mean: "an adapted layer has its statistics as weights: build the model with Normalization(mean=np.ravel(layer.mean), variance=np.ravel(layer.variance))",
    },
  },
  tensorflowJs: { isMissing: true },
});
