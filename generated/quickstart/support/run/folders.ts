import { existsSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { makeFolder } from "../files.ts";
import { lockHolder } from "../lock.ts";

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

/** Makes the folder of the next run. Of several processes that ask at once each gets its own. */
export function nextRun(folder: string): string {
  makeFolder(folder);
  for (;;) {
    const [last] = numberedRuns(folder);
    // What ended before it began left an empty folder.
    if (last !== undefined && isUnused(last)) return last;
    const path = join(folder, String(Number(basename(last ?? "0")) + 1).padStart(4, "0"));
    try {
      mkdirSync(path);
      return path;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
}

function isUnused(path: string): boolean {
  return readdirSync(path).every((name) => name === "lock") && lockHolder(join(path, "lock")) === undefined;
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
