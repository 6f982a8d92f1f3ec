import { existsSync, mkdirSync } from "node:fs";
import { basename, join } from "node:path";
import { UserError } from "../user-error.ts";
import type { Dataset } from "./dataset.ts";
import { download } from "./download.ts";
import { imageSplit, parseIdxImages, parseIdxLabels, readDataFile, sha256 } from "./idx.ts";

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

export interface MnistOptions {
  /** What --data names; then nothing else is looked at. */
  readonly directory: string | undefined;
  readonly cacheDirectory: string;
  /** Pixels are divided by this. */
  readonly scale: number;
  readonly log: (line: string) => void;
  readonly mirrors?: readonly string[];
}

/** MNIST from --data, from the cache, or downloaded into the cache. @throws UserError (3) where it cannot be had */
export async function loadMnist(options: MnistOptions): Promise<Dataset> {
  const directory = options.directory ?? join(options.cacheDirectory, "mnist");
  const missing = Object.keys(MNIST_FILES).filter((name) => !isThere(join(directory, name)));
  if (options.directory !== undefined && missing.length > 0) {
    throw new UserError(`${directory} lacks ${missing[0]} (or ${missing[0]}.gz)`, {
      exitCode: 3,
      fix: `put the four MNIST files there: ${Object.keys(MNIST_FILES).join(", ")}`,
    });
  }
  if (missing.length > 0) {
    mkdirSync(directory, { recursive: true });
    for (const name of missing) await fetchFile(name, directory, options);
  }
  const checksums: Record<string, string> = {};
  const read = (name: string): { bytes: Uint8Array; file: string } => {
    const file = join(directory, name);
    const bytes = readDataFile(file);
    checksums[basename(file)] = sha256(bytes);
    if (checksums[basename(file)] !== MNIST_FILES[name]) {
      options.log(`${file}: not the published file (its SHA-256 is recorded in run.json)`);
    }
    return { bytes, file };
  };
  const split = (images: string, labels: string): Dataset["train"] => {
    const x = read(images);
    const y = read(labels);
    const parsed = parseIdxImages(x.bytes, x.file);
    const classes = parseIdxLabels(y.bytes, y.file, 10);
    if (parsed.count !== classes.length || parsed.rows !== 28 || parsed.columns !== 28) {
      throw new UserError(`${x.file}: ${parsed.count} images of ${parsed.rows}x${parsed.columns}, ${classes.length} labels`, {
        exitCode: 1,
        fix: "replace the files by whole copies of MNIST",
      });
    }
    return imageSplit(parsed, classes, options.scale);
  };
  const train = split("train-images-idx3-ubyte", "train-labels-idx1-ubyte");
  const test = split("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte");
  return { train, test, source: `MNIST in ${directory}`, checksums };
}

function isThere(path: string): boolean {
  return existsSync(path) || existsSync(`${path}.gz`);
}

async function fetchFile(name: string, directory: string, options: MnistOptions): Promise<void> {
  const failures: string[] = [];
  for (const mirror of options.mirrors ?? MNIST_MIRRORS) {
    try {
      options.log(`downloading ${name} from ${new URL(mirror).host}`);
      await download(`${mirror}${name}.gz`, join(directory, `${name}.gz`), (bytes) => {
        const found = sha256(bytes);
        if (found !== MNIST_FILES[name]) throw new Error(`its SHA-256 is ${found}, not ${MNIST_FILES[name]}`);
      });
      return;
    } catch (error) {
      if (error instanceof UserError) throw error;
      failures.push(`${new URL(mirror).host}: ${reason(error)}`);
    }
  }
  throw new UserError(`MNIST cannot be downloaded (${failures.join("; ")})`, {
    exitCode: 3,
    fix: `give a folder with its files by --data DIR (${Object.keys(MNIST_FILES).join(", ")}), or use dataset type digits, which needs none`,
  });
}

function reason(error: unknown): string {
  const { message, cause } = error as Error & { cause?: { code?: string } };
  return cause?.code === undefined ? message : `${message} (${cause.code})`;
}
