import { existsSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { writeError } from "../files.ts";

const STALL_MILLISECONDS = 15_000;

/**
 * Downloads a .gz file to `path`. A part left by an earlier attempt is continued where the server can; `verify` gets the
 * unpacked bytes and throws where they are wrong. Only a verified file gets its name, by an atomic rename.
 */
export async function download(url: string, path: string, verify: (unpacked: Uint8Array) => void): Promise<void> {
  const partial = `${path}.partial`;
  for (let attempt = 0; ; attempt++) {
    const resumed = existsSync(partial) ? statSync(partial).size : 0;
    await fetchInto(url, partial, resumed);
    try {
      verify(gunzipSync(readFileSync(partial)));
      renameSync(partial, path);
      return;
    } catch (error) {
      rmSync(partial, { force: true });
      // A continued part may belong to another file: once more from the start.
      if (resumed === 0 || attempt > 0) throw error;
    }
  }
}

async function fetchInto(url: string, partial: string, offset: number): Promise<void> {
  const stalled = new AbortController();
  let timer = setTimeout(() => stalled.abort(new Error("no answer within 15 s")), STALL_MILLISECONDS);
  try {
    const headers: Record<string, string> = offset > 0 ? { range: `bytes=${offset}-` } : {};
    const response = await fetch(url, { headers, signal: stalled.signal });
    if (response.status === 416) return; // all of it is here already
    if (!response.ok || response.body === null) throw new Error(`HTTP ${response.status}`);
    const file = await open(partial, response.status === 206 ? "a" : "w").catch((error: unknown) => {
      throw writeError(partial, error);
    });
    try {
      for await (const chunk of response.body) {
        clearTimeout(timer);
        timer = setTimeout(() => stalled.abort(new Error("the download stalled for 15 s")), STALL_MILLISECONDS);
        await file.write(chunk as Uint8Array).catch((error: unknown) => {
          throw writeError(partial, error);
        });
      }
    } finally {
      await file.close();
    }
  } finally {
    clearTimeout(timer);
  }
}
