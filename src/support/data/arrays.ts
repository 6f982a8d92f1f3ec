import { UserError } from "../user-error.ts";
import type { Dataset, Gather, Split } from "./dataset.ts";
import { readDataFile, sha256, shortNames, sortedRecord } from "./idx.ts";
import { type NpyArray, parseNpy } from "./npy.ts";

export interface ArrayInput<Name extends string = string> {
  readonly name: Name;
  /** Per sample: [timesteps, features] or [features]; [timesteps] of token ids. */
  readonly shape: readonly number[];
  /** Given for token ids, which are 0..vocabularySize-1. */
  readonly vocabularySize?: number;
  /** Values are divided by this. */
  readonly scale?: number;
}

export interface ArrayTargets {
  /** Integer labels; rows of class probabilities; numbers; numbers in 0..1; labels of unknown timesteps, padded with 0. */
  readonly kind: "labels" | "oneHot" | "numbers" | "binary" | "labelSequence";
  /** Of labels, oneHot and labelSequence. */
  readonly classes?: number;
  /** Per sample: of labels [] or [timesteps], of labelSequence [length], else [size] or [timesteps, size]. */
  readonly shape: readonly number[];
}

export interface ArraysOptions<Name extends string> {
  readonly inputs: readonly (ArrayInput<Name> & { readonly train: string; readonly test: string })[];
  readonly targets: ArrayTargets & { readonly train: string; readonly test: string };
  /** A weight per sample; test samples count alike where `test` is missing. */
  readonly sampleWeights?: { readonly train: string; readonly test?: string };
}

/**
 * A dataset of .npy (or .npy.gz) files, one per input, target and split. Values stay as the files hold them until a batch is read.
 * @throws UserError (3) where a file is missing, (1) where it is damaged or does not fit
 */
export function loadArrays<Name extends string>(options: ArraysOptions<Name>): Dataset<Name> {
  const { inputs, targets, sampleWeights } = options;
  const files = [...inputs, targets, sampleWeights ?? {}].flatMap((files) => {
    const { train, test } = files as { train?: string; test?: string };
    return [train, test].filter((file) => file !== undefined);
  });
  const names = shortNames(files);
  const checksums = new Map<string, string>();
  const read = (file: string): NpyArray => {
    const bytes = readDataFile(file);
    checksums.set(names.get(file)!, sha256(bytes));
    return parseNpy(bytes, file);
  };
  const split = (part: "train" | "test"): Split<Name> => {
    const counts: [file: string, count: number][] = [];
    const counted = (file: string): NpyArray => {
      const array = read(file);
      counts.push([file, array.shape[0] ?? 0]);
      return array;
    };
    const gathers = inputs.map((input) => [input.name, inputGather(counted(input[part]), input[part], input)] as const);
    const target = targetGather(counted(targets[part]), targets[part], targets);
    const weightFile = sampleWeights?.[part];
    const weights = weightFile === undefined ? undefined : weightGather(counted(weightFile), weightFile);
    return {
      count: commonCount(counts),
      inputs: Object.fromEntries(gathers) as Readonly<Record<Name, Gather>>,
      targets: target,
      ...(sampleWeights && { weights: weights ?? ((indices) => new Float32Array(indices.length).fill(1)) }),
    };
  };
  const train = split("train");
  const test = split("test");
  return { train, test, source: `arrays ${[...names.values()].join(", ")}`, checksums: sortedRecord(checksums) };
}

/** Inputs that come without targets, such as those to predict. @throws UserError as {@link loadArrays} */
export function loadArrayInputs<Name extends string>(
  inputs: readonly (ArrayInput<Name> & { readonly file: string })[],
): Pick<Split<Name>, "count" | "inputs"> {
  return arrayInputs(inputs.map((input) => ({ ...input, array: parseNpy(readDataFile(input.file), input.file) })));
}

