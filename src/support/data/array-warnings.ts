import type { ArrayInputOptions, ArrayTargetsOptions, PartFiles } from "./arrays.ts";
import { classWarnings } from "./class-warnings.ts";
import type { NpyArray } from "./npy.ts";

/** Beyond this, the activations of recurrent layers are at their limits. Unit: root mean square of the inputs. */
const LARGE = 10;

/** Inputs that seem to lack their scale; of floats. */
export function scaleWarnings({ data }: NpyArray, file: string, { name, scale = 1 }: ArrayInputOptions): string[] {
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
  targets: ArrayTargetsOptions & PartFiles & { readonly read: (file: string) => NpyArray },
): string[] {
  const { kind, classes = 0, shape, read } = targets;
  if (kind !== "labels" && kind !== "oneHot" && kind !== "labelSequence") return [];
  const train = read(targets.train);
  const seen = (file: string) => ({ file, classes: seenClasses(read(file), targets) });
  const others = [targets.validation, targets.test].filter((file) => file !== undefined);
  const warnings = [...new Set(others.flatMap((file) => classWarnings(seen(targets.train), seen(file))))];
  if (kind === "labels" && shape[0] === classes && rowsAreOneHot(train, classes)) {
    warnings.push(
      `${targets.train} looks like one-hot rows of ${classes} classes, but is read as a label for each of ${classes} timesteps; if it is one-hot, use \`encoding: oneHot\` without \`timesteps\``,
    );
  }
  return warnings;
}

function seenClasses({ data }: NpyArray, { kind, classes }: ArrayTargetsOptions): Set<number> {
  const seen = new Set<number>();
  if (kind !== "oneHot") {
    for (const label of data) seen.add(label);
    if (kind === "labelSequence") seen.delete(0); // the padding
    return seen;
  }
  for (const label of likeliest(data, classes!)) seen.add(label);
  return seen;
}

/** The class of each sample, where it has one: a label, the largest of a row, or yes or no. */
export function classesOf(
  { data }: NpyArray,
  { kind, classes, shape }: ArrayTargetsOptions,
): ArrayLike<number> | undefined {
  if (kind === "labels" && shape.length === 0) return data;
  if (kind === "oneHot" && shape.length === 1) return likeliest(data, classes!);
  if (kind === "binary" && shape.length === 1 && shape[0] === 1)
    return Int32Array.from(data, (value) => (value < 0.5 ? 0 : 1));
  return undefined;
}

/** The class that each row of probabilities gives most to. */
function likeliest(data: ArrayLike<number>, classes: number): Int32Array {
  return Int32Array.from({ length: data.length / classes }, (_, row) => {
    let best = row * classes;
    for (let k = best; k < (row + 1) * classes; k++) if (data[k]! > data[best]!) best = k;
    return best - row * classes;
  });
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
