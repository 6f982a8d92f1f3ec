import { basename, normalize, sep } from "node:path";
import { sha256 } from "../system/sha256.ts";
import { UserError } from "../system/user-error.ts";
import { classWarnings } from "./class-warnings.ts";
import type { ImageDataset, ImageSplit } from "./dataset.ts";
import { readDataFile } from "./read-file.ts";
import { inMemory, type Validation, withValidation } from "./splits.ts";

export { readDataFile } from "./read-file.ts";

export interface IdxImages {
  readonly count: number;
  readonly rows: number;
  readonly columns: number;
  /** [count, rows, columns], 0..255 */
  readonly pixels: Uint8Array;
}

const UINT8 = 0x08;

/** The format's other types of data, none of which is read. */
const OTHER_TYPES: Readonly<Record<number, string>> = {
  9: "signed bytes",
  11: "16-bit integers",
  12: "32-bit integers",
  13: "32-bit floats",
  14: "64-bit floats",
};

/** IDX images of unsigned bytes, three dimensions. @throws UserError (1) naming the file and what is wrong */
export function parseIdxImages(bytes: Uint8Array, file: string): IdxImages {
  const { dimensions, data } = parseIdx(bytes, file, 3);
  const [count, rows, columns] = dimensions as [number, number, number];
  return { count, rows, columns, pixels: data };
}

/**
 * IDX labels, one unsigned byte each.
 * @param fix what to do about a label outside the classes, from the largest one
 * @throws UserError (1) naming the file and what is wrong
 */
export function parseIdxLabels(
  bytes: Uint8Array,
  file: string,
  classes: number,
  fix: (largest: number) => string,
): Uint8Array {
  const { data } = parseIdx(bytes, file, 1);
  const wrong = data.findIndex((label) => label >= classes);
  if (wrong >= 0) {
    throw new UserError(`${file}: label ${data[wrong]} at index ${wrong}, but the classes are 0..${classes - 1}`, {
      exitCode: 1,
      fix: fix(data.reduce((largest, label) => Math.max(largest, label), 0)),
    });
  }
  return data;
}