/** The same of arrays that are in memory; `file` is what messages call them. */
export function arrayInputs<Name extends string>(
  inputs: readonly (ArrayInput<Name> & { readonly file: string; readonly array: NpyArray })[],
): Pick<Split<Name>, "count" | "inputs"> {
  const counts: [file: string, count: number][] = [];
  const gathers = inputs.map((input) => {
    counts.push([input.file, input.array.shape[0] ?? 0]);
    return [input.name, inputGather(input.array, input.file, input)] as const;
  });
  return { count: commonCount(counts), inputs: Object.fromEntries(gathers) as Readonly<Record<Name, Gather>> };
}

/** The number of samples, in which all files must agree. */
function commonCount(counts: readonly (readonly [file: string, count: number])[]): number {
  const [first, count] = counts[0]!;
  for (const [file, other] of counts) {
    if (other === count) continue;
    throw wrong(`${file}: ${samples(other)}, but ${first} has ${samples(count)}`, "give files that belong together");
  }
  return count;
}

function samples(count: number): string {
  return `${count} sample${count === 1 ? "" : "s"}`;
}

/** Reads batches of one model input; `array` holds it for all samples. @throws UserError (1) where the two do not fit */
function inputGather(array: NpyArray, file: string, input: ArrayInput): Gather {
  const { shape, vocabularySize, scale = 1 } = input;
  checkShape(array, file, shape, `input \`${input.name}\``);
  if (vocabularySize === undefined) {
    checkFinite(array, file);
    return floats(array, shape, scale);
  }
  checkIntegers(array, file, vocabularySize, "id", "correct `vocabularySize` in the spec, or the file");
  return integers(array, shape[0]!);
}

/** Reads batches of the targets. @throws UserError (1) where `array` does not fit */
function targetGather(array: NpyArray, file: string, { kind, classes, shape }: ArrayTargets): Gather {
  checkShape(array, file, shape, "the targets");
  switch (kind) {
    case "labels":
      checkIntegers(array, file, classes!, "label", "correct `classes` in the spec, or the file");
      return shape.length === 0 ? integers(array, 1) : timeMajorIntegers(array, shape[0]!);
    case "labelSequence":
      checkIntegers(array, file, classes!, "label", "correct `classes` in the spec, or the file");
      checkPadding(array, file, shape[0]!);
      return integers(array, shape[0]!);
    case "oneHot":
      checkFinite(array, file, [0, 1]);
      checkRows(array, file, classes!);
      return floats(array, shape, 1);
    case "binary":
      checkFinite(array, file, [0, 1]);
      return floats(array, shape, 1);
    case "numbers":
      checkFinite(array, file);
      return floats(array, shape, 1);
  }
}

function weightGather(array: NpyArray, file: string): Gather<Float32Array> {
  checkShape(array, file, [], "the sample weights");
  checkFinite(array, file, [0, Number.POSITIVE_INFINITY]);
  return floats(array, [1], 1);
}

/** Vectors [B, F], or sequences made time-major, [T, B, F]. */
function floats({ data }: NpyArray, shape: readonly number[], scale: number): Gather<Float32Array> {
  const timesteps = shape.length === 2 ? shape[0]! : 1;
  const features = shape.at(-1)!;
  return (indices) => {
    const batch = indices.length;
    const values = new Float32Array(timesteps * batch * features);
    for (let b = 0; b < batch; b++) {
      let from = indices[b]! * timesteps * features;
      for (let t = 0; t < timesteps; t++) {
        const to = (t * batch + b) * features;
        for (let f = 0; f < features; f++) values[to + f] = Number(data[from++]!) / scale;
      }
    }
    return values;
  };
}

/** [B, size] as it lies in the file. */
function integers({ data }: NpyArray, size: number): Gather<Int32Array> {
  return (indices) => {
    const values = new Int32Array(indices.length * size);
    let to = 0;
    for (const index of indices) for (let k = 0; k < size; k++) values[to++] = Number(data[index * size + k]!);
    return values;
  };
}

/** [T·B], all samples' timestep 0 first. */
function timeMajorIntegers({ data }: NpyArray, timesteps: number): Gather<Int32Array> {
  return (indices) => {
    const batch = indices.length;
    const values = new Int32Array(timesteps * batch);
    for (let b = 0; b < batch; b++) {
      for (let t = 0; t < timesteps; t++) values[t * batch + b] = Number(data[indices[b]! * timesteps + t]!);
    }
    return values;
  };
}

