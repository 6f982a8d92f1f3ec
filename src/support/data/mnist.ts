import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { makeFolder, writeError } from "../system/files.ts";
import { withLock } from "../system/lock.ts";
import { sha256 } from "../system/sha256.ts";
import { UserError } from "../system/user-error.ts";
import type { ImageDataset, ImageSplit } from "./dataset.ts";
import { download } from "./download.ts";
import { parseIdxImages, parseIdxLabels } from "./idx-format.ts";
import { imageSplit } from "./image-split.ts";
import { readDataFile } from "./read-file.ts";
import { sortedRecord } from "./sorted-record.ts";
import { type ValidationSplit, withValidation } from "./splits.ts";

/** The files and the SHA-256 of their uncompressed bytes. */
export const MNIST_FILES: Readonly<Record<string, string>> = {
  "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
  "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
  "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
  "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
};

/** Folders on the web that hold the four files as .gz, tried in this order. */
export const MNIST_MIRRORS: readonly string[] = [
  "https://ossci-datasets.s3.amazonaws.com/mnist/",
  "https://storage.googleapis.com/cvdf-datasets/mnist/",
];

const NAMES = Object.keys(MNIST_FILES);
const WITHOUT_DOWNLOAD = `give a folder with the files ${NAMES.join(", ")} (plain or .gz) by --data DIR, or use dataset type: digits, which needs no download`;

export interface MnistOptions {
  /** What --data names; then nothing else is looked at. */
  readonly directory: string | undefined;
  readonly cacheDirectory: string;
  readonly validation: ValidationSplit;
  /** Pixels are divided by this. */
  readonly scale: number;
  readonly log: (line: string) => void;
  /** Never downloads. */
  readonly offline?: boolean;
  /** Addresses of folders, each with a slash at its end, instead of MNIST_MIRRORS. */
  readonly mirrors?: readonly string[];
  /** Without data for this long, the next mirror is tried. Unit: ms. */
  readonly stallMilliseconds?: number;
}

/**
 * MNIST, 28 × 28 pixels, 10 classes: from --data, from the cache, or downloaded into the cache.
 * @throws UserError (3) where it cannot be had, (1) where the files of --data are damaged
 */
export async function loadMnist(options: MnistOptions): Promise<ImageDataset> {
  const directory = options.directory ?? join(options.cacheDirectory, "mnist");
  const files =
    options.directory === undefined ? await cachedFiles(directory, options) : givenFiles(directory, options);
  const split = (imageName: string, labelName: string): { split: ImageSplit; labels: Uint8Array } => {
    const file = join(directory, imageName);
    const images = parseIdxImages(files.get(imageName)!, file);
    const labelFile = join(directory, labelName);
    const labels = parseIdxLabels(
      files.get(labelName)!,
      labelFile,
      10,
      () => "give the labels of MNIST, or use dataset type: idx",
    );
    if (images.count !== labels.length || images.rows !== 28 || images.columns !== 28) {
      throw new UserError(
        `${file}: ${images.count} images of ${images.rows}x${images.columns} pixels with ${labels.length} labels, but MNIST has one label for each image of 28x28`,
        { exitCode: 1, fix: "give the files of MNIST, or use dataset type: idx" },
      );
    }
    return { split: imageSplit(images, labels, options.scale), labels };
  };
  const train = split("train-images-idx3-ubyte", "train-labels-idx1-ubyte");
  const test = split("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte");
  return {
    ...withValidation({ train: train.split, test: test.split }, options.validation, train.labels),
    source: `MNIST in ${directory}`,
    checksums: sortedRecord(new Map([...files].map(([name, bytes]) => [name, sha256(bytes)]))),
  };
}

/** The four files of --data. Those that are not the published ones are someone's own variant: they are read all the same. */
function givenFiles(directory: string, { log }: MnistOptions): Map<string, Uint8Array> {
  const missing = NAMES.filter((name) => !isThere(join(directory, name)));
  if (missing.length > 0) {
    const what = existsSync(directory) ? `lacks ${missing.join(", ")}` : "does not exist";
    throw new UserError(`the folder ${directory} ${what}`, {
      exitCode: 3,
      fix: `put the four files of MNIST there, plain or .gz: ${NAMES.join(", ")}; or leave --data out to download them`,
    });
  }
  const files = new Map<string, Uint8Array>();
  for (const name of NAMES) {
    const file = join(directory, name);
    const bytes = readDataFile(file);
    const found = sha256(bytes);
    if (found !== MNIST_FILES[name]) log(`warning: ${file} is not the published file: its SHA-256 is ${found}`);
    files.set(name, bytes);
  }
  return files;
}

/** The four published files, from the cache; those that are missing or damaged there are downloaded. */
async function cachedFiles(directory: string, options: MnistOptions): Promise<Map<string, Uint8Array>> {
  const read = (): Map<string, Uint8Array> => {
    const found = NAMES.map((name) => [name, readPublished(join(directory, name), MNIST_FILES[name]!)] as const);
    return new Map(found.filter((entry): entry is [string, Uint8Array] => entry[1] !== undefined));
  };
  const files = read();
  if (files.size === NAMES.length) return files;
  if (options.offline) {
    throw new UserError(`MNIST is not in ${directory}, and downloads are off`, { exitCode: 3, fix: WITHOUT_DOWNLOAD });
  }
  makeFolder(directory);
  const lock = join(directory, ".download-lock");
  try {
    return await withLock(
      lock,
      async () => {
        const present = read(); // another process may have downloaded them while this one waited for the lock
        for (const name of NAMES.filter((name) => !present.has(name))) await fetchFile(name, directory, options);
        return read();
      },
      { log: () => options.log("waiting for another process, which is downloading MNIST") },
    );
  } catch (error) {
    throw writeError(lock, error);
  }
}

/** The published file, or nothing where it is missing or damaged. */
function readPublished(path: string, checksum: string): Uint8Array | undefined {
  if (!isThere(path)) return undefined;
  try {
    const bytes = readDataFile(path);
    return sha256(bytes) === checksum ? bytes : undefined;
  } catch {
    return undefined;
  }
}

function isThere(path: string): boolean {
  return existsSync(path) || existsSync(`${path}.gz`);
}

/** Downloads one file into the cache, from the first mirror that gives the published bytes. */
async function fetchFile(name: string, directory: string, options: MnistOptions): Promise<void> {
  const path = join(directory, name);
  if (existsSync(path)) rmSync(path, { force: true }); // damaged; a plain file would hide the .gz
  const verify = (bytes: Uint8Array): void => {
    const found = sha256(bytes);
    if (found !== MNIST_FILES[name]) throw new Error(`its SHA-256 is ${found}, not ${MNIST_FILES[name]}`);
  };
  const failures: string[] = [];
  for (const mirror of options.mirrors ?? MNIST_MIRRORS) {
    const { host } = new URL(mirror);
    options.log(`downloading ${name} from ${host}`);
    try {
      const { stallMilliseconds } = options;
      await download(`${mirror}${name}.gz`, `${path}.gz`, {
        verify,
        ...(stallMilliseconds === undefined ? {} : { stallMilliseconds }),
      });
      return;
    } catch (error) {
      if (error instanceof UserError) throw error;
      failures.push(`${host}: ${reason(error)}`);
    }
  }
  throw new UserError(`${name} cannot be downloaded (${failures.join("; ")})`, { exitCode: 3, fix: WITHOUT_DOWNLOAD });
}

function reason(error: unknown): string {
  const { message, cause } = error as Error & { cause?: { code?: string } };
  return cause?.code === undefined ? message : `${message} (${cause.code})`;
}
