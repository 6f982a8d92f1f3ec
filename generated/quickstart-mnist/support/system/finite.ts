import { UserError } from "./user-error.ts";

/**
 * What the model gives, unless some of it is no finite number.
 * @param run the folder of the run whose weights gave it
 * @throws UserError (exit code 1)
 */
export function requireFinite<T extends ArrayLike<number>>(values: T, run: string): T {
  for (let k = 0; k < values.length; k++) {
    if (Number.isFinite(values[k])) continue;
    throw new UserError(`the model of ${run} gives ${values[k]} for this input, which is no answer`, {
      exitCode: 1,
      fix: "check the input for values far from those of training, or train again",
    });
  }
  return values;
}