/** The first axis counts the samples; a last axis of 1 may be left out or added. */
function checkShape({ shape: found }: NpyArray, file: string, wanted: readonly number[], what: string): void {
  const shown = (shape: readonly (number | string)[]): string =>
    `(${shape.join(", ")}${shape.length === 1 ? "," : ""})`;
  if (found.length === 0 || found[0] === 0) {
    throw wrong(`${file}: shape ${shown(found)} holds no samples`, "give an array whose first axis counts the samples");
  }
  const withoutLastOne = (shape: readonly number[]): string => (shape.at(-1) === 1 ? shape.slice(0, -1) : shape).join();
  const sample = found.slice(1);
  if (sample.join() === wanted.join() || withoutLastOne(sample) === withoutLastOne(wanted)) return;
  throw wrong(
    `${file}: shape ${shown(found)}, but ${what} in the spec ${what.startsWith("the") ? "have" : "has"} shape ${shown(["samples", ...wanted])}`,
    "correct the shape in the spec, or reshape the array",
  );
}

/** "x.npy[12, 3]": a value's place. */
function place(array: NpyArray, file: string, flat: number): string {
  const index: number[] = [];
  let rest = flat;
  for (const size of array.shape.toReversed()) {
    index.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return `${file}[${index.join(", ")}]`;
}

function checkFinite(array: NpyArray, file: string, range?: readonly [low: number, high: number]): void {
  const { data } = array;
  const [low, high] = range ?? [-MAX_FLOAT32, MAX_FLOAT32];
  const isFloat = data instanceof Float32Array || data instanceof Float64Array;
  if (range === undefined && !isFloat) return;
  for (let k = 0; k < data.length; k++) {
    const value = Number(data[k]!);
    if (value >= low && value <= high && value <= MAX_FLOAT32) continue;
    const finite = Number.isFinite(value);
    const bounds = range === undefined || !finite ? "a finite 32-bit float" : high === 1 ? "in 0..1" : "at least 0";
    throw wrong(`${place(array, file, k)} is ${value}, but must be ${bounds}`, "correct or drop the sample");
  }
}

const MAX_FLOAT32 = 3.4028234663852886e38;

function checkIntegers(array: NpyArray, file: string, end: number, what: string, fix: string): void {
  const { data } = array;
  for (let k = 0; k < data.length; k++) {
    const value = Number(data[k]!);
    if (value >= 0 && value < end && Number.isInteger(value)) continue;
    throw wrong(`${place(array, file, k)} is ${value}, but ${what}s are whole numbers in 0..${end - 1}`, fix);
  }
}

/** In each row nothing but 0 follows a 0. */
function checkPadding(array: NpyArray, file: string, length: number): void {
  const { data } = array;
  for (let k = 0; k < data.length; k++) {
    if (k % length === 0 || Number(data[k]!) === 0 || Number(data[k - 1]!) !== 0) continue;
    throw wrong(
      `${place(array, file, k)} is the label ${data[k]}, but a 0 stands before it, which pads the end of a sequence`,
      "number the classes from 1, since 0 is the blank, and pad at the end",
    );
  }
}

/** Each row is a distribution: one-hot, or the probabilities of soft labels. */
function checkRows(array: NpyArray, file: string, classes: number): void {
  const { data } = array;
  for (let row = 0; row < data.length; row += classes) {
    let sum = 0;
    for (let k = row; k < row + classes; k++) sum += Number(data[k]!);
    if (Math.abs(sum - 1) < 1e-3) continue;
    throw wrong(
      `${place(array, file, row)}: this row sums to ${sum}, but the probabilities of the ${classes} classes sum to 1`,
      "give one-hot rows, or `encoding: binary` where classes are independent",
    );
  }
}

function wrong(message: string, fix: string): UserError {
  return new UserError(message, { exitCode: 1, fix });
}
