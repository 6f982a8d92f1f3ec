import type { Plan } from "../plan/types.ts";

/** Whether the layers are a chain from the only input: a Sequential model. */
export function isChain({ dataset, layers }: Plan): boolean {
  const before = [dataset.inputs[0]!.name, ...layers.map(({ name }) => name)];
  return (
    dataset.inputs.length === 1 &&
    layers.every(({ inputs }, index) => inputs.length === 1 && inputs[0] === before[index])
  );
}
