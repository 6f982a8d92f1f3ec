/**
 * A number as a person would write it: of one that is a 32-bit float the fewest digits that give the same float, so that
 * 0.8999999761581421 is 0.9. Others stay as they are.
 */
export function shortest(value: number): number {
  if (Math.fround(value) !== value) return value; // NaN, too
  for (let digits = 1; digits < 9; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return rounded;
  }
  return Number(value.toPrecision(9));
}

/** A number that was computed from 32-bit floats, with as many digits as those have. */
export function sevenDigits(value: number): number {
  return Number(value.toPrecision(7));
}
