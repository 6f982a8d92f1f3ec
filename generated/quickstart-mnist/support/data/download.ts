import { existsSync, renameSync, rmSync, statSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { writeError } from "lstm-compile-runtime/system/files.js";
import { byteLimit, isGzip, readRegularFile, unpackGzip } from "./read-file.ts";

export interface DownloadOptions {
  /** Gets the unpacked bytes and throws where they are not the wanted ones. */
  verify(unpacked: Uint8Array): void;
  /** Without an answer or a new piece of data for this long, the download fails. Unit: ms. */
  stallMilliseconds?: number;
}

/**
 * Downloads a .gz file to `path`. A part left by an earlier attempt is continued where the server can, and by another server
 * too. Only a verified file gets its name, by an atomic rename. Callers see to it that one download at a time writes to `path`.
 * @throws Error where the server fails, UserError (3) where the disk does
 */
export async function download(url: string, path: string, options: DownloadOptions): Promise<void> {
  const partial = `${path}.partial`;
  const resumed = existsSync(partial) ? statSync(partial).size : 0;
  await fetchInto(url, partial, resumed, options.stallMilliseconds ?? 15_000);
  try {
    options.verify(readPart(partial));
  } catch (error) {
    rmSync(partial, { force: true });
    if (resumed === 0) throw error;
    // The continued part may have belonged to another file: once more from the start.
    return download(url, path, options);
  }
  renameSync(partial, path);
}

/** Some servers unpack what they send. @throws Error where it cannot be unpacked: another server may have it whole */
function readPart(partial: string): Uint8Array {
  try {
    const bytes = readRegularFile(partial);
    return isGzip(bytes) ? unpackGzip(bytes, partial) : bytes;
  } catch (cause) {
    throw new Error((cause as Error).message, { cause });
  }
}

async function fetchInto(url: string, partial: string, offset: number, stallMilliseconds: number): Promise<void> {
  const aborter = new AbortController();
  const stall = (): void => aborter.abort(new Error(`no data for ${stallMilliseconds / 1000} s`));
  let timer = setTimeout(stall, stallMilliseconds);
  let file: FileHandle | undefined;
  try {
    const headers: Record<string, string> = { "accept-encoding": "identity" };
    if (offset > 0) headers.range = `bytes=${offset}-`;
    const response = await fetch(url, { headers, signal: aborter.signal });
    if (response.status === 416 && offset > 0) {
      await response.body?.cancel();
      return; // all of it may be here already: the caller verifies it
    }
    if (!response.ok || response.body === null) {
      await response.body?.cancel();
      throw new Error(`HTTP ${response.status}`);
    }
    file = await open(partial, response.status === 206 ? "a" : "w").catch((error: unknown) => {
      throw writeError(partial, error);
    });
    const limit = byteLimit();
    let length = response.status === 206 ? offset : 0;
    for await (const chunk of response.body) {
      length += (chunk as Uint8Array).length;
      if (length > limit) {
        rmSync(partial, { force: true });
        throw new Error(`more than ${limit} bytes came`);
      }
      clearTimeout(timer);
      timer = setTimeout(stall, stallMilliseconds);
      await file.appendFile(chunk as Uint8Array).catch((error: unknown) => {
        throw writeError(partial, error);
      });
    }
    await file.sync();
  } finally {
    clearTimeout(timer);
    await file?.close();
  }
}
