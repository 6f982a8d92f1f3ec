import * as tf from "@tensorflow/tfjs-core";
import { type Features, rowsOf } from "../sequence.ts";
import { type LossOutput, reduceLoss, type Weighting } from "./loss.ts";

/** loss = Σ y · log Σ e^z - Σ y z, with z shifted by its largest value; gradient Σ y · softmax(z) - y, Σ y = 1. */
export function fromLogits<P extends Features>(logits: P, y: tf.Tensor2D, weighting: Weighting): LossOutput<P> {
  const z = rowsOf(logits);
  const shifted = tf.sub(z, tf.max(z, 1, true));
  const exponentials = tf.exp(shifted);
  const normalizer = tf.sum(exponentials, 1, true); // [R, 1]
  const losses = tf.sub(tf.log(normalizer), tf.sum(tf.mul(shifted, y), 1, true));
  return reduceLoss(logits, { losses, gradient: tf.sub(tf.div(exponentials, normalizer), y) }, weighting);
}
