import { type Features, rowsOf } from "../sequence.ts";
import { fromLogits } from "./from-logits.ts";
import type { LossOutput, Weighting } from "./loss.ts";
import { type SmoothingOptions, smoothed } from "./smoothing.ts";

/** Softmax and categorical cross-entropy in one. logits, targets: [B, classes] or a sequence; each target sums to 1. */
export function softmaxCategoricalCrossEntropy<P extends Features>(
  logits: P,
  targets: Features,
  { labelSmoothing = 0 }: SmoothingOptions = {},
  weighting: Weighting = {},
): LossOutput<P> {
  const classes = rowsOf(logits).shape[1];
  return fromLogits(logits, smoothed(rowsOf(targets), labelSmoothing, classes), weighting);
}
