import { sha256 } from "../system/sha256.ts";
import { UserError } from "../system/user-error.ts";
import {
  checkIntegers,
  checkNumbers,
  checkPadding,
  checkPartWeights,
  checkRows,
  checkShape,
  checkWeights,
} from "./array-checks.ts";
import { classesOf, scaleWarnings, targetWarnings } from "./array-warnings.ts";
import type { Dataset, Gather, InputSplit, Split } from "./dataset.ts";
import { type NpyArray, parseNpy } from "./npy.ts";
import { readDataFile } from "./read-file.ts";
import { shortNames } from "./short-names.ts";
import { sortedRecord } from "./sorted-record.ts";
import { heldOut, inMemory, inputsInMemory, type ValidationSplit, withValidation } from "./splits.ts";

export interface ArrayInputOptions<Name extends string = string> {
  readonly name: Name;
  /** Per sample: [timesteps, features] or [features]; [timesteps] of token ids; of frames [timesteps, rows, columns, channels] or [rows, columns, channels]. */
  readonly shape: readonly number[];
  /** Given for token ids, which are 0..vocabularySize-1. */
  readonly vocabularySize?: number;
  /** Values are divided by this. */
  readonly scale?: number;
}

export interface ArrayTargetsOptions {
  /** Integer labels; rows of class probabilities; numbers; numbers in 0..1; labels of unknown timesteps, padded with 0. */
  readonly kind: "labels" | "oneHot" | "numbers" | "binary" | "labelSequence";
  /** Of labels, oneHot and labelSequence. */
  readonly classes?: number;
  /** Per sample: of labels [] or [timesteps], of labelSequence [length], else [size] or [timesteps, size]. */
  readonly shape: readonly number[];
}

/** The file of each part; `validation` where its samples have files of their own. */
export interface PartFiles {
  readonly train: string;
  readonly validation?: string;
  readonly test: string;
}

export interface ArraysOptions<Name extends string> {
  readonly inputs: readonly (ArrayInputOptions<Name> & PartFiles)[];
  readonly targets: ArrayTargetsOptions & PartFiles;
  /** A weight per sample, or per timestep where the targets are; the samples of a part without a file count alike. */
  readonly sampleWeights?: Pick<PartFiles, "train"> & Partial<PartFiles>;
  /** Where the validation samples come from. */
  readonly validation: ValidationSplit | "files";
  /** Gets what looks wrong but may be meant. */
  readonly log?: (line: string) => void;
}

/**
 * A dataset of .npy (or .npy.gz) files, one per input, target and split. Values stay as the files hold them until a batch is read.
 * @throws UserError (3) where a file is missing, (1) where it is damaged or does not fit
 */
export function loadArrays<Name extends string>(options: ArraysOptions<Name>): Dataset<Name> {
  const { inputs, targets, sampleWeights, validation, log = () => {} } = options;
  const files = [...inputs, targets, sampleWeights ?? {}].flatMap((files: Partial<PartFiles>) =>
    [files.train, files.validation, files.test].filter((file) => file !== undefined),
  );
  const names = shortNames(files);
  const checksums = new Map<string, string>();
  const arrays = new Map<string, NpyArray>();
  const read = (file: string): NpyArray => {
    const known = arrays.get(file);
    if (known !== undefined) return known;
    const bytes = readDataFile(file);
    checksums.set(names.get(file)!, sha256(bytes));
    const array = parseNpy(bytes, file);
    arrays.set(file, array);
    return array;
  };
  const split = (part: keyof PartFiles): Split<Name> => {
    const counts: [file: string, count: number][] = [];
    const counted = (file: string): NpyArray => {
      const array = read(file);
      counts.push([file, array.shape[0] ?? 0]);
      return array;
    };
    const gathers = inputs.map((input) => {
      const file = input[part]!;
      return [input.name, inputGather(counted(file), file, input)] as const;
    });
    const targetFile = targets[part]!;
    const target = targetGather(counted(targetFile), targetFile, targets);
    const weightFile = sampleWeights?.[part];
    const weights =
      weightFile === undefined ? undefined : weightGather(counted(weightFile), weightFile, timestepsOf(targets));
    return inMemory({
      count: commonCount(counts),
      inputs: Object.fromEntries(gathers) as Readonly<Record<Name, Gather>>,
      targets: target,
      ...(sampleWeights && { weights: weights ?? ((indices) => new Float32Array(indices.length).fill(1)) }),
    });
  };
  const train = split("train");
  const own = validation === "files" ? split("validation") : undefined;
  const test = split("test");
  const classes = classesOf(read(targets.train), targets);
  if (sampleWeights !== undefined && typeof validation === "object") {
    checkPartWeights(read(sampleWeights.train), sampleWeights.train, heldOut(train.count, validation, classes));
  }
  const warnings = [
    ...inputs.flatMap((input) =>
      input.vocabularySize === undefined ? scaleWarnings(read(input.train), input.train, input) : [],
    ),
    ...targetWarnings({ ...targets, read }),
  ];
  for (const warning of warnings) log(`warning: ${warning}`);
  return {
    ...(validation === "files"
      ? { train, validation: own!, test }
      : withValidation({ train, test }, validation, classes)),
    source: `arrays ${[...names.values()].join(", ")}`,
    checksums: sortedRecord(checksums),
  };
}

