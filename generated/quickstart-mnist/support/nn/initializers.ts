import type { RandomStream } from "./random.ts";

/**
 * Keras 3 weight initialisers for vectors [n], matrices [rows, columns] and convolution kernels [size, in, filters]. The
 * distributions are those of `keras.initializers`; the numbers come from this program's own streams.
 */
export type Initializer = (shape: readonly number[], random: RandomStream) => Float32Array;

function size(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

/** Inputs and outputs of a unit. Of a convolution kernel every tap counts. */
function fans(shape: readonly number[]): { fanIn: number; fanOut: number } {
  const last = shape.at(-1) ?? 1;
  if (shape.length < 2) return { fanIn: last, fanOut: last };
  return { fanIn: size(shape.slice(0, -1)), fanOut: size(shape.slice(0, -2)) * last };
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
function truncated(shape: readonly number[], random: RandomStream, stddev: number, mean = 0): Float32Array {
  const count = size(shape);
  return filled(shape, (i) => {
    for (let draw = 0; ; draw++) {
      const value = random.normal(i + draw * count);
      if (Math.abs(value) <= 2) return mean + value * stddev;
    }
  });
}

/** The standard deviation of a unit normal that is cut off at ±2; Keras divides by it so that the variance is as asked. */
const TRUNCATED_STDDEV = 0.8796256610342398;

export const zeros: Initializer = (shape) => new Float32Array(size(shape));
export const ones: Initializer = (shape) => new Float32Array(size(shape)).fill(1);

export function constant(value: number): Initializer {
  return (shape) => new Float32Array(size(shape)).fill(value);
}

/** Uniform in [minval, maxval). */
export function randomUniformWith(minval: number, maxval: number): Initializer {
  return (shape, random) => filled(shape, (i) => minval + random.uniform(i) * (maxval - minval));
}

export function randomNormalWith(mean: number, stddev: number): Initializer {
  return (shape, random) => filled(shape, (i) => mean + random.normal(i) * stddev);
}

/** Normal, but within two standard deviations of the mean. */
export function truncatedNormalWith(mean: number, stddev: number): Initializer {
  return (shape, random) => truncated(shape, random, stddev, mean);
}

export const randomUniform: Initializer = (shape, random) => uniform(shape, random, 0.05);
export const randomNormal: Initializer = randomNormalWith(0, 0.05);
export const truncatedNormal: Initializer = truncatedNormalWith(0, 0.05);

/** `gain` on the diagonal of a matrix, 0 elsewhere. */
export function identityWith(gain: number): Initializer {
  return (shape) => {
    if (shape.length !== 2) throw new Error(`identity is for matrices, not for a weight of shape [${shape}]`);
    const columns = shape[1]!;
    return filled(shape, (i) => (Math.floor(i / columns) === i % columns ? gain : 0));
  };
}

export const identity: Initializer = identityWith(1);

export interface VarianceScaling {
  readonly scale: number;
  readonly mode: "fanIn" | "fanOut" | "fanAvg";
  readonly distribution: "truncatedNormal" | "untruncatedNormal" | "uniform";
}

/** Values of mean 0 and variance scale / n, where n is the fan that `mode` names; at least 1. */
export function varianceScaling({ scale, mode, distribution }: VarianceScaling): Initializer {
  return (shape, random) => {
    const { fanIn, fanOut } = fans(shape);
    const fan = mode === "fanIn" ? fanIn : mode === "fanOut" ? fanOut : (fanIn + fanOut) / 2;
    const variance = scale / Math.max(1, fan);
    if (distribution === "uniform") return uniform(shape, random, Math.sqrt(3 * variance));
    const stddev = Math.sqrt(variance);
    if (distribution === "untruncatedNormal") return randomNormalWith(0, stddev)(shape, random);
    return truncated(shape, random, stddev / TRUNCATED_STDDEV);
  };
}

/** U(-l, l), l = sqrt(6 / (fanIn + fanOut)) (Glorot & Bengio 2010). */
export const glorotUniform = varianceScaling({ scale: 1, mode: "fanAvg", distribution: "uniform" });
/** Truncated normal with variance 2 / (fanIn + fanOut) (Glorot & Bengio 2010). */
export const glorotNormal = varianceScaling({ scale: 1, mode: "fanAvg", distribution: "truncatedNormal" });
/** U(-l, l), l = sqrt(6 / fanIn) (He et al. 2015). */
export const heUniform = varianceScaling({ scale: 2, mode: "fanIn", distribution: "uniform" });
/** Truncated normal with variance 2 / fanIn (He et al. 2015). */
export const heNormal = varianceScaling({ scale: 2, mode: "fanIn", distribution: "truncatedNormal" });
/** U(-l, l), l = sqrt(3 / fanIn) (LeCun et al. 1998). */
export const lecunUniform = varianceScaling({ scale: 1, mode: "fanIn", distribution: "uniform" });
/** Truncated normal with variance 1 / fanIn (LeCun et al. 1998). */
export const lecunNormal = varianceScaling({ scale: 1, mode: "fanIn", distribution: "truncatedNormal" });

/**
 * `gain` times a matrix with orthonormal rows or columns, whichever are fewer (Saxe et al. 2014), by Gram–Schmidt. A kernel of
 * more axes is a matrix of its last axis against all others.
 */
export function orthogonalWith(gain: number): Initializer {
  return (shape, random) => {
    if (shape.length < 2) throw new Error(`orthogonal is for matrices, not for a weight of shape [${shape}]`);
    const columns = shape.at(-1)!;
    const rows = size(shape) / columns;
    const length = Math.max(rows, columns);
    const count = Math.min(rows, columns);
    const vectors: Float64Array[] = [];
    for (let v = 0; v < count; v++) {
      const vector = Float64Array.from({ length }, (_, i) => random.normal(v * length + i));
      // Once more where much was taken away: twice is enough for orthogonality to working precision (Giraud et al. 2005).
      for (let pass = 0, before = norm(vector); pass < 2; pass++) {
        removeComponents(vector, vectors);
        const after = norm(vector);
        if (after > 0.7 * before) break;
        before = after;
      }
      const scale = 1 / norm(vector);
      for (let i = 0; i < length; i++) vector[i] = vector[i]! * scale;
      vectors.push(vector);
    }
    return filled(shape, (i) => {
      const row = Math.floor(i / columns);
      const column = i % columns;
      return gain * (rows < columns ? vectors[row]![column]! : vectors[column]![row]!);
    });
  };
}

export const orthogonal: Initializer = orthogonalWith(1);

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function norm(a: Float64Array): number {
  return Math.sqrt(dot(a, a));
}

/** Makes `vector` orthogonal to the unit vectors. Four at a time: each pass over `vector` is memory traffic. */
function removeComponents(vector: Float64Array, units: readonly Float64Array[]): void {
  let u = 0;
  for (; u + 4 <= units.length; u += 4) {
    const [a, b, c, d] = [units[u]!, units[u + 1]!, units[u + 2]!, units[u + 3]!];
    let [pa, pb, pc, pd] = [0, 0, 0, 0];
    for (let i = 0; i < vector.length; i++) {
      const value = vector[i]!;
      pa += value * a[i]!;
      pb += value * b[i]!;
      pc += value * c[i]!;
      pd += value * d[i]!;
    }
    for (let i = 0; i < vector.length; i++) {
      vector[i] = vector[i]! - (pa * a[i]! + pb * b[i]! + pc * c[i]! + pd * d[i]!);
    }
  }
  for (; u < units.length; u++) {
    const unit = units[u]!;
    const projection = dot(vector, unit);
    for (let i = 0; i < vector.length; i++) vector[i] = vector[i]! - projection * unit[i]!;
  }
}

/** Wraps the bias initialiser of an LSTM with unitForgetBias: ones for the forget gate, columns units..2·units-1. */
export function withUnitForgetBias(initializer: Initializer): Initializer {
  return (shape, random) => {
    const bias = initializer(shape, random);
    const units = bias.length / 4;
    return bias.fill(1, units, 2 * units);
  };
}
