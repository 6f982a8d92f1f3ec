import * as tf from "@tensorflow/tfjs-core";
import { type Features, rowsOf } from "../sequence.ts";
import { type LossOutput, reduceLoss, type Weighting } from "./loss.ts";
import { type SmoothingOptions, smoothed } from "./smoothing.ts";

/**
 * Sigmoid and binary cross-entropy in one, stable for any logits: max(z, 0) - z y + log(1 + e^-|z|), mean over the outputs.
 * logits, targets: [B, outputs] or a sequence, targets in 0..1. The gradient, sigmoid(z) - y, is with respect to the logits.
 */
export function sigmoidCrossEntropy<P extends Features>(
  logits: P,
  targets: Features,
  { labelSmoothing = 0 }: SmoothingOptions = {},
  weighting: Weighting = {},
): LossOutput<P> {
  const z = rowsOf(logits);
  const y = smoothed(rowsOf(targets), labelSmoothing, 2);
  const softplus = tf.log(tf.add(tf.exp(tf.neg(tf.abs(z))), 1));
  const losses = tf.add(tf.sub(tf.relu(z), tf.mul(z, y)), softplus);
  const scale = 1 / z.shape[1];
  return reduceLoss(
    logits,
    { losses, lossScale: scale, gradient: tf.sub(tf.sigmoid(z), y), gradientScale: scale },
    weighting,
  );
}
