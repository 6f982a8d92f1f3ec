import type { Shape } from "../../spec/dataset.ts";
import { kindOfShape } from "../../spec/shapes.ts";
import { featuresOf, type ParameterDefinition, parameter, size } from "../definition.ts";
import { flag, type OptionSchema, weightOptions } from "../schema.ts";
import { UNCHANGED } from "./unchanged.ts";

interface NormalizationOptions {
  readonly scale: boolean;
  readonly center: boolean;
}

/** What layers have in common that bring values to mean 0 and variance 1 and then scale and shift them. */
export const NORMALIZING = {
  ...UNCHANGED,
  parameters: (options: NormalizationOptions, [input]: readonly Shape[]) => scaleAndShiftParameters(options, input!),
  flops: (_options: object, _inputs: readonly Shape[], output: Shape) => 8 * size(output),
  tensorflowJs: {
    warnings: (_options: object, output: Shape): string[] =>
      kindOfShape(output) === "frames"
        ? ["TensorFlow.js cannot run it: it normalizes no sequences of frames; single frames it does"]
        : [],
  },
} as const;

/** A factor and an offset for each feature, where the layer has them. */
export function scaleAndShiftParameters(options: NormalizationOptions, input: Shape): ParameterDefinition[] {
  const features = featuresOf(input);
  return [
    ...(options.scale ? [parameter(options, "gamma", "gamma", [features])] : []),
    ...(options.center ? [parameter(options, "beta", "beta", [features])] : []),
  ];
}

export const AXIS: OptionSchema = {
  description: "The axis of the features, always the last.",
  const: -1,
  default: -1,
  examples: [-1],
};

export const SCALE_AND_SHIFT: Readonly<Record<string, OptionSchema>> = {
  epsilon: {
    description: "Added to the variance.",
    type: "number",
    exclusiveMinimum: 0,
    maximum: 1,
    default: 0.001,
    examples: [0.001],
  },
  center: flag("Add a trained offset, beta.", true),
  scale: flag("Multiply by a trained factor, gamma.", true),
  ...weightOptions({
    gamma: { what: "factor", from: "ones" },
    beta: { what: "offset", from: "zeros" },
  }),
};
