import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The state of the repository that a program lies in. */
export interface GitState {
  readonly commit: string;
  /** Whether no tracked file was changed, and the program itself is tracked. */
  readonly clean: boolean;
}

const LONGEST_MILLISECONDS = 5000;

/** Undefined outside a repository, without git, or where it does not answer. */
export function gitState(programFolder: string): GitState | undefined {
  const cwd = fileURLToPath(programFolder);
  if (!insideRepository(cwd)) return undefined;
  const git = (...args: string[]): string | undefined => {
    const { status, stdout } = spawnSync("git", args, { cwd, encoding: "utf8", timeout: LONGEST_MILLISECONDS });
    return status === 0 ? stdout.trim() : undefined;
  };
  const commit = git("rev-parse", "HEAD");
  const changes = git("status", "--porcelain", "--untracked-files=no");
  if (commit === undefined || changes === undefined) return undefined;
  return { commit, clean: changes === "" && git("ls-files", "--error-unmatch", "model.ts") !== undefined };
}

function insideRepository(folder: string): boolean {
  for (let path = folder; ; path = dirname(path)) {
    if (existsSync(join(path, ".git"))) return true;
    if (dirname(path) === path) return false;
  }
}
