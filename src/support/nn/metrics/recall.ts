import { quotient } from "./mean.ts";
import { thresholdState } from "./threshold.ts";

/** Elementwise over all outputs ("micro"), as in Keras: of all targets that are 1. */
export const recallState = thresholdState;

export function recallValue([truePositives, , positives]: readonly number[]): number {
  return quotient(truePositives!, positives!);
}
