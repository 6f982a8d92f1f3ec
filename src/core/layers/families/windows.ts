import type { Shape } from "../../spec/dataset.ts";
import { kernel } from "../call.ts";
import {
  featuresOf,
  type LayerDefinition,
  type LayerOptions,
  ONE_INPUT,
  type ShapeProblem,
  size,
  timestepsOf,
} from "../definition.ts";
import { choice, count, type OptionSchema } from "../schema.ts";

/** Windows over `timesteps`, as TensorFlow counts them. `span` is what a window covers. */
export function windowCount(
  timesteps: number,
  span: number,
  strides: number,
  padding: "valid" | "same" | "causal",
): number {
  return padding === "valid" ? Math.floor((timesteps - span) / strides) + 1 : Math.ceil(timesteps / strides);
}

export function tooLong(what: string, span: number, timesteps: number, key: string): ShapeProblem {
  return {
    problem: `${what} covers ${span} timesteps, but the input has ${timesteps}`,
    fix: `use a smaller \`${key}\`, or \`padding: same\``,
    key,
  };
}

type PoolingType = "maxPooling1d" | "averagePooling1d";
type PoolingOptions = LayerOptions<PoolingType>;

/** What layers have in common that make one value of each window. `name` is that of the kernel's functions. */
export function pooling(name: PoolingType) {
  return {
    reads: "sequence",
    inputs: ONE_INPUT,
    mask: "drops",
    outputShape({ poolSize, strides, padding }: PoolingOptions, [input]: readonly Shape[]): Shape | ShapeProblem {
      const timesteps = timestepsOf(input!);
      if (padding === "valid" && poolSize > timesteps) return tooLong("a window", poolSize, timesteps, "poolSize");
      return [windowCount(timesteps, poolSize, strides ?? poolSize, padding), featuresOf(input!)];
    },
    parameters: () => [],
    flops: ({ poolSize }: PoolingOptions, _inputs: readonly Shape[], output: Shape) => poolSize * size(output),
    kept: ({ poolSize }: PoolingOptions, _inputs: readonly Shape[], output: Shape) => poolSize * size(output),
    /** Windows follow one another unless the spec says otherwise. */
    resolve: (options: PoolingOptions) => ({ ...options, strides: options.strides ?? options.poolSize }),
    shown: ["poolSize", "strides", "padding"],
    call: ({ poolSize, strides, padding }: PoolingOptions) => kernel(name, { poolSize, strides, padding }),
  } as const satisfies Partial<LayerDefinition<PoolingType>>;
}

export const POOLING_OPTIONS: Readonly<Record<string, OptionSchema>> = {
  poolSize: count("Timesteps in a window.", [2], { fallback: 2 }),
  strides: count("Timesteps between two windows; default: poolSize.", [2]),
  padding: choice("valid: only whole windows; same: windows at the ends may be shorter.", ["valid", "same"], "valid"),
};

/** What layers have in common that make one value of all timesteps. */
export const GLOBAL_POOLING = {
  reads: "sequence",
  inputs: ONE_INPUT,
  outputShape: (_options: object, [input]: readonly Shape[]) => [featuresOf(input!)],
  parameters: () => [],
  flops: (_options: object, [input]: readonly Shape[]) => size(input!),
  kept: (_options: object, [input]: readonly Shape[]) => size(input!),
  shown: [],
} as const;
