import { UserError } from "../system/user-error.ts";
import type { NpyArray } from "./npy.ts";

/** Numbers of a batch, nested: the samples first, then [timesteps][features], [timesteps] or [features]. */
export type Nested = readonly (number | Nested)[];

/**
 * Nested numbers as an array of doubles, row-major.
 * @param what what messages call them
 * @throws UserError (exit code 2) where rows differ in length, or something is no number
 */
export function arrayOf(values: Nested, what: string): NpyArray {
  const shape: number[] = [];
  for (let level: number | Nested | undefined = values; Array.isArray(level); level = level[0])
    shape.push(level.length);
  const data = new Float64Array(shape.reduce((product, size) => product * size, 1));
  let at = 0;
  const fill = (value: unknown, depth: number, place: string): void => {
    if (depth === shape.length) {
      if (typeof value !== "number") throw wrong(`${place} is ${shown(value)}, not a number`);
      data[at++] = value;
      return;
    }
    if (!Array.isArray(value) || value.length !== shape[depth]) {
      const found = Array.isArray(value) ? `has ${value.length} entries` : `is ${shown(value)}`;
      throw wrong(`${place} ${found}, but the first of its kind has ${shape[depth]}`);
    }
    for (const [index, item] of value.entries()) fill(item, depth + 1, `${place}[${index}]`);
  };
  fill(values, 0, what);
  return { dtype: "float64", shape, data };
}

function shown(value: unknown): string {
  return typeof value === "number"
    ? String(value)
    : value === null
      ? "null"
      : Array.isArray(value)
        ? "a list"
        : typeof value;
}

function wrong(message: string): UserError {
  return new UserError(message, { exitCode: 2, fix: "give numbers, nested alike in every sample" });
}
