import { defineLayer, featuresOf, parameter, size } from "./definition.ts";
import { ATTENTION_IN_KERAS, attending, attentionOptions } from "./families/attending.ts";
import { flag } from "./schema.ts";

export const additiveAttention = defineLayer({
  type: "additiveAttention",
  schema: {
    description:
      "Additive attention (Bahdanau et al. 2015) over the timesteps of [query, value] or [query, value, key].",
    hasWeights: true,
    options: attentionOptions(flag("Multiply each feature of tanh(query + key) by a trained factor.", true)),
  },
  ...attending("additiveAttention", "sum"),
  parameters: ({ useScale }, [query]) =>
    useScale ? [parameter({ scaleInitializer: "glorotUniform" }, "scale", "scale", [featuresOf(query!)])] : [],
  // Of each pair of timesteps: sum, tanh, factor and sum over the features, then softmax and average of the values.
  flops: ({ useScale }, [query, value]) =>
    query![0]! * value![0]! * ((useScale ? 4 : 3) * featuresOf(query!) + 5 + 2 * featuresOf(value!)),
  kept: (_options, [query, value], output) => query![0]! * value![0]! * (featuresOf(query!) + 1) + size(output),
  keras: { ...ATTENTION_IN_KERAS, className: "AdditiveAttention", fixed: { dropout: 0 } },
});
