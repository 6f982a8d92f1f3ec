import { quotient } from "./mean.ts";

/**
 * Area under the precision-recall curve of the same sums. Between two thresholds true positives grow in proportion to predicted ones, as
 * Davis & Goadrich (2006, section 4) interpolate; Keras integrates that in closed form.
 */
export function prAucValue(sums: readonly number[]): number {
  const n = sums.length / 2;
  const truePositives = (i: number): number => (i === n ? 0 : sums[i]!);
  const predicted = (i: number): number => (i === n ? 0 : sums[i]! + sums[n + i]!);
  let area = 0;
  for (let i = 0; i < n; i++) {
    const gained = truePositives(i) - truePositives(i + 1);
    const slope = quotient(gained, predicted(i) - predicted(i + 1));
    const intercept = truePositives(i + 1) - slope * predicted(i + 1);
    const ratio = predicted(i + 1) > 0 ? predicted(i) / predicted(i + 1) : 1;
    area += slope * (gained + intercept * Math.log(ratio));
  }
  return quotient(area, truePositives(0));
}
