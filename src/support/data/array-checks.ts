import { shortest } from "../system/shortest.ts";
import { UserError } from "../system/user-error.ts";
import { layoutFix } from "./array-layout.ts";
import { type NpyArray, placeInArray, tuple } from "./npy.ts";

const MAX_FLOAT32 = 3.4028234663852886e38;

/**
 * The first axis counts the samples; a last axis of 1 may be left out or added.
 * @param due "the targets in the spec have": what is of the shape `wanted`, which is per sample
 * @param fix what to do about another shape, where that is not about the order of the axes
 */
export function checkShape(array: NpyArray, file: string, wanted: readonly number[], due: string, fix: string): void {
  const found = array.shape;
  if (found.length === 0 || found[0] === 0) {
    throw wrong(`${file}: shape ${tuple(found)} holds no samples`, "give an array whose first axis counts the samples");
  }
  const sample = found.slice(1);
  if ([sample.join(), [...sample, 1].join()].includes(wanted.join()) || [...wanted, 1].join() === sample.join()) return;
  throw wrong(
    `${file}: shape ${tuple(found)}, but ${due} shape ${tuple(["samples", ...wanted])}`,
    layoutFix(found, wanted, fix) ?? fix,
  );
}

export interface NumberRules {
  /** The least and the largest; without it all that 32-bit floats hold. */
  readonly range?: readonly [low: number, high: number];
  /** Values are divided by this. */
  readonly scale?: number;
  /** What to do about a value out of range. */
  readonly fix?: string;
}

/** Refuses what is not finite, or not in a range. The message has the first such value and how many there are. */
export function checkNumbers(array: NpyArray, file: string, { range, scale = 1, fix }: NumberRules): void {
  const { data, shape } = array;
  // Division rounds to a 32-bit float in the batch: what is too large there is too large here.
  const isRight = (value: number): boolean =>
    Math.abs(value / scale) <= MAX_FLOAT32 && (range === undefined || (value >= range[0] && value <= range[1]));
  const size = data.length / shape[0]!;
  let first = -1;
  let count = 0;
  let samples = 0;
  let last = -1; // sample with such a value
  for (let k = 0; k < data.length; k++) {
    if (isRight(data[k]!)) continue;
    if (first < 0) first = k;
    count++;
    const sample = Math.floor(k / size);
    if (sample !== last) samples++;
    last = sample;
  }
  if (first < 0) return;
  const value = data[first]!;
  const [must, doing] = numberFault(value, scale, range, fix);
  const more = count === 1 ? "" : ` (${count} such values, in ${samples} of ${shape[0]} samples)`;
  throw wrong(`${placeInArray(array, file, first)} is ${shortest(value)}${must}${more}`, doing);
}

function numberFault(
  value: number,
  scale: number,
  range: NumberRules["range"],
  fix = "correct or drop the samples",
): [must: string, fix: string] {
  if (Number.isNaN(value)) {
    const masking = "a `masking` layer leaves out the steps that hold its value in all features";
    return [", but must be a finite 32-bit float", `drop these samples, or fill the gaps: ${masking}`];
  }
  if (!Number.isFinite(value)) return [", but must be a finite 32-bit float", "correct or drop the samples"];
  if (range !== undefined && (value < range[0] || value > range[1])) {
    return [`, but must be ${range[1] === 1 ? "in 0..1" : "at least 0"}`, fix];
  }
  const divided = scale === 1 ? "" : `, divided by \`scale\` ${scale},`;
  return [`${divided || ","} which 32-bit floats do not hold`, "give the values in a larger unit, or correct them"];
}

export interface IntegerRules {
  /** Values are 0..end-1. */
  readonly end: number;
  readonly what: "label" | "id";
  /** The key in the spec that `end` is; left out where a trained model has settled it. */
  readonly key?: string;
}

/** Refuses what is no whole number in 0..end-1, and says what else the values look like. */
export function checkIntegers(array: NpyArray, file: string, rules: IntegerRules): void {
  const { data } = array;
  const { end, what } = rules;
  for (let k = 0; k < data.length; k++) {
    const value = data[k]!;
    if (value >= 0 && value < end && Number.isInteger(value)) continue;
    const message = `${placeInArray(array, file, k)} is ${shortest(value)}, but ${what}s are whole numbers in 0..${end - 1}`;
    throw wrong(message, integerFix(array, rules));
  }
}

