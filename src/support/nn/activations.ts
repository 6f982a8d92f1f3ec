import * as tf from "@tensorflow/tfjs-core";
import { reluGrad, sigmoidGrad, tanhGrad } from "./native-ops.ts";

/**
 * An activation y = a(z) and its derivative. `gradient` returns dy · a'(z); it may use z, y or both, so that each activation
 * takes the cheapest form. Formulas are those of Keras 3 (`keras.activations`).
 */
export interface Activation {
  readonly name: string;
  /** The preactivation z is needed by `gradient`; otherwise callers need not keep it. */
  readonly needsPreactivation: boolean;
  /** Every y depends on its own z alone, so that several blocks may go through one call. Softmax works on whole rows. */
  readonly elementwise: boolean;
  apply<T extends tf.Tensor>(z: T): T;
  gradient<T extends tf.Tensor>(dy: T, y: T, z: T | undefined): T;
}

function fromOutput(
  name: string,
  apply: (z: tf.Tensor) => tf.Tensor,
  gradient: (dy: tf.Tensor, y: tf.Tensor) => tf.Tensor,
): Activation {
  return { name, needsPreactivation: false, elementwise: true, apply, gradient } as Activation;
}

function fromPreactivation(
  name: string,
  apply: (z: tf.Tensor) => tf.Tensor,
  gradient: (dy: tf.Tensor, y: tf.Tensor, z: tf.Tensor) => tf.Tensor,
): Activation {
  return { name, needsPreactivation: true, elementwise: true, apply, gradient } as Activation;
}

export const LINEAR = fromOutput(
  "linear",
  (z) => z,
  (dy) => dy,
);

/** max(z, 0). */
export const RELU = fromOutput("relu", (z) => tf.relu(z), reluGrad);

/** min(max(z, 0), 6). */
export const RELU6 = fromOutput(
  "relu6",
  (z) => tf.relu6(z),
  (dy, y) => tf.mul(dy, inside(y, 6)),
);

export const TANH = fromOutput("tanh", (z) => tf.tanh(z), tanhGrad);

/** 1 / (1 + e^-z). */
export const SIGMOID = fromOutput("sigmoid", (z) => tf.sigmoid(z), sigmoidGrad);

/** 1 where 0 < y < upper, and 0 at these ends; y lies in 0..upper. */
function inside(y: tf.Tensor, upper: number): tf.Tensor {
  return tf.sign(tf.mul(y, tf.sub(upper, y)));
}

/** relu6(z + 3) / 6, the formula of Keras 3. */
export const HARD_SIGMOID = fromOutput(
  "hardSigmoid",
  (z) => tf.div(tf.relu6(tf.add(z, 3)), 6),
  (dy, y) => tf.mul(dy, tf.mul(inside(y, 1), 1 / 6)),
);

/** clip(0.2 z + 0.5, 0, 1), which TensorFlow.js and Keras 2 call hard sigmoid. */
export const HARD_SIGMOID02 = fromOutput(
  "hardSigmoid02",
  (z) => tf.clipByValue(tf.add(tf.mul(z, 0.2), 0.5), 0, 1),
  (dy, y) => tf.mul(dy, tf.mul(inside(y, 1), 0.2)),
);

/** e^z. */
export const EXPONENTIAL = fromOutput(
  "exponential",
  (z) => tf.exp(z),
  (dy, y) => tf.mul(dy, y),
);

/** z for z > 0, else e^z - 1. */
export const ELU = fromOutput(
  "elu",
  (z) => tf.add(tf.relu(z), tf.sub(tf.exp(tf.minimum(z, 0)), 1)),
  (dy, y) => tf.mul(dy, tf.add(tf.minimum(y, 0), 1)),
);

