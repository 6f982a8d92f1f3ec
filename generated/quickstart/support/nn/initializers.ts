import type { RandomStream } from "../random.ts";

/**
 * Keras 3 weight initialisers, written for matrices [rows, columns] (and vectors [n]): fan-in = rows, fan-out = columns.
 * The distributions are those of `keras.initializers`; the numbers come from this program's own streams.
 */
export type Initializer = (shape: readonly number[], random: RandomStream) => Float32Array;

function size(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

function fans(shape: readonly number[]): { fanIn: number; fanOut: number } {
  const columns = shape[shape.length - 1] ?? 1;
  return shape.length < 2 ? { fanIn: columns, fanOut: columns } : { fanIn: shape[0]!, fanOut: columns };
}

function filled(shape: readonly number[], value: (index: number) => number): Float32Array {
  const values = new Float32Array(size(shape));
  for (let i = 0; i < values.length; i++) values[i] = value(i);
  return values;
}

function uniform(shape: readonly number[], random: RandomStream, limit: number): Float32Array {
  return filled(shape, (i) => (2 * random.uniform(i) - 1) * limit);
}

/** Normal values beyond two standard deviations are drawn again, as Keras does. */
function truncated(shape: readonly number[], random: RandomStream, stddev: number): Float32Array {
  const count = size(shape);
  return filled(shape, (i) => {
    for (let draw = 0; ; draw++) {
      const value = random.normal(i + draw * count);
      if (Math.abs(value) <= 2) return value * stddev;
    }
  });
}

/** The standard deviation of a unit normal that is cut off at ±2; Keras divides by it so that the variance is as asked. */
const TRUNCATED_STDDEV = 0.8796256610342398;

export const zeros: Initializer = (shape) => new Float32Array(size(shape));
export const ones: Initializer = (shape) => new Float32Array(size(shape)).fill(1);
export const randomUniform: Initializer = (shape, random) => uniform(shape, random, 0.05);
export const randomNormal: Initializer = (shape, random) => filled(shape, (i) => random.normal(i) * 0.05);
export const truncatedNormal: Initializer = (shape, random) => truncated(shape, random, 0.05);

/** U(-l, l), l = sqrt(6 / (fanIn + fanOut)) (Glorot & Bengio 2010). */
export const glorotUniform: Initializer = (shape, random) => {
  const { fanIn, fanOut } = fans(shape);
  return uniform(shape, random, Math.sqrt(6 / (fanIn + fanOut)));
};
/** Truncated normal with variance 2 / (fanIn + fanOut) (Glorot & Bengio 2010). */
export const glorotNormal: Initializer = (shape, random) => {
  const { fanIn, fanOut } = fans(shape);
  return truncated(shape, random, Math.sqrt(2 / (fanIn + fanOut)) / TRUNCATED_STDDEV);
};
/** U(-l, l), l = sqrt(6 / fanIn) (He et al. 2015). */
export const heUniform: Initializer = (shape, random) => uniform(shape, random, Math.sqrt(6 / fans(shape).fanIn));
/** Truncated normal with variance 2 / fanIn (He et al. 2015). */
export const heNormal: Initializer = (shape, random) =>
  truncated(shape, random, Math.sqrt(2 / fans(shape).fanIn) / TRUNCATED_STDDEV);
/** U(-l, l), l = sqrt(3 / fanIn) (LeCun et al. 1998). */
export const lecunUniform: Initializer = (shape, random) => uniform(shape, random, Math.sqrt(3 / fans(shape).fanIn));
/** Truncated normal with variance 1 / fanIn (LeCun et al. 1998). */
export const lecunNormal: Initializer = (shape, random) =>
  truncated(shape, random, Math.sqrt(1 / fans(shape).fanIn) / TRUNCATED_STDDEV);

/** A matrix with orthonormal rows or columns, whichever are fewer (Saxe et al. 2014), by modified Gram–Schmidt. */
export const orthogonal: Initializer = (shape, random) => {
  const { fanIn: rows, fanOut: columns } = fans(shape);
  const length = Math.max(rows, columns);
  const count = Math.min(rows, columns);
  const vectors: Float64Array[] = [];
  for (let v = 0; v < count; v++) {
    const vector = Float64Array.from({ length }, (_, i) => random.normal(v * length + i));
    // Twice is enough for orthogonality to working precision (Giraud et al. 2005).
    for (let pass = 0; pass < 2; pass++) for (const earlier of vectors) removeComponent(vector, earlier);
    const norm = Math.sqrt(dot(vector, vector));
    for (let i = 0; i < length; i++) vector[i] = vector[i]! / norm;
    vectors.push(vector);
  }
  return filled(shape, (i) => {
    const row = Math.floor(i / columns);
    const column = i % columns;
    return rows < columns ? vectors[row]![column]! : vectors[column]![row]!;
  });
};

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function removeComponent(vector: Float64Array, unit: Float64Array): void {
  const projection = dot(vector, unit);
  for (let i = 0; i < vector.length; i++) vector[i] = vector[i]! - projection * unit[i]!;
}

/** Wraps the bias initialiser of an LSTM with unitForgetBias: ones for the forget gate, columns units..2·units-1. */
export function withUnitForgetBias(initializer: Initializer): Initializer {
  return (shape, random) => {
    const bias = initializer(shape, random);
    const units = bias.length / 4;
    return bias.fill(1, units, 2 * units);
  };
}