function integerFix({ data }: NpyArray, { end, what, key }: IntegerRules): string {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const distinct = new Set<number>();
  for (const value of data) {
    if (!Number.isFinite(value)) return "correct or drop the samples";
    if (!Number.isInteger(value)) {
      return what === "id"
        ? `give whole numbers, or leave out \`${key}\` where the input is measured`
        : "give whole numbers, or use `encoding: numbers` for what is measured, `oneHot` or `binary` for probabilities";
    }
    low = Math.min(low, value);
    high = Math.max(high, value);
    if (distinct.size < 10_000) distinct.add(value);
  }
  if (key === undefined) return "give what the model was trained on, or replace these by an id that it knows";
  const unique = "numpy.unique(array, return_inverse=True)[1]";
  if (what === "id") {
    if (low < 0) return `number the ids from 0: array - array.min(), or ${unique}`;
    return `use \`${key}: ${high + 1}\` in the spec (and \`inputDim\` of the embedding), or correct the file`;
  }
  if (low === -1 && high === 1 && distinct.size === 2)
    return "give 0 and 1: numpy.save(path, (array > 0).astype('int32'))";
  if (low < 0) {
    const padded =
      "where negative labels pad a sequence, give 0 there and leave these steps out by masking or a weight of 0";
    return `number the classes from 0: ${unique}; ${padded}`;
  }
  if (low === 1 && high === end) {
    return `subtract 1: numpy.save(path, array - 1), or use \`${key}: ${high + 1}\` where 0 is a class too`;
  }
  const sparse = high + 1 > 2 * distinct.size;
  if (sparse || low > 1)
    return `number the classes from 0: numpy.save(path, ${unique}), or correct \`${key}\` in the spec`;
  const less = low === 1 ? "subtract 1: numpy.save(path, array - 1), and " : "";
  return `${less}use \`${key}: ${high + 1 - low}\` in the spec, and as many units of the last layer, or correct the file`;
}

/** In each row nothing but 0 follows a 0. */
export function checkPadding(array: NpyArray, file: string, length: number): void {
  const { data } = array;
  for (let k = 0; k < data.length; k++) {
    if (k % length === 0 || data[k] === 0 || data[k - 1] !== 0) continue;
    throw wrong(
      `${placeInArray(array, file, k)} is the label ${data[k]}, but a 0 stands before it, which pads the end of a sequence`,
      "number the classes from 1, since 0 is the blank, and pad at the end",
    );
  }
}

/** Each row is a distribution: one-hot, or the probabilities of soft labels. */
export function checkRows(array: NpyArray, file: string, classes: number): void {
  const { data } = array;
  for (let row = 0; row < data.length; row += classes) {
    let sum = 0;
    for (let k = row; k < row + classes; k++) sum += data[k]!;
    if (Math.abs(sum - 1) < 1e-3) continue;
    throw wrong(
      `${placeInArray(array, file, row)}: this row sums to ${Number(sum.toPrecision(6))}, but the probabilities of the ${classes} classes sum to 1`,
      "give one-hot rows, or `encoding: binary` where classes are independent",
    );
  }
}

/** Weights that let nothing count teach nothing. */
export function checkWeights(array: NpyArray, file: string): void {
  const fix = "give factors from 0 up: 1 counts once, 0 not at all";
  checkNumbers(array, file, { range: [0, Number.POSITIVE_INFINITY], fix });
  if (array.data.every((weight) => weight === 0)) {
    throw wrong(`${file}: all ${array.data.length} weights are 0, so that no sample counts`, fix);
  }
}

/** Some sample of either part counts. @param parts positions of the samples that are left for training, and of those held out */
export function checkPartWeights(
  { data, shape }: NpyArray,
  file: string,
  parts: { readonly train: Int32Array; readonly validation: Int32Array },
): void {
  const size = data.length / shape[0]!;
  const counts = (sample: number): boolean =>
    Array.from({ length: size }, (_, k) => data[sample * size + k]).some((weight) => weight !== 0);
  for (const [part, positions] of Object.entries(parts)) {
    if (positions.some(counts)) continue;
    const drawn = part === "train" ? "left for training" : "held out for validation";
    const message = `${file}: of the samples that are ${drawn}, ${positions.length} in all, each has the weight 0`;
    throw wrong(
      message,
      "hold out another share by dataset.validation, or give the validation samples in files of their own",
    );
  }
}

function wrong(message: string, fix: string): UserError {
  return new UserError(message, { exitCode: 1, fix });
}
