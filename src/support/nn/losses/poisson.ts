import * as tf from "@tensorflow/tfjs-core";
import { EPSILON } from "../epsilon.ts";
import { type Features, rowsOf } from "../sequence.ts";
import type { LossOutput, Weighting } from "./loss.ts";
import { mean } from "./mean-over-outputs.ts";

/** p - y log(p + 1e-7): the Poisson likelihood of counts y, up to a constant. */
export function poisson<P extends Features>(
  predictions: P,
  targets: Features,
  _options: object = {},
  weighting: Weighting = {},
): LossOutput<P> {
  const p = rowsOf(predictions);
  const y = rowsOf(targets);
  const raised = tf.add(p, EPSILON);
  const losses = tf.sub(p, tf.mul(y, tf.log(raised)));
  return mean(predictions, { losses, gradient: tf.sub(1, tf.div(y, raised)) }, weighting);
}