const SELU_ALPHA = 1.6732632423543772;
const SELU_SCALE = 1.0507009873554805;
/** scale · (z for z > 0, else alpha (e^z - 1)) (Klambauer et al. 2017). */
export const SELU = fromOutput(
  "selu",
  (z) => tf.mul(tf.add(tf.relu(z), tf.mul(tf.sub(tf.exp(tf.minimum(z, 0)), 1), SELU_ALPHA)), SELU_SCALE),
  (dy, y) => {
    // The derivative is y + scale · alpha where y < 0, and scale elsewhere.
    const negative = tf.minimum(y, 0);
    const jump = tf.mul(tf.sign(negative), SELU_SCALE * (SELU_ALPHA - 1));
    return tf.mul(dy, tf.add(tf.sub(negative, jump), SELU_SCALE));
  },
);

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

const GELU_NEW_SCALE = Math.sqrt(2 / Math.PI);
const GELU_NEW_CUBIC = 0.044715;
/** tanh(√(2/π) (z + 0.044715 z³)), which stands in for erf(z / √2). */
function geluNewTanh(z: tf.Tensor): tf.Tensor {
  const polynomial = tf.add(tf.mul(tf.square(z), GELU_NEW_SCALE * GELU_NEW_CUBIC), GELU_NEW_SCALE);
  return tf.tanh(tf.mul(z, polynomial));
}

/** z (1 + tanh(√(2/π) (z + 0.044715 z³))) / 2, the approximate form (Hendrycks & Gimpel 2016). */
export const GELU_NEW = fromPreactivation(
  "geluNew",
  (z) => tf.mul(tf.mul(z, 0.5), tf.add(geluNewTanh(z), 1)),
  (dy, _y, z) => {
    const t = geluNewTanh(z);
    const slope = tf.add(tf.mul(tf.square(z), 3 * GELU_NEW_SCALE * GELU_NEW_CUBIC), GELU_NEW_SCALE);
    const throughTanh = tf.mul(tf.mul(z, slope), tf.sub(1, tf.square(t)));
    return tf.mul(dy, tf.mul(tf.add(tf.add(t, 1), throughTanh), 0.5));
  },
);

function softplus(z: tf.Tensor): tf.Tensor {
  // max(z, 0) + log(1 + e^-|z|) overflows for no z.
  return tf.add(tf.relu(z), tf.log(tf.add(tf.exp(tf.neg(tf.abs(z))), 1)));
}

/** log(1 + e^z). */
export const SOFTPLUS = fromPreactivation("softplus", softplus, (dy, _y, z) => tf.mul(dy, tf.sigmoid(z)));

/** z / (1 + |z|); the derivative 1 / (1 + |z|)² is (1 - |y|)². */
export const SOFTSIGN = fromOutput(
  "softsign",
  (z) => tf.div(z, tf.add(tf.abs(z), 1)),
  (dy, y) => tf.mul(dy, tf.square(tf.sub(1, tf.abs(y)))),
);

/** z · sigmoid(z), also known as SiLU (Ramachandran et al. 2017). */
export const SWISH = fromPreactivation(
  "swish",
  (z) => tf.mul(z, tf.sigmoid(z)),
  (dy, y, z) => {
    const s = tf.sigmoid(z);
    return tf.mul(dy, tf.add(s, tf.mul(y, tf.sub(1, s)))); // y + s (1 - y) would cancel where y is large
  },
);

/** z · tanh(softplus(z)) (Misra 2019). */
export const MISH = fromPreactivation(
  "mish",
  (z) => tf.mul(z, tf.tanh(softplus(z))),
  (dy, _y, z) => {
    const t = tf.tanh(softplus(z));
    return tf.mul(dy, tf.add(t, tf.mul(tf.mul(z, tf.sigmoid(z)), tf.sub(1, tf.square(t)))));
  },
);

/** e^z / Σ e^z over the last axis; its gradient is (dy - Σ dy·y) · y. */
export const SOFTMAX: Activation = {
  ...fromOutput(
    "softmax",
    (z) => tf.softmax(z),
    (dy, y) => tf.mul(tf.sub(dy, tf.sum(tf.mul(dy, y), -1, true)), y),
  ),
  elementwise: false,
};
