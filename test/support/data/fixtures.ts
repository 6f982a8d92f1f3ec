import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect } from "vitest";
import { UserError } from "../../../src/support/system/user-error.ts";

/** A folder for one test file, removed at its end. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "lstm-compile-data-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** An IDX file: header and data. The dimensions need not agree with the data. */
export function idx(dimensions: readonly number[], data: ArrayLike<number>, type = 8): Buffer {
  const header = Buffer.alloc(4 + 4 * dimensions.length);
  header[2] = type;
  header[3] = dimensions.length;
  for (const [k, dimension] of dimensions.entries()) header.writeUInt32BE(dimension, 4 + 4 * k);
  return Buffer.concat([header, Uint8Array.from(data)]);
}

export function write(folder: string, name: string, data: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, data);
  return path;
}

/** Runs `work`, which must throw a UserError; gives it back. */
export async function userError(work: () => unknown): Promise<UserError> {
  try {
    await work();
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).fix).not.toBe("");
    return error as UserError;
  }
  throw new Error("nothing was thrown");
}

/** A copy of MNIST that may lie beside the repository. */
export const MNIST_FOLDER = fileURLToPath(new URL("../../../../shared/data/mnist", import.meta.url));
export const HAS_MNIST = existsSync(join(MNIST_FOLDER, "train-images-idx3-ubyte.gz"));
