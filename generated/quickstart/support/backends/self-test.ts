import * as tf from "@tensorflow/tfjs-core";

/**
 * Runs a small matrix product, one recurrent step, and the transposed product that its gradient needs on the active backend, and
 * compares the numbers with the same arithmetic in plain JavaScript: this finds a backend that loads but computes wrongly.
 *
 * @throws Error naming the operation and both numbers
 */
export async function selfTest(): Promise<void> {
  const m = 3;
  const k = 4;
  const n = 2;
  const a = Float32Array.from({ length: m * k }, (_, i) => Math.sin(i + 1));
  const b = Float32Array.from({ length: k * n }, (_, i) => Math.cos(i + 1));
  const expected = product(a, b, m, k, n);

  const expectedState = expected.map((z) => sigmoid(z) * Math.tanh(sigmoid(z) * Math.tanh(z)));

  const tensors = tf.tidy(() => {
    const x = tf.tensor2d(a, [m, k]);
    const gates = tf.matMul(x, tf.tensor2d(b, [k, n]));
    const c = tf.mul(tf.sigmoid(gates), tf.tanh(gates));
    const h = tf.mul(tf.sigmoid(gates), tf.tanh(c)) as tf.Tensor2D;
    return { "matrix product": gates, "recurrent step": h, "transposed product": tf.matMul(x, h, true, false) };
  });
  const wanted = {
    "matrix product": expected,
    "recurrent step": expectedState,
    "transposed product": product(transpose(a, m, k), expectedState, k, m, n),
  };
  try {
    for (const [name, tensor] of Object.entries(tensors)) {
      compare(name, await tensor.data(), wanted[name as keyof typeof wanted]);
    }
  } finally {
    tf.dispose(tensors);
  }
}

/** @throws Error when an element differs by more than 1e-3, or is not a number */
export function compare(name: string, actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  if (actual.length !== expected.length)
    throw new Error(`the ${name} has ${actual.length} elements, not ${expected.length}`);
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(actual[i]! - expected[i]!);
    if (!(difference <= 1e-3))
      throw new Error(`the ${name} gave ${actual[i]} where ${expected[i]} is right (element ${i})`);
  }
}

function sigmoid(z: number): number {
  return 1 / (1 + Math.exp(-z));
}

/** [m, k] times [k, n] */
function product(a: ArrayLike<number>, b: ArrayLike<number>, m: number, k: number, n: number): Float64Array {
  return Float64Array.from({ length: m * n }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < k; j++) sum += a[Math.floor(i / n) * k + j]! * b[j * n + (i % n)]!;
    return sum;
  });
}

function transpose(a: ArrayLike<number>, rows: number, columns: number): Float64Array {
  return Float64Array.from({ length: rows * columns }, (_, i) => a[(i % rows) * columns + Math.floor(i / rows)]!);
}
