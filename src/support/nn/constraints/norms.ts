import * as tf from "@tensorflow/tfjs-core";
import { EPSILON } from "../epsilon.ts";

export type Axis = number | readonly number[];

export function norms(w: tf.Tensor, axis: Axis): tf.Tensor {
  return tf.sqrt(tf.sum(tf.square(w), typeof axis === "number" ? axis : [...axis], true));
}

export function scaledTo<T extends tf.Tensor>(w: T, norm: tf.Tensor, wanted: tf.Tensor): T {
  return tf.mul(w, tf.div(wanted, tf.add(norm, EPSILON)));
}
