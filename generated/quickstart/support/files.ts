import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
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

const REASONS: Readonly<Record<string, { reason: string; fix: string }>> = {
  ENOSPC: { reason: "the disk is full", fix: "free some space or choose another folder" },
  EDQUOT: { reason: "the disk quota is used up", fix: "free some space or choose another folder" },
  EACCES: { reason: "permission denied", fix: "choose a folder that you may write to" },
  EPERM: { reason: "operation not permitted", fix: "choose a folder that you may write to" },
  EROFS: { reason: "the file system is read-only", fix: "choose a folder that you may write to" },
  ENOTDIR: { reason: "a part of the path is a file", fix: "choose another folder" },
  EISDIR: { reason: "the path is a folder", fix: "choose another path" },
};

/** A failed write as an error that people can act on; the system's other errors pass through. */
export function writeError(path: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  const known = REASONS[code];
  if (known === undefined) return error;
  return new UserError(`cannot write ${path}: ${known.reason} (${code})`, {
    exitCode: 3,
    fix: known.fix,
    cause: error,
  });
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
