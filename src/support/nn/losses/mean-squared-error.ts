import * as tf from "@tensorflow/tfjs-core";
import { type Features, rowsOf } from "../sequence.ts";
import type { LossOutput, Weighting } from "./loss.ts";
import { mean } from "./mean-over-outputs.ts";

/** (p - y)² */
export function meanSquaredError<P extends Features>(
  predictions: P,
  targets: Features,
  _options: object = {},
  weighting: Weighting = {},
): LossOutput<P> {
  const error = tf.sub(rowsOf(predictions), rowsOf(targets));
  return mean(predictions, { losses: tf.square(error), gradient: error, gradientScale: 2 }, weighting);
}
