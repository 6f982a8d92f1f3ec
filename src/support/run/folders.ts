import { existsSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, symlinkSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { makeFolder } from "../system/files.ts";
import { type Lock, lockHolder, tryLock } from "../system/lock.ts";

/** Where the runs of a model go: runs/<name>/0001, 0002, …, and `latest`, a link to the one that began last. */
export function runsFolder(name: string): string {
  return join("runs", name);
}

const NUMBER = /^\d{4,}$/;

/** The numbered runs in a folder, the latest first. */
export function numberedRuns(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => NUMBER.test(name));
  return names.sort((a, b) => Number(b) - Number(a)).map((name) => join(folder, name));
}

/** More than any number of processes that begin at once. */
const MAX_TRIES = 1000;

/** The folder of the next run, and its lock. Of several processes that ask at once each gets its own. */
export function nextRun(folder: string): { path: string; lock: Lock } {
  for (let tries = 1; ; tries++) {
    makeFolder(folder);
    const [last] = numberedRuns(folder);
    try {
      // What ended before it began left an empty folder.
      const isFree = tries === 1 && last !== undefined && isUnused(last) && lockHolder(lockOf(last)) === undefined;
      const path = isFree ? last : join(folder, String(Number(basename(last ?? "0")) + 1).padStart(4, "0"));
      if (!isFree) mkdirSync(path);
      const lock = tryLock(lockOf(path));
      if (!("release" in lock)) continue;
      // Another process may have begun and ended in it since.
      if (isUnused(path)) return { path, lock };
      lock.release();
    } catch (error) {
      // Another process was faster to make it, or has just removed it.
      const isRace = ["EEXIST", "ENOENT"].includes((error as NodeJS.ErrnoException).code ?? "");
      if (!isRace || tries === MAX_TRIES) throw error;
    }
  }
}

function isUnused(path: string): boolean {
  return statSync(path).isDirectory() && readdirSync(path).every((name) => name === "lock");
}

/** The lock of a run's folder. */
export function lockOf(run: string): string {
  return join(run, "lock");
}

/** Lets `latest` beside a numbered run lead to it. Not everywhere can links be made: nothing here depends on it. */
export function linkLatest(run: string): void {
  if (!NUMBER.test(basename(run))) return;
  const link = join(dirname(run), "latest");
  const temporary = `${link}.${process.pid}.tmp`;
  try {
    if (lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink() === false) return;
    symlinkSync(basename(run), temporary, "dir");
    renameSync(temporary, link);
  } catch {
    rmSync(temporary, { force: true });
  }
}
