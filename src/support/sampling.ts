/**
 * Draws an index with probabilities p^(1/temperature), rescaled; 0: the most probable one, the first of equals. The logarithms
 * are taken relative to the largest, so that no temperature makes all of them vanish. Index 0, the slot of unknown characters, is never drawn.
 * @param uniform a number in [0, 1)
 */
export function drawIndex(probabilities: ArrayLike<number>, temperature: number, uniform: number): number {
  let best = 1;
  for (let k = 2; k < probabilities.length; k++) if (probabilities[k]! > probabilities[best]!) best = k;
  if (temperature === 0) return best;
  const largest = Math.log(probabilities[best]!);
  const weights = Array.from(probabilities, (p, k) => (k === 0 ? 0 : Math.exp((Math.log(p) - largest) / temperature)));
  let left = uniform * weights.reduce((sum, weight) => sum + weight, 0);
  for (const [k, weight] of weights.entries()) {
    left -= weight;
    if (left < 0) return k;
  }
  return best; // rounding
}
