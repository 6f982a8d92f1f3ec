import { type InitializerFunction, size } from "./initializer.ts";

export function constant(value: number): InitializerFunction {
  return (shape) => new Float32Array(size(shape)).fill(value);
}
