import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { UserError } from "./user-error.ts";

/** Writes a whole file or nothing: a kill at any moment leaves the old file or the new one. */
export function atomicWrite(path: string, data: string | Uint8Array): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const file = openSync(temporary, "w");
    try {
      const bytes = typeof data === "string" ? Buffer.from(data) : data;
      for (let written = 0; written < bytes.byteLength; ) written += writeSync(file, bytes, written);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    try {
      rmSync(temporary, { force: true });
    } catch {
      // The first error says more.
    }
    throw writeError(path, error);
  }
}

/** A whole file where somebody wants it: folders that are missing there are made. */
export function writeOutput(path: string, data: string | Uint8Array): void {
  makeFolder(dirname(path));
  atomicWrite(path, data);
}

/**
 * Makes a folder, and those above it. Node's own way of doing this never ends where a file system takes no new folders, as /proc, and
 * calls a read-only one a missing file.
 * @throws UserError (exit code 3) where the system refuses
 */
export function makeFolder(path: string): void {
  const missing: string[] = [];
  for (let folder = resolve(path); !isFolder(folder) && dirname(folder) !== folder; folder = dirname(folder)) {
    missing.push(folder);
  }
  for (const folder of missing.reverse()) {
    try {
      mkdirSync(folder);
    } catch (error) {
      // Another process may have made it.
      if ((error as NodeJS.ErrnoException).code !== "EEXIST" || !isFolder(folder)) throw writeError(path, error);
    }
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

const SPACE = "free some space, or choose a folder on another disk";
const WRITABLE = "choose a folder that you may write to";

const REASONS: Readonly<Record<string, readonly [reason: string, fix: string]>> = {
  ENOSPC: ["the disk is full", SPACE],
  EDQUOT: ["the disk quota is used up", SPACE],
  EFBIG: [
    "the file is larger than the file system or a limit allows",
    "raise the limit (ulimit -f), or choose another disk",
  ],
  EACCES: ["permission denied", WRITABLE],
  EPERM: ["operation not permitted", WRITABLE],
  EROFS: ["the file system is read-only", WRITABLE],
  ENOENT: [
    "a folder of the path is not there, or its file system takes no new files",
    "make the folder, or choose one that you may write to",
  ],
  ENOTDIR: ["a part of the path is a file", "choose another folder"],
  EEXIST: ["a file, or a link that leads nowhere, has the name of a folder", "remove it, or choose another folder"],
  EISDIR: ["the path is a folder", "choose another path"],
  ENAMETOOLONG: ["the path, or a name in it, is too long", "choose a shorter path"],
  ELOOP: ["symbolic links in the path lead in a circle", "remove the links, or choose another path"],
  EINVAL: ["the file system does not take such a name", "choose another name"],
  EMFILE: ["too many files are open", "raise the limit (ulimit -n)"],
  ENFILE: ["too many files are open in the whole system", "end other programs"],
  ENOMEM: ["the system has no memory left", "end other programs"],
  EBUSY: ["another program uses the file", "close it there, or choose another path"],
  EIO: ["the device reports an error", "check the disk"],
};

/** Any other refusal of the system, such as a current folder that is gone; undefined for errors of other kinds. */
export function systemError(error: unknown): UserError | undefined {
  if (!(error instanceof Error) || error instanceof UserError) return undefined;
  const { code, syscall, message } = error as NodeJS.ErrnoException;
  if (code === undefined || syscall === undefined) return undefined;
  if (syscall === "uv_cwd") {
    return new UserError("the current folder is no longer there", {
      exitCode: 3,
      fix: "change to another one",
      cause: error,
    });
  }
  const fix = REASONS[code]?.[1] ?? "put right what the system names";
  return new UserError(`the system refuses: ${message}`, { exitCode: 3, fix, cause: error });
}

/** A write that the system refused, as an error that people can act on; errors of other kinds pass through. */
export function writeError(path: string, error: unknown): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (error instanceof UserError || code === undefined || (syscall === undefined && !Object.hasOwn(REASONS, code)))
    return error;
  const [reason, fix] = REASONS[code] ?? ["the system refuses", "choose another path"];
  return new UserError(`cannot write ${path}: ${reason} (${code})`, { exitCode: 3, fix, cause: error });
}

/** A failed read as an error that people can act on; other errors pass through. */
export function readError(path: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) return error;
  const reason = code === "ENOENT" ? "it is not there" : code === "EACCES" ? "permission denied" : "the system refuses";
  return new UserError(`cannot read ${path}: ${reason} (${code})`, {
    exitCode: 3,
    fix: "check that it is there, and that you may read it",
    cause: error,
  });
}
