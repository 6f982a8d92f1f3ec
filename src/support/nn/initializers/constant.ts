import { type Initializer, size } from "./initializer.ts";

export function constant(value: number): Initializer {
  return (shape) => new Float32Array(size(shape)).fill(value);
}
