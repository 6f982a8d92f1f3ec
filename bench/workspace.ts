import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { drawDigits } from "../src/support/data/digits.ts";
import { RandomStream } from "../src/support/nn/random.ts";

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
export const COMPILER = join(ROOT, "bin", "lstm-compile.js");

/** A folder inside the clone, so that generated programs find their packages; git ignores it. */
export function openWorkspace(): { path: string; remove(): void } {
  mkdirSync(join(ROOT, ".tmp"), { recursive: true });
  const path = mkdtempSync(join(ROOT, ".tmp", "bench-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Images and labels in IDX files; every program reads the same ones. */
export interface ImageData {
  readonly folder: string;
  readonly trainImages: string;
  readonly trainLabels: string;
  readonly timesteps: number;
  readonly features: number;
  readonly source: string;
}

export interface ImageDataOptions {
  readonly train: number;
  readonly test: number;
  readonly timesteps: number;
  /** Folder with MNIST's four IDX files, plain or .gz; only for 28 timesteps. */
  readonly mnist: string | undefined;
}

const FEATURES = 28;
const FILES = {
  trainImages: "train-images-idx3-ubyte",
  trainLabels: "train-labels-idx1-ubyte",
  testImages: "t10k-images-idx3-ubyte",
  testLabels: "t10k-labels-idx1-ubyte",
} as const;

/** Writes the first images of MNIST, or generated ones (28 rows: drawn digits; else sparse noise), into a folder. */
export function writeImages(folder: string, options: ImageDataOptions): ImageData {
  mkdirSync(folder, { recursive: true });
  const { timesteps } = options;
  const mnist = timesteps === 28 ? options.mnist : undefined;
  for (const split of ["train", "test"] as const) {
    const count = options[split];
    const { pixels, labels } =
      mnist !== undefined
        ? readMnist(mnist, split, count)
        : timesteps === 28
          ? digits(count, split)
          : noise(count, timesteps);
    const image = idxHeader(3, [labels.length, timesteps, FEATURES]);
    writeFileSync(join(folder, FILES[`${split}Images`]), Buffer.concat([image, pixels]));
    writeFileSync(join(folder, FILES[`${split}Labels`]), Buffer.concat([idxHeader(1, [labels.length]), labels]));
  }
  return {
    folder,
    trainImages: join(folder, FILES.trainImages),
    trainLabels: join(folder, FILES.trainLabels),
    timesteps,
    features: FEATURES,
    source: mnist !== undefined ? "MNIST" : timesteps === 28 ? "generated digits" : "generated noise",
  };
}

/** The header of an IDX file of unsigned bytes: http://yann.lecun.com/exdb/mnist/ */
function idxHeader(rank: number, shape: readonly number[]): Buffer {
  const header = Buffer.alloc(4 + 4 * rank);
  header.writeUInt32BE(0x800 + rank, 0);
  for (const [axis, size] of shape.entries()) header.writeUInt32BE(size, 4 + 4 * axis);
  return header;
}

function readMnist(folder: string, split: "train" | "test", count: number): { pixels: Uint8Array; labels: Uint8Array } {
  const read = (name: string): Uint8Array => {
    const path = [join(folder, name), join(folder, `${name}.gz`)].find((candidate) => existsSync(candidate));
    if (path === undefined) throw new Error(`${folder} has no ${name} and no ${name}.gz`);
    const bytes = readFileSync(path);
    return path.endsWith(".gz") ? gunzipSync(bytes) : bytes;
  };
  const labels = read(FILES[`${split}Labels`]).subarray(8, 8 + count);
  return { pixels: read(FILES[`${split}Images`]).subarray(16, 16 + labels.length * 28 * FEATURES), labels };
}

function digits(count: number, split: string): { pixels: Uint8Array; labels: Uint8Array } {
  const { images, labels } = drawDigits(count, 1, `bench/${split}`);
  return { pixels: images.pixels, labels };
}

/** About as sparse as MNIST: a fifth of the pixels is not 0. */
function noise(count: number, timesteps: number): { pixels: Uint8Array; labels: Uint8Array } {
  const random = new RandomStream(1, "bench/noise");
  const pixels = Uint8Array.from({ length: count * timesteps * FEATURES }, (_, index) => {
    const value = random.uniform(index);
    return value < 0.2 ? Math.floor(value * 5 * 256) : 0;
  });
  return { pixels, labels: Uint8Array.from({ length: count }, (_, index) => index % 10) };
}
