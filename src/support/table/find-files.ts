import { createHash } from "node:crypto";
import { createReadStream, readdirSync, statSync } from "node:fs";
import { basename, dirname } from "node:path";
import { readError } from "../system/files.ts";
import { nearest } from "../system/nearest.ts";
import type { Engine } from "./engine.ts";
import { placed } from "./places.ts";
import type { TableProblem } from "./table.ts";

/** The files of names and patterns, in the order of their names, and what is not there. */
export async function findFiles(
  engine: Engine,
  patterns: readonly string[],
): Promise<{ files: string[]; problems: TableProblem[] }> {
  const files = new Set<string>();
  const problems: TableProblem[] = [];
  for (const pattern of patterns) {
    if (isFile(pattern)) {
      files.add(pattern);
      continue;
    }
    const isPattern = /[*?[]/.test(pattern);
    const found = isPattern ? await engine.rows("SELECT file FROM glob(?::VARCHAR)", [pattern]) : [];
    for (const [file] of found) files.add(String(file));
    if (found.length > 0) continue;
    const near = isPattern ? undefined : nearest(basename(pattern), namesIn(dirname(pattern)));
    const message = isPattern ? "no file has such a name" : "the file is not there";
    const fix = near === undefined ? "correct the path" : `correct the path: did you mean ${near}?`;
    problems.push(placed("notFound", message, [{ file: pattern, row: 0 }], fix));
  }
  return { files: [...files].sort(), problems };
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/**
 * Size and SHA-256, read as a stream.
 * @throws UserError (3) where the system refuses
 */
export async function fingerprint(name: string): Promise<{ name: string; bytes: number; sha256: string }> {
  const hash = createHash("sha256");
  let bytes = 0;
  try {
    for await (const chunk of createReadStream(name, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
      hash.update(chunk);
      bytes += chunk.length;
    }
  } catch (error) {
    throw readError(name, error);
  }
  return { name, bytes, sha256: hash.digest("hex") };
}
