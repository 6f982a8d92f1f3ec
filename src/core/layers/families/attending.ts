import type { Shape } from "../../spec/dataset.ts";
import { kernel } from "../call.ts";
import { featuresOf, type LayerDefinition, type LayerOptions, type ShapeProblem } from "../definition.ts";
import { flag, type OptionSchema } from "../schema.ts";

type AttentionType = "attention" | "additiveAttention";
type AttentionOptions = LayerOptions<AttentionType>;

/** What layers have in common that average values by how query and key fit. `name` is that of the kernel, `sum` what it does with them. */
export function attending(name: AttentionType, sum: string) {
  return {
    reads: "sequence",
    inputs: { least: 2, most: 3 },
    mask: "uses",
    outputShape(_options: AttentionOptions, [query, value, key = value]: readonly Shape[]): Shape | ShapeProblem {
      if (featuresOf(query!) !== featuresOf(key!)) {
        return {
          problem: `query and key have ${featuresOf(query!)} and ${featuresOf(key!)} features, but their ${sum} needs as many`,
          fix: "give the layers before it as many units",
          key: "inputs",
        };
      }
      if (key![0] !== value![0]) {
        return {
          problem: `key and value have ${key![0]} and ${value![0]} timesteps, but each key belongs to a value`,
          fix: "give it key and value of the same timesteps",
          key: "inputs",
        };
      }
      return [query![0]!, featuresOf(value!)];
    },
    shown: [],
    call: ({ useCausalMask }: AttentionOptions) =>
      kernel(name, { useCausalMask }, { list: true, takesMask: ["queryMask", "valueMask"], weights: "optional" }),
    tensorflowJs: { isMissing: true },
  } as const satisfies Partial<LayerDefinition<AttentionType>>;
}

export const ATTENTION_IN_KERAS = { takesMask: true, callOptions: { useCausalMask: "use_causal_mask" } } as const;

export function attentionOptions(useScale: OptionSchema): Record<string, OptionSchema> {
  return { useScale, useCausalMask: flag("A timestep attends to itself and earlier ones only.", false) };
}
