import type { Shape } from "../../spec/dataset.ts";
import { type LayerDefinition, ONE_INPUT, size } from "../definition.ts";

/** A layer without weights whose output has the shape of its input. */
export const UNCHANGED = {
  reads: "any",
  inputs: ONE_INPUT,
  mask: "passes",
  outputShape: (_options: object, [input]: readonly Shape[]) => input!,
  parameters: () => [],
  flops: (_options: object, _inputs: readonly Shape[], output: Shape) => size(output),
  kept: (_options: object, _inputs: readonly Shape[], output: Shape) => 2 * size(output),
} as const satisfies Partial<LayerDefinition>;

/** One that changes values at random while training, which costs next to nothing. */
export const NOISY = { ...UNCHANGED, flops: () => 0, isNoise: true } as const;
