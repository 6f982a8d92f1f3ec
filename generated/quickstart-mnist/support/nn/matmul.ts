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
