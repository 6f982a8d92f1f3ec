import * as tf from "@tensorflow/tfjs-core";

/** a[K, M]ᵀ · b[K, N] → [M, N]. The wasm kernel takes a slow loop for transposed operands: there the transpose comes first. */
export function matMulTransposedA(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  return tf.getBackend() === "wasm"
    ? tf.matMul<tf.Tensor2D>(tf.transpose(a), b)
    : tf.matMul<tf.Tensor2D>(a, b, true, false);
}

/** a[M, K] · b[N, K]ᵀ → [M, N]; see {@link matMulTransposedA}. */
export function matMulTransposedB(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  return tf.getBackend() === "wasm"
    ? tf.matMul<tf.Tensor2D>(a, tf.transpose(b))
    : tf.matMul<tf.Tensor2D>(a, b, false, true);
}

/** x[N, I] · kernel[I, O] + bias[O] → [N, O]. */
export function affine(x: tf.Tensor2D, kernel: tf.Tensor2D, bias: tf.Tensor1D | undefined): tf.Tensor2D {
  const product = tf.matMul<tf.Tensor2D>(x, kernel);
  return bias === undefined ? product : tf.add<tf.Tensor2D>(product, bias);
}

/**
 * a[M, N]ᵀ as a matrix of its own, for many products. TensorFlow's graph optimizer folds a plain transpose back into every product,
 * and with few rows that is slow: 55 products [32,1024]·[256,1024]ᵀ took 73 ms, with the matrix transposed 20 ms. It does not
 * see through the reshape.
 */
export function transposedOnce(a: tf.Tensor2D): tf.Tensor2D {
  if (tf.getBackend() !== "tensorflow") return tf.transpose(a);
  const [m, n] = a.shape;
  return tf.reshape(tf.transpose(tf.reshape(a, [m, n, 1]), [1, 0, 2]), [n, m]);
}
