import * as tf from "@tensorflow/tfjs-core";
import { type Features, rowsOf } from "../sequence.ts";

export function margins(predictions: Features, targets: Features): { margin: tf.Tensor; y: tf.Tensor; scale: number } {
  const p = rowsOf(predictions);
  const raw = rowsOf(targets);
  // 1 where every target of the batch is 0 or 1, y (y - 1) = 0: then y becomes 2y - 1.
  const binary = tf.cast(tf.equal(tf.sum(tf.abs(tf.mul(raw, tf.sub(raw, 1)))), 0), "float32");
  const y = tf.add(raw, tf.mul(tf.sub(raw, 1), binary));
  return { margin: tf.sub(1, tf.mul(y, p)), y, scale: 1 / p.shape[1] };
}
