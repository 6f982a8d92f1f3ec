import { quotient } from "./mean.ts";
import { thresholdState } from "./threshold.ts";

/** Elementwise over all outputs ("micro"), as in Keras: of all that are above the threshold. */
export const precisionState = thresholdState;

export function precisionValue([truePositives, predicted]: readonly number[]): number {
  return quotient(truePositives!, predicted!);
}
