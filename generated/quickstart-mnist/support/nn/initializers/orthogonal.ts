import { filled, type InitializerFunction, size } from "./initializer.ts";

/**
 * `gain` times a matrix with orthonormal rows or columns, whichever are fewer (Saxe et al. 2014), by Gram–Schmidt. A kernel of
 * more axes is a matrix of its last axis against all others.
 */
export function orthogonalWith(gain: number): InitializerFunction {
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

export const orthogonal: InitializerFunction = orthogonalWith(1);

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
