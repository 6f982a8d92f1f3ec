import type { InitializerFunction } from "./initializer.ts";

/** Wraps the bias initialiser of an LSTM with unitForgetBias: ones for the forget gate, columns units..2·units-1. */
export function withUnitForgetBias(initializer: InitializerFunction): InitializerFunction {
  return (shape, random) => {
    const bias = initializer(shape, random);
    const units = bias.length / 4;
    return bias.fill(1, units, 2 * units);
  };
}
