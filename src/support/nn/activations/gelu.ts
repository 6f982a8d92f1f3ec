import * as tf from "@tensorflow/tfjs-core";
import { fromPreactivation } from "./from-preactivation.ts";

/**
 * The error function by Abramowitz & Stegun 7.1.26 is too coarse for float32; this is the rational form of W. J. Cody as used
 * by Eigen and XLA (clamped to ±3.832506856900711), accurate to float32.
 */
function erf(z: tf.Tensor): tf.Tensor {
  const x = tf.clipByValue(z, -3.832506856900711, 3.832506856900711);
  const x2 = tf.square(x);
  const polynomial = (coefficients: readonly number[]): tf.Tensor =>
    coefficients.slice(1).reduce<tf.Tensor>((sum, c) => tf.add(tf.mul(sum, x2), c), tf.fill(x.shape, coefficients[0]!));
  const numerator = polynomial([
    0.00022905065861350646, 0.0034082910107109507, 0.05095569506238086, 0.18520832239976145, 1.128379143519084,
  ]);
  const denominator = polynomial([
    -1.1791602954361697e-7, 2.3547966471313183e-5, 0.0010179625278914884, 0.014070470171167667, 0.11098505178285362,
    0.49746925110067536, 1.0,
  ]);
  return tf.div(tf.mul(x, numerator), denominator);
}

/** z Φ(z) with Φ the normal distribution function, the exact form (Hendrycks & Gimpel 2016). */
export const GELU = fromPreactivation(
  "gelu",
  (z) => tf.mul(z, tf.mul(tf.add(erf(tf.mul(z, Math.SQRT1_2)), 1), 0.5)),
  (dy, _y, z) => {
    const phi = tf.mul(tf.add(erf(tf.mul(z, Math.SQRT1_2)), 1), 0.5);
    const density = tf.mul(tf.exp(tf.mul(tf.square(z), -0.5)), 1 / Math.sqrt(2 * Math.PI));
    return tf.mul(dy, tf.add(phi, tf.mul(z, density)));
  },
);
