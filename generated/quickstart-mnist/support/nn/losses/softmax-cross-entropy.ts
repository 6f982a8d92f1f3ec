import type * as tf from "@tensorflow/tfjs-core";
import { type Features, rowsOf } from "../sequence.ts";
import { classTargets } from "./class-targets.ts";
import { fromLogits } from "./from-logits.ts";
import type { LossOutput, Weighting } from "./loss.ts";

/**
 * Softmax and sparse categorical cross-entropy in one, stable for any logits: loss = log Σ e^z - z[label].
 * logits: [B, classes] or a sequence; labels: int32, one per row. The gradient, softmax(z) - onehot(label), is with respect to the logits.
 */
export function softmaxCrossEntropy<P extends Features>(
  logits: P,
  labels: tf.Tensor1D,
  _options: object = {},
  weighting: Weighting = {},
): LossOutput<P> {
  return fromLogits(logits, classTargets(labels, rowsOf(logits).shape[1]), weighting);
}
