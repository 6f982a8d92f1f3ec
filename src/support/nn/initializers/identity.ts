import { filled, type Initializer } from "./initializer.ts";

/** `gain` on the diagonal of a matrix, 0 elsewhere. */
export function identityWith(gain: number): Initializer {
  return (shape) => {
    if (shape.length !== 2) throw new Error(`identity is for matrices, not for a weight of shape [${shape}]`);
    const columns = shape[1]!;
    return filled(shape, (i) => (Math.floor(i / columns) === i % columns ? gain : 0));
  };
}

export const identity: Initializer = identityWith(1);
