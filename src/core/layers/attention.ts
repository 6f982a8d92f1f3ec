import { defineLayer, featuresOf, parameter, size } from "./definition.ts";
import { ATTENTION_IN_KERAS, attending, attentionOptions } from "./families/attending.ts";
import { flag } from "./schema.ts";

export const attention = defineLayer({
  type: "attention",
  schema: {
    description:
      "Dot-product attention (Luong et al. 2015) over the timesteps of [query, value] or [query, value, key].",
    hasWeights: true,
    options: attentionOptions(flag("Multiply the scores by a trained factor.", false)),
  },
  ...attending("attention", "dot product"),
  parameters: ({ useScale }) => (useScale ? [parameter({ scaleInitializer: "ones" }, "scale", "scale", [])] : []),
  flops: (_options, [query, value, key = value]) =>
    2 * query![0]! * value![0]! * (featuresOf(key!) + featuresOf(value!)) + 5 * query![0]! * value![0]!,
  kept: (_options, [query, value], output) => 2 * query![0]! * value![0]! + size(output),
  keras: { ...ATTENTION_IN_KERAS, className: "Attention", fixed: { score_mode: "dot", dropout: 0 } },
});
