import type { RandomStream } from "../random.ts";

/**
 * Keras 3 weight initialisers for vectors [n], matrices [rows, columns] and convolution kernels [size, in, filters]. The
 * distributions are those of `keras.initializers`; the numbers come from this program's own streams.
 */
export type InitializerFunction = (shape: readonly number[], random: RandomStream) => Float32Array;

export function size(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

export function filled(shape: readonly number[], value: (index: number) => number): Float32Array {
  const values = new Float32Array(size(shape));
  for (let i = 0; i < values.length; i++) values[i] = value(i);
  return values;
}
