import type { Shape } from "../../spec/dataset.ts";
import { type KernelCall, kernel } from "../call.ts";
import { type LayerDefinition, type ShapeProblem, size } from "../definition.ts";

export function show(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

/** The inputs' common shape, or the problem that they differ. */
function sameShape(inputs: readonly Shape[]): Shape | ShapeProblem {
  const [first] = inputs;
  const other = inputs.find((shape) => show(shape) !== show(first!));
  if (other === undefined) return first!;
  return {
    problem: `its inputs have different shapes: ${show(first!)} and ${show(other)}`,
    fix: "give it inputs of one shape",
    key: "inputs",
  };
}

/** What layers have in common that make one value of those in the same place of all inputs. */
export const MERGING = {
  reads: "any",
  inputs: { least: 2, most: 16 },
  mask: "combines",
  outputShape: (_options: object, inputs: readonly Shape[]) => sameShape(inputs),
  parameters: () => [],
  flops: (_options: object, inputs: readonly Shape[], output: Shape) => inputs.length * size(output),
  kept: (_options: object, inputs: readonly Shape[], output: Shape) => inputs.length * size(output),
  shown: [],
} as const satisfies Partial<LayerDefinition>;

/** The kernel of support/nn/merge.ts. */
export function mergeKernel(
  name: string,
  options: KernelCall["options"] = {},
  rest: Partial<KernelCall> = {},
): KernelCall {
  return kernel(name, options, { list: true, ...rest });
}
