import { randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { makeFolder, writeError } from "../system/files.ts";
import { tryLock } from "../system/lock.ts";

const OWN = /^open-[0-9a-f-]{36}$/;

/** A folder for copies of files, as long as a table is open. */
export interface WorkFolder {
  readonly path: string;
  remove(): void;
}

/**
 * A new folder below `parent`. Those of processes that have ended without removing theirs are removed first.
 * @throws UserError (3) where the system refuses
 */
export function makeWorkFolder(parent: string): WorkFolder {
  makeFolder(parent);
  for (const name of readdirSync(parent).filter((entry) => OWN.test(entry))) hold(join(parent, name))?.remove();
  // Nobody else has this name.
  const folder = hold(join(parent, `open-${randomUUID()}`))!;
  try {
    mkdirSync(folder.path);
  } catch (error) {
    throw writeError(folder.path, error);
  }
  return folder;
}

/** undefined where a process that still runs holds it. */
function hold(path: string): WorkFolder | undefined {
  const lock = tryLock(`${path}.lock`);
  if (!("release" in lock)) return undefined;
  return {
    path,
    remove() {
      rmSync(path, { recursive: true, force: true });
      lock.release();
    },
  };
}
