import type * as tf from "@tensorflow/tfjs-core";

/** What is done to a weight after each update: a new tensor of the same shape. Formulas are those of `keras.constraints`. */
export type ConstraintFunction = <T extends tf.Tensor>(w: T) => T;
