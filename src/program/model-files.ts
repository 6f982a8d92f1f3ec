import { readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ModelFile, ModelHost, OpenFile } from "../core/formats/format.ts";
import { readableFormats, readModelFile } from "../core/formats/formats.ts";
import { checkSize, limitsFrom } from "../core/formats/limits.ts";
import { UserError } from "../support/system/user-error.ts";
import { readHdf5, writeHdf5 } from "./hdf5.ts";

/** What formats need of Node. */
export const MODEL_HOST: ModelHost = { readHdf5, writeHdf5 };

/**
 * Reads a model file of the disk.
 * @throws UserError (exit code 2) where it cannot be read, is damaged, over a limit or something else
 */
export async function openModelFile(path: string): Promise<ModelFile> {
  const limits = limitsFrom(process.env);
  const source = { path, limits };
  try {
    const stats = statSync(path);
    if (!stats.isFile()) {
      const what = stats.isDirectory() ? "a folder" : "not a regular file";
      throw new UserError(`${path} is ${what}`, { exitCode: 2, fix: `name ${readableFormats()}` });
    }
    checkSize(source, "the file has", stats.size);
  } catch (cause) {
    throw unreadable(path, cause);
  }
  return readModelFile({ ...source, bytes: readBytes(path), host: MODEL_HOST, beside: (name) => beside(path, name) });
}

function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

function unreadable(path: string, cause: unknown): UserError {
  if (cause instanceof UserError) return cause;
  return new UserError(`cannot read ${path}: ${(cause as NodeJS.ErrnoException).code}`, {
    exitCode: 2,
    fix: `name ${readableFormats()}`,
    cause,
  });
}

function beside(path: string, name: string): ReturnType<OpenFile["beside"]> {
  const file = join(dirname(path), name);
  try {
    const stats = statSync(file);
    return stats.isFile() ? { size: stats.size, read: () => readBytes(file) } : { problem: "is not a file" };
  } catch (cause) {
    return { problem: `is missing (${(cause as NodeJS.ErrnoException).code})` };
  }
}
