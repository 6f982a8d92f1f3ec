import * as tf from "@tensorflow/tfjs-core";
import { type Features, rowsOf } from "../sequence.ts";
import type { LossOutput, Weighting } from "./loss.ts";
import { mean } from "./mean-over-outputs.ts";

/** ½ e² for |e| ≤ delta, else delta |e| - ½ delta² (Huber 1964). The gradient is e, clipped to ±delta. */
export function huber<P extends Features>(
  predictions: P,
  targets: Features,
  { delta = 1 }: { readonly delta?: number } = {},
  weighting: Weighting = {},
): LossOutput<P> {
  const error = tf.sub(rowsOf(predictions), rowsOf(targets));
  const inner = tf.clipByValue(error, -delta, delta);
  const losses = tf.mul(inner, tf.sub(error, tf.mul(inner, 0.5))); // c (e - c/2) is both cases in one
  return mean(predictions, { losses, gradient: inner }, weighting);
}
