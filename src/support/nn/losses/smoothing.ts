import * as tf from "@tensorflow/tfjs-core";

export interface SmoothingOptions {
  /** Targets y become y · (1 - s) + s / classes; binary ones y · (1 - s) + s / 2. */
  readonly labelSmoothing?: number;
}

export function smoothed(targets: tf.Tensor2D, labelSmoothing: number, classes: number): tf.Tensor2D {
  if (labelSmoothing === 0) return targets;
  return tf.add(tf.mul(targets, 1 - labelSmoothing), labelSmoothing / classes);
}
