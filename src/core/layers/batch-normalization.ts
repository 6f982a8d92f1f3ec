import { kernel } from "./call.ts";
import { defineLayer, featuresOf, parameter } from "./definition.ts";
import { AXIS, NORMALIZING, SCALE_AND_SHIFT, scaleAndShiftParameters } from "./families/normalization.ts";
import { initializerOption } from "./schema.ts";

export const batchNormalization = defineLayer({
  type: "batchNormalization",
  schema: {
    description:
      "Normalises each feature over the batch (and the timesteps); at inference with moving statistics (Ioffe & Szegedy 2015).",
    hasWeights: true,
    options: {
      axis: AXIS,
      momentum: {
        description: "Share of the moving statistics that stays at each step.",
        type: "number",
        minimum: 0,
        maximum: 1,
        default: 0.99,
        examples: [0.99],
      },
      ...SCALE_AND_SHIFT,
      movingMeanInitializer: initializerOption("moving mean", "zeros"),
      movingVarianceInitializer: initializerOption("moving variance", "ones"),
    },
  },
  ...NORMALIZING,
  mask: "uses",
  parameters(options, [input]) {
    const shape = [featuresOf(input!)];
    const kept = { trainable: false };
    return [
      ...scaleAndShiftParameters(options, input!),
      parameter(options, "movingMean", "movingMean", shape, kept),
      parameter(options, "movingVariance", "movingVariance", shape, kept),
    ];
  },
  shown: [],
  call: ({ epsilon, momentum }) =>
    kernel(
      "batchNormalization",
      { epsilon, momentum },
      {
        inference: { forward: "batchNormalizationInference", backward: "batchNormalizationInferenceBackward" },
        takesMask: ["mask"],
        update: "updateMovingStatistics",
      },
    ),
  // In training a normalised timestep has statistics of its own, as Keras calls the layer step by step.
  perTimestep: { forward: "stepwiseBatchNormalizationForward" },
  keras: { className: "BatchNormalization", takesMask: true },
});