/** Inputs that come without targets, such as those to predict. @throws UserError as {@link loadArrays} */
export function loadArrayInputs<Name extends string>(
  inputs: readonly (ArrayInputOptions<Name> & { readonly file: string })[],
): InputSplit<Name> {
  return arrayInputs(inputs.map((input) => ({ ...input, array: parseNpy(readDataFile(input.file), input.file) })));
}

/** The same of arrays that are in memory; `file` is what messages call them. */
export function arrayInputs<Name extends string>(
  inputs: readonly (ArrayInputOptions<Name> & { readonly file: string; readonly array: NpyArray })[],
): InputSplit<Name> {
  const counts: [file: string, count: number][] = [];
  const gathers = inputs.map((input) => {
    counts.push([input.file, input.array.shape[0] ?? 0]);
    return [input.name, inputGather(input.array, input.file, input, true)] as const;
  });
  return inputsInMemory({
    count: commonCount(counts),
    inputs: Object.fromEntries(gathers) as Readonly<Record<Name, Gather>>,
  });
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

/**
 * Reads batches of one model input; `array` holds it for all samples.
 * @param trained whether the model is, so that the spec is settled
 * @throws UserError (1) where the two do not fit
 */
function inputGather(array: NpyArray, file: string, input: ArrayInputOptions, trained = false): Gather {
  const { name, shape, vocabularySize, scale = 1 } = input;
  const sample = array.shape.slice(1);
  const change = sample.length === shape.length ? `use \`shape: [${sample.join(", ")}]\`` : "correct the shape";
  const fix = trained ? "reshape the array" : `${change} in the spec, or reshape the array`;
  checkShape(array, file, shape, `input \`${name}\` in the spec has`, fix);
  if (vocabularySize === undefined) {
    checkNumbers(array, file, { scale });
    return floats(array, shape, scale);
  }
  checkIntegers(array, file, { end: vocabularySize, what: "id", ...(trained ? {} : { key: "vocabularySize" }) });
  return integers(array, shape[0]!);
}

/** Reads batches of the targets. @throws UserError (1) where `array` does not fit */
function targetGather(array: NpyArray, file: string, targets: ArrayTargetsOptions): Gather {
  const { kind, classes, shape } = targets;
  checkShape(array, file, shape, "the targets in the spec have", targetFix(array.shape, targets));
  switch (kind) {
    case "labels":
      checkIntegers(array, file, { end: classes!, what: "label", key: "classes" });
      return shape.length === 0 ? integers(array, 1) : timeMajor(array, shape[0]!, Int32Array);
    case "labelSequence":
      checkIntegers(array, file, { end: classes!, what: "label", key: "classes" });
      checkPadding(array, file, shape[0]!);
      return integers(array, shape[0]!);
    case "oneHot":
      checkNumbers(array, file, { range: [0, 1], fix: "give one-hot rows or probabilities" });
      checkRows(array, file, classes!);
      return floats(array, shape, 1);
    case "binary":
      checkNumbers(array, file, {
        range: [0, 1],
        fix: "give 0 and 1, such as (array > 0).astype('float32') of -1 and 1; or use `encoding: numbers` for what is measured",
      });
      return floats(array, shape, 1);
    case "numbers":
      checkNumbers(array, file, {});
      return floats(array, shape, 1);
  }
}

/** What to do about targets of another shape. `found` is with the samples. */
function targetFix(found: readonly number[], { kind, classes, shape }: ArrayTargetsOptions): string {
  const sample = found.slice(1);
  const [steps, size] = [sample[0], sample.at(-1)];
  if (kind === "labels" && sample.length === shape.length + 1) {
    if (size === classes) return "this looks like one-hot rows: use `encoding: oneHot`";
    if (shape.length === 0) return `use \`timesteps: ${steps}\` for a label per timestep, or give one label per sample`;
  }
  const isDense = kind !== "labels" && kind !== "labelSequence";
  if (kind === "oneHot" && (sample.length < shape.length || (sample.length === shape.length && size === 1))) {
    return "this looks like labels: use `encoding: labels`";
  }
  const perTimestep = shape.length === (isDense ? 2 : 1) && kind !== "labelSequence";
  if (perTimestep && sample.length < shape.length) return "remove `timesteps`, or give targets for each of them";
  if (isDense && sample.length === shape.length) {
    if (size !== shape.at(-1))
      return `use \`${kind === "oneHot" ? "classes" : "features"}: ${size}\` in the spec, or reshape the array`;
  }
  if (perTimestep && steps !== shape[0]) return `use \`timesteps: ${steps}\` in the spec, or reshape the array`;
  if (isDense && sample.length === 2)
    return `use \`timesteps: ${steps}\` for targets of each timestep, or reshape the array`;
  return "correct the targets in the spec, or reshape the array";
}

/** Timesteps of targets that have one each. */
function timestepsOf({ kind, shape }: ArrayTargetsOptions): number | undefined {
  if (kind === "labelSequence") return undefined;
  return shape.length === (kind === "labels" ? 1 : 2) ? shape[0] : undefined;
}

/** Weights of samples, [B], or of their timesteps, [T·B]. */
function weightGather(array: NpyArray, file: string, timesteps: number | undefined): Gather<Float32Array> {
  const perTimestep = timesteps !== undefined && array.shape.length > 1 && array.shape[1] === timesteps;
  const fix =
    timesteps === undefined
      ? "give one weight per sample; weights of timesteps need targets with `timesteps`"
      : `give one weight per sample, or (samples, ${timesteps}), one per timestep`;
  checkShape(array, file, perTimestep ? [timesteps] : [], "sample weights have", fix);
  checkWeights(array, file);
  return timeMajor(array, perTimestep ? timesteps : 1, Float32Array);
}

/** Vectors [B, F], or sequences made time-major, [T, B, F]; of frames [T, B, R·C·F], with T 1 where a sample is one. */
function floats({ data }: NpyArray, shape: readonly number[], scale: number): Gather<Float32Array> {
  const timesteps = shape.length % 2 === 0 ? shape[0]! : 1;
  const features = shape.reduce((product, n) => product * n, 1) / timesteps;
  return (indices) => {
    const batch = indices.length;
    const values = new Float32Array(timesteps * batch * features);
    for (let b = 0; b < batch; b++) {
      let from = indices[b]! * timesteps * features;
      for (let t = 0; t < timesteps; t++) {
        const to = (t * batch + b) * features;
        for (let f = 0; f < features; f++) values[to + f] = data[from++]! / scale;
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
    for (const index of indices) for (let k = 0; k < size; k++) values[to++] = data[index * size + k]!;
    return values;
  };
}

/** [T·B], all samples' timestep 0 first. */
function timeMajor<A extends Float32Array | Int32Array>(
  { data }: NpyArray,
  timesteps: number,
  type: new (length: number) => A,
): Gather<A> {
  return (indices) => {
    const batch = indices.length;
    const values = new type(timesteps * batch);
    for (let b = 0; b < batch; b++) {
      for (let t = 0; t < timesteps; t++) values[t * batch + b] = data[indices[b]! * timesteps + t]!;
    }
    return values;
  };
}

function wrong(message: string, fix: string): UserError {
  return new UserError(message, { exitCode: 1, fix });
}
