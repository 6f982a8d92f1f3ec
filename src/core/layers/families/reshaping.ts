import { type LayerDefinition, ONE_INPUT } from "../definition.ts";

/** What layers have in common that give the values of their input another order or shape. */
export const RESHAPING = {
  reads: "any",
  inputs: ONE_INPUT,
  mask: "drops",
  parameters: () => [],
  flops: () => 0,
  kept: () => 0,
} as const satisfies Partial<LayerDefinition>;
