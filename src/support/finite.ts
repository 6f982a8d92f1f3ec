import { UserError } from "./user-error.ts";

/**
 * Gives back `values` where all are finite: NaN and infinities are no answers.
 * @param what they are, "the predictions of x.npy"
 * @throws UserError (1) with how many are not, and where the first one stands
 */
export function requireFinite<A extends ArrayLike<number>>(values: A, what: string): A {
  let first = -1;
  let count = 0;
  for (let k = 0; k < values.length; k++) {
    if (Number.isFinite(values[k])) continue;
    if (first < 0) first = k;
    count++;
  }
  if (first < 0) return values;
  const total = values.length === 1 ? "the only number" : `${count} of ${values.length} numbers`;
  const verb = values.length === 1 || count === 1 ? "is" : "are";
  const where = values.length === 1 ? `: ${values[first]}` : `; the first, at index ${first}, is ${values[first]}`;
  throw new UserError(`${what}: ${total} ${verb} not finite${where}`, {
    exitCode: 1,
    fix: "look for inputs far from those of training; otherwise the weights diverged: train again with a lower learning rate or `clipNorm`",
  });
}
