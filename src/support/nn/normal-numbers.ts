import * as tf from "@tensorflow/tfjs-core";
import type { RandomSource } from "./step-random.ts";

/** Standard normal numbers (Box & Muller 1958), from two streams of uniform ones. */
export function normalNumbers(shape: [number, number], { random, name }: RandomSource): tf.Tensor2D {
  const radius = random.uniform(`${name}/radius`, shape);
  const angle = random.uniform(`${name}/angle`, shape);
  return tf.mul(tf.sqrt(tf.mul(tf.log(tf.sub(1, radius)), -2)), tf.cos(tf.mul(angle, 2 * Math.PI)));
}
