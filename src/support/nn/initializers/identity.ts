import { filled, type InitializerFunction } from "./initializer.ts";

/** `gain` on the diagonal of a matrix, 0 elsewhere. */
export function identityWith(gain: number): InitializerFunction {
  return (shape) => {
    if (shape.length !== 2) throw new Error(`identity is for matrices, not for a weight of shape [${shape}]`);
    const columns = shape[1]!;
    return filled(shape, (i) => (Math.floor(i / columns) === i % columns ? gain : 0));
  };
}

export const identity: InitializerFunction = identityWith(1);
