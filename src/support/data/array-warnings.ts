import type { ArrayInput, ArrayTargets } from "./arrays.ts";
import { classWarnings } from "./class-warnings.ts";
import type { NpyArray } from "./npy.ts";

/** Beyond this, the activations of recurrent layers are at their limits. Unit: root mean square of the inputs. */
const LARGE = 10;

/** Inputs that seem to lack their scale; of floats. */
export function scaleWarnings({ data }: NpyArray, file: string, { name, scale = 1 }: ArrayInput): string[] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let squares = 0;
  let whole = true;
  for (const value of data) {
    if (value < low) low = value;
    if (value > high) high = value;
    squares += (value / scale) ** 2;
    whole &&= Number.isInteger(value);
  }
  const size = Math.sqrt(squares / data.length);
  if (whole && low >= 0 && high > 127 && high <= 255 && scale === 1) {
    return [
      `${file}: whole numbers up to ${high}, perhaps pixels, are read as they are; add \`scale: 255\` to \`${name}\``,
    ];
  }
  if (size <= LARGE) return [];
  const largest = Math.max(Math.abs(low), Math.abs(high));
  return [
    `${file}: the values${scale === 1 ? "" : " divided by `scale`"} are about ${Number(size.toPrecision(2))} in size, which recurrent layers hardly learn from; standardise them, or use \`scale: ${Number(largest.toPrecision(2))}\` in \`${name}\``,
  ];
}

/** Targets that are classes, of which the training part seems to have too few, or that seem to be encoded otherwise. */
export function targetWarnings(
  train: NpyArray,
  test: NpyArray,
  targets: ArrayTargets & { readonly train: string; readonly test: string },
): string[] {
  const { kind, classes = 0, shape } = targets;
  if (kind !== "labels" && kind !== "oneHot" && kind !== "labelSequence") return [];
  const warnings = classWarnings(
    { file: targets.train, classes: seenClasses(train, targets) },
    { file: targets.test, classes: seenClasses(test, targets) },
  );
  if (kind === "labels" && shape[0] === classes && rowsAreOneHot(train, classes)) {
    warnings.push(
      `${targets.train} looks like one-hot rows of ${classes} classes, but is read as a label for each of ${classes} timesteps; if it is one-hot, use \`encoding: oneHot\` without \`timesteps\``,
    );
  }
  return warnings;
}

function seenClasses({ data }: NpyArray, { kind, classes }: ArrayTargets): Set<number> {
  const seen = new Set<number>();
  if (kind !== "oneHot") {
    for (const label of data) seen.add(label);
    if (kind === "labelSequence") seen.delete(0); // the padding
    return seen;
  }
  for (let row = 0; row < data.length; row += classes!) {
    let best = row;
    for (let k = row; k < row + classes!; k++) if (data[k]! > data[best]!) best = k;
    seen.add(best - row);
  }
  return seen;
}

function rowsAreOneHot({ data }: NpyArray, classes: number): boolean {
  for (let row = 0; row < data.length; row += classes) {
    let sum = 0;
    for (let k = row; k < row + classes; k++) {
      if (data[k]! > 1) return false;
      sum += data[k]!;
    }
    if (sum !== 1) return false;
  }
  return true;
}
