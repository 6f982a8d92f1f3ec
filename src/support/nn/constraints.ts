import * as tf from "@tensorflow/tfjs-core";

/** What is done to a weight after each update: a new tensor of the same shape. Formulas are those of `keras.constraints`. */
export type Constraint = <T extends tf.Tensor>(w: T) => T;

/** Keras' `epsilon()`: no division by a norm of 0. */
const EPSILON = 1e-7;

type Axis = number | readonly number[];

function norms(w: tf.Tensor, axis: Axis): tf.Tensor {
  return tf.sqrt(tf.sum(tf.square(w), typeof axis === "number" ? axis : [...axis], true));
}

function scaledTo<T extends tf.Tensor>(w: T, norm: tf.Tensor, wanted: tf.Tensor): T {
  return tf.mul(w, tf.div(wanted, tf.add(norm, EPSILON)));
}

/** Vectors along `axis` get a norm of at most `maxValue`. Axis 0 is what enters each unit of a dense kernel. */
export function maxNorm(maxValue: number, axis: Axis = 0): Constraint {
  return (w) => {
    const norm = norms(w, axis);
    return scaledTo(w, norm, tf.clipByValue(norm, 0, maxValue));
  };
}

/** Negative entries become 0. */
export const nonNeg: Constraint = (w) => tf.maximum(w, 0);

/** Vectors along `axis` get the norm 1. */
export function unitNorm(axis: Axis = 0): Constraint {
  return (w) => tf.div(w, tf.add(norms(w, axis), EPSILON));
}

/** Norms along `axis` move to `rate` · clip(norm, minValue, maxValue) + (1 - rate) · norm. */
export function minMaxNorm(minValue: number, maxValue: number, rate = 1, axis: Axis = 0): Constraint {
  return (w) => {
    const norm = norms(w, axis);
    const clipped = tf.mul(tf.clipByValue(norm, minValue, maxValue), rate);
    return scaledTo(w, norm, tf.add(clipped, tf.mul(norm, 1 - rate)));
  };
}
