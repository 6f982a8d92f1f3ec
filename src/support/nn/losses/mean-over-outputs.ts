import { type Features, rowsOf } from "../sequence.ts";
import { type LossOutput, type RowLosses, reduceLoss, type Weighting } from "./loss.ts";

/** Losses between numbers: predictions p and targets y, both [B, outputs] or a sequence; the loss of a row is the mean over its outputs. */
export function mean<P extends Features>(predictions: P, elements: RowLosses, weighting: Weighting): LossOutput<P> {
  const scale = 1 / rowsOf(predictions).shape[1];
  const { losses, lossScale = 1, gradient, gradientScale = 1 } = elements;
  return reduceLoss(
    predictions,
    { losses, lossScale: lossScale * scale, gradient, gradientScale: gradientScale * scale },
    weighting,
  );
}
