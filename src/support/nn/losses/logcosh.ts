import * as tf from "@tensorflow/tfjs-core";
import { type Features, rowsOf } from "../sequence.ts";
import type { LossOutput, Weighting } from "./loss.ts";
import { mean } from "./mean-over-outputs.ts";

/** log cosh(p - y), as |e| + log(1 + e^-2|e|) - log 2, which overflows for no e. */
export function logcosh<P extends Features>(
  predictions: P,
  targets: Features,
  _options: object = {},
  weighting: Weighting = {},
): LossOutput<P> {
  const error = tf.sub(rowsOf(predictions), rowsOf(targets));
  const size = tf.abs(error);
  const losses = tf.sub(tf.add(size, tf.log(tf.add(tf.exp(tf.mul(size, -2)), 1))), Math.LN2);
  return mean(predictions, { losses, gradient: tf.tanh(error) }, weighting);
}
