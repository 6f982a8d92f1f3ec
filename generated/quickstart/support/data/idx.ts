import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { gunzipSync } from "node:zlib";
import { UserError } from "../user-error.ts";
import type { Dataset, Split } from "./dataset.ts";

export interface IdxImages {
  readonly count: number;
  readonly rows: number;
  readonly columns: number;
  /** [count, rows, columns], 0..255 */
  readonly pixels: Uint8Array;
}

const UINT8 = 0x08;

/** A file's bytes, unpacked where it is gzip; `path` itself or `path`.gz. @throws UserError (3) where neither exists */
export function readDataFile(path: string): Uint8Array {
  const found = existsSync(path) ? path : `${path}.gz`;
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(found);
  } catch (cause) {
    throw new UserError(`${path} cannot be read: ${(cause as NodeJS.ErrnoException).code}`, {
      exitCode: 3,
      fix: "name the folder that holds the file with --data DIR",
      cause,
    });
  }
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes);
  } catch (cause) {
    throw damaged(found, `the gzip data cannot be unpacked (${(cause as Error).message})`, cause);
  }
}

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** IDX images of unsigned bytes, three dimensions. @throws UserError (1) naming the file and what is wrong */
export function parseIdxImages(bytes: Uint8Array, file: string): IdxImages {
  const { dimensions, data } = parseIdx(bytes, file, 3);
  const [count, rows, columns] = dimensions as [number, number, number];
  return { count, rows, columns, pixels: data };
}

/** IDX labels, one unsigned byte each. @throws UserError (1) naming the file and what is wrong */
export function parseIdxLabels(bytes: Uint8Array, file: string, classes: number): Uint8Array {
  const { data } = parseIdx(bytes, file, 1);
  const wrong = data.findIndex((label) => label >= classes);
  if (wrong >= 0) {
    throw new UserError(`${file}: label ${data[wrong]} at index ${wrong}, but the classes are 0..${classes - 1}`, {
      exitCode: 1,
      fix: "correct dataset.classes in the spec, or the file",
    });
  }
  return data;
}

/** The format: two zero bytes, the type, the number of dimensions, each dimension as a big-endian uint32, the data. */
function parseIdx(bytes: Uint8Array, file: string, rank: number): { dimensions: number[]; data: Uint8Array } {
  const headerBytes = 4 + 4 * rank;
  if (bytes.length < headerBytes) throw damaged(file, `${bytes.length} bytes are too few for an IDX header`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = view.getUint32(0);
  const wanted = (UINT8 << 8) | rank;
  if (magic !== wanted) {
    throw damaged(file, `it begins with ${hex(magic)}, but IDX data of this kind begins with ${hex(wanted)}`);
  }
  const dimensions = Array.from({ length: rank }, (_, k) => view.getUint32(4 + 4 * k));
  const size = dimensions.reduce((product, n) => product * n, 1);
  const data = bytes.subarray(headerBytes);
  if (size === 0) throw damaged(file, `it is empty: ${dimensions.join(" × ")}`);
  if (data.length !== size) {
    const what = data.length < size ? "truncated" : "too long";
    throw damaged(file, `it is ${what}: ${dimensions.join(" × ")} needs ${size} bytes, but ${data.length} follow the header`);
  }
  return { dimensions, data };
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, "0")}`;
}

function damaged(file: string, what: string, cause?: unknown): UserError {
  return new UserError(`${file}: ${what}`, { exitCode: 1, fix: "replace the file by a whole copy", cause });
}

/** Images and labels as samples: a row is a timestep. Pixels stay bytes until a batch is filled. */
export function imageSplit(images: IdxImages, labels: Uint8Array, scale: number): Split {
  const { count, rows, columns, pixels } = images;
  const scaled = Float32Array.from({ length: 256 }, (_, value) => value / scale);
  return {
    count,
    fill(indices, x, y) {
      const batch = indices.length;
      for (let b = 0; b < batch; b++) {
        const index = indices[b]!;
        y[b] = labels[index]!;
        let from = index * rows * columns;
        for (let row = 0; row < rows; row++) {
          const to = (row * batch + b) * columns;
          for (let column = 0; column < columns; column++) x[to + column] = scaled[pixels[from++]!]!;
        }
      }
    },
  };
}

export interface IdxOptions {
  readonly trainImages: string;
  readonly trainLabels: string;
  readonly testImages: string;
  readonly testLabels: string;
  readonly rows: number;
  readonly columns: number;
  readonly classes: number;
  /** Pixels are divided by this. */
  readonly scale: number;
}

/** Two pairs of IDX files. @throws UserError naming the file and what is wrong with it */
export function loadIdx(options: IdxOptions): Dataset {
  const checksums: Record<string, string> = {};
  const read = (path: string): Uint8Array => {
    const bytes = readDataFile(path);
    checksums[basename(path)] = sha256(bytes);
    return bytes;
  };
  const split = (imageFile: string, labelFile: string): Split => {
    const images = parseIdxImages(read(imageFile), imageFile);
    const labels = parseIdxLabels(read(labelFile), labelFile, options.classes);
    if (images.rows !== options.rows || images.columns !== options.columns) {
      throw new UserError(
        `${imageFile}: images of ${images.rows}x${images.columns} pixels, but the model reads ${options.rows}x${options.columns}`,
        { exitCode: 1, fix: "correct rows and columns in the spec" },
      );
    }
    if (images.count !== labels.length) {
      throw damaged(labelFile, `${labels.length} labels, but ${imageFile} has ${images.count} images`);
    }
    return imageSplit(images, labels, options.scale);
  };
  const train = split(options.trainImages, options.trainLabels);
  const test = split(options.testImages, options.testLabels);
  return { train, test, source: options.trainImages, checksums };
}
