import * as tf from "@tensorflow/tfjs-core";
import { EPSILON } from "../epsilon.ts";
import { type Features, rowsOf } from "../sequence.ts";
import type { LossOutput, Weighting } from "./loss.ts";
import { mean } from "./mean-over-outputs.ts";

/** (log(1 + p) - log(1 + y))², both clipped below at 1e-7; the gradient is 0 where p was clipped. */
export function meanSquaredLogarithmicError<P extends Features>(
  predictions: P,
  targets: Features,
  _options: object = {},
  weighting: Weighting = {},
): LossOutput<P> {
  const p = rowsOf(predictions);
  const raised = tf.maximum(p, EPSILON);
  const onePlus = tf.add(raised, 1);
  const error = tf.sub(tf.log(onePlus), tf.log(tf.add(tf.maximum(rowsOf(targets), EPSILON), 1)));
  const inside = tf.cast(tf.equal(raised, p), "float32");
  const gradient = tf.mul(tf.div(error, onePlus), inside);
  return mean(predictions, { losses: tf.square(error), gradient, gradientScale: 2 }, weighting);
}