/** The format: two zero bytes, the type, the number of dimensions, each dimension as a big-endian uint32, the data. */
function parseIdx(bytes: Uint8Array, file: string, rank: number): { dimensions: number[]; data: Uint8Array } {
  const headerBytes = 4 + 4 * rank;
  if (bytes.length < headerBytes) {
    throw damaged(
      file,
      `it is truncated: ${bytes.length} bytes are there, but the IDX header alone needs ${headerBytes}`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = view.getUint32(0);
  const wanted = (UINT8 << 8) | rank;
  if (magic !== wanted) throw otherKind(file, magic, wanted);
  const dimensions = Array.from({ length: rank }, (_, k) => view.getUint32(4 + 4 * k));
  // In doubles: a product too large to be exact differs from every possible length all the same.
  const size = dimensions.reduce((product, n) => product * n, 1);
  const data = bytes.subarray(headerBytes);
  if (size === 0) throw damaged(file, `it holds nothing: its header says ${dimensions.join(" × ")}`);
  if (data.length !== size) {
    const what = data.length < size ? "truncated" : "too long";
    const shape = dimensions.join(" × ");
    throw damaged(
      file,
      `it is ${what}: the header says ${shape}, which is ${size} bytes after it, but ${data.length} are there`,
    );
  }
  return { dimensions, data };
}

function otherKind(file: string, magic: number, wanted: number): UserError {
  const [zeros, type, rank] = [magic >>> 16, (magic >>> 8) & 0xff, magic & 0xff];
  if (zeros !== 0 || (type !== UINT8 && OTHER_TYPES[type] === undefined)) {
    return damaged(file, `it is not an IDX file: it begins with ${hex(magic)}, not with ${hex(wanted)}`);
  }
  const message =
    type === UINT8
      ? `${file}: its data has ${rank} dimension${rank === 1 ? "" : "s"}, not ${wanted & 0xff}`
      : `${file}: it holds ${OTHER_TYPES[type]}`;
  const fix =
    type === UINT8
      ? "name image files (3 dimensions) and label files (1 dimension) each in its place"
      : "write it with unsigned bytes (type 0x08)";
  return new UserError(message, { exitCode: 1, fix });
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, "0")}`;
}

function damaged(file: string, what: string, cause?: unknown): UserError {
  return new UserError(`${file}: ${what}`, { exitCode: 1, fix: "replace the file by a whole copy", cause });
}

/** Images and labels as samples: a row is a timestep. Pixels stay bytes until a batch is read. */
export function imageSplit(images: IdxImages, labels: Uint8Array, scale: number): ImageSplit {
  const { count, rows, columns, pixels } = images;
  const scaled = Float32Array.from({ length: 256 }, (_, value) => value / scale);
  const input = (indices: Int32Array): Float32Array => {
    const batch = indices.length;
    const x = new Float32Array(rows * batch * columns);
    for (let b = 0; b < batch; b++) {
      let from = indices[b]! * rows * columns;
      for (let row = 0; row < rows; row++) {
        const to = (row * batch + b) * columns;
        for (let column = 0; column < columns; column++) x[to + column] = scaled[pixels[from++]!]!;
      }
    }
    return x;
  };
  const targets = (indices: Int32Array): Int32Array => indices.map((index) => labels[index]!);
  return {
    ...inMemory({ count, inputs: { input }, targets }),
    pixels: async (index) => pixels.subarray(index * rows * columns, (index + 1) * rows * columns),
  };
}

export interface IdxOptions {
  readonly trainImages: string;
  readonly trainLabels: string;
  /** Files of their own, or where else the validation samples come from. */
  readonly validation: Validation | { readonly images: string; readonly labels: string };
  readonly testImages: string;
  readonly testLabels: string;
  readonly rows: number;
  readonly columns: number;
  readonly classes: number;
  /** Pixels are divided by this. */
  readonly scale: number;
  /** Gets what looks wrong but may be meant. */
  readonly log?: (line: string) => void;
}

/** Pairs of IDX files. @throws UserError (3) where a file is missing, (1) where it is damaged or does not fit */
export function loadIdx(options: IdxOptions): ImageDataset {
  const { validation } = options;
  const own = typeof validation === "object" && "images" in validation ? validation : undefined;
  const files = [
    options.trainImages,
    options.trainLabels,
    ...(own === undefined ? [] : [own.images, own.labels]),
    options.testImages,
    options.testLabels,
  ];
  const names = shortNames(files);
  const checksums = new Map<string, string>();
  const read = (path: string): Uint8Array => {
    const bytes = readDataFile(path);
    checksums.set(names.get(path)!, sha256(bytes));
    return bytes;
  };
  const labelled = (imageFile: string, labelFile: string): LabelledImages => {
    const images = parseIdxImages(read(imageFile), imageFile);
    const labels = parseIdxLabels(
      read(labelFile),
      labelFile,
      options.classes,
      (largest) =>
        `use \`classes: ${largest + 1}\` in the spec, and as many units of the last layer, or correct the file`,
    );
    if (images.rows !== options.rows || images.columns !== options.columns) {
      throw new UserError(
        `${imageFile}: images of ${images.rows}x${images.columns} pixels, but the model reads ${options.rows}x${options.columns}`,
        { exitCode: 1, fix: "correct dataset.rows and dataset.columns in the spec, or scale the images" },
      );
    }
    if (images.count !== labels.length) {
      throw new UserError(`${labelFile}: ${labels.length} labels, but ${imageFile} has ${images.count} images`, {
        exitCode: 1,
        fix: "give labels and images that belong together",
      });
    }
    return {
      labels,
      split: imageSplit(images, labels, options.scale),
      seen: { file: labelFile, classes: new Set(labels) },
    };
  };
  const train = labelled(options.trainImages, options.trainLabels);
  const valid = own === undefined ? undefined : labelled(own.images, own.labels);
  const test = labelled(options.testImages, options.testLabels);
  const warnings = [...(valid === undefined ? [] : [valid]), test].flatMap(({ seen }) =>
    classWarnings(train.seen, seen),
  );
  for (const warning of new Set(warnings)) options.log?.(`warning: ${warning}`);
  const splits = { train: train.split, test: test.split };
  return {
    ...(valid === undefined
      ? withValidation(splits, validation as Validation, train.labels)
      : { ...splits, validation: valid.split }),
    source: `IDX files ${options.trainImages} and ${options.testImages}`,
    checksums: sortedRecord(checksums),
  };
}

interface LabelledImages {
  readonly split: ImageSplit;
  readonly labels: Uint8Array;
  /** For warnings. */
  readonly seen: { readonly file: string; readonly classes: ReadonlySet<number> };
}

/** A map as an object whose keys are in order. */
export function sortedRecord(map: ReadonlyMap<string, string>): Record<string, string> {
  return Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** File names by path: the last part of the path, and more of it where two files share that. */
export function shortNames(paths: readonly string[]): Map<string, string> {
  const unique = [...new Set(paths)];
  const parts = unique.map((path) => normalize(path).split(sep));
  for (let length = 1; ; length++) {
    const names = parts.map((part) => part.slice(-length).join("/"));
    if (new Set(names).size === unique.length || parts.every((part) => part.length <= length)) {
      return new Map(unique.map((path, k) => [path, length === 1 ? basename(path) : names[k]!]));
    }
  }
}
