import { accessSync, chmodSync, constants, realpathSync, statSync } from "node:fs";
import { atomicWrite, writeError } from "../support/system/files.ts";
import { UserError } from "../support/system/user-error.ts";

/**
 * Gives a file that somebody wrote another text, the whole or nothing of it. A link stays a link, and permissions stay.
 * @throws UserError (exit code 3) where the file may not be written
 */
export function rewriteFile(path: string, text: string): void {
  try {
    const target = realpathSync(path);
    const { mode } = statSync(target);
    refuseUnwritable(path, target, mode);
    atomicWrite(target, text);
    chmodSync(target, mode & 0o7777);
  } catch (error) {
    throw writeError(path, error);
  }
}

function refuseUnwritable(path: string, target: string, mode: number): void {
  const fix = "make it writable, or make the changes yourself";
  if (!statSync(target).isFile())
    throw new UserError(`cannot write ${path}: it is not a file`, { exitCode: 3, fix: "name a file" });
  // The owner of a folder, and root, could replace what nobody may write.
  const isReadOnly = (mode & 0o222) === 0;
  try {
    if (!isReadOnly) accessSync(target, constants.W_OK);
  } catch (cause) {
    throw new UserError(`cannot write ${path}: permission denied`, { exitCode: 3, fix, cause });
  }
  if (isReadOnly) throw new UserError(`cannot write ${path}: it is read-only`, { exitCode: 3, fix });
}
