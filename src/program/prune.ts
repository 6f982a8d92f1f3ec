import { lstatSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { writeError } from "../support/system/files.ts";
import { listFiles, type Manifest, sha256File, THEIRS } from "./manifest.ts";
import { isInside } from "./write.ts";

export interface Pruned {
  /** Posix paths in the program's folder. */
  readonly removed: readonly string[];
  /** What stays, and why. */
  readonly kept: readonly { readonly path: string; readonly why: "yours" | "edited by hand" | "no plain file" }[];
}

/**
 * Removes of a generated program what its manifest proves to be as it was generated, then folders that this leaves empty. The manifest goes
 * last, and stays as long as a file that it lists does. Links are never followed.
 * @throws UserError (exit code 3) where the system refuses
 */
export function pruneProgram(folder: string, manifest: Manifest, { dryRun }: { dryRun: boolean }): Pruned {
  const removed: string[] = [];
  const kept: Pruned["kept"][number][] = [];
  const remove = (path: string): void => {
    removed.push(path);
    if (dryRun) return;
    try {
      rmSync(join(folder, path));
    } catch (error) {
      throw writeError(join(folder, path), error);
    }
  };
  for (const path of [...readdirSync(folder).filter((name) => THEIRS.has(name))]) kept.push({ path, why: "yours" });
  // Real folders alone are listed, so that none of these paths leads through a link.
  for (const path of listFiles(folder)) {
    if (path === "manifest.json") continue;
    const hash = Object.hasOwn(manifest.files, path) && isInside(path) ? manifest.files[path] : undefined;
    const isSpecial = !lstatSync(join(folder, path)).isFile();
    if (hash === undefined) kept.push({ path, why: "yours" });
    else if (isSpecial) kept.push({ path, why: "no plain file" });
    else if (sha256File(join(folder, path)) === hash) remove(path);
    else kept.push({ path, why: "edited by hand" });
  }
  if (kept.every(({ why }) => why === "yours")) remove("manifest.json");
  if (!dryRun) removeEmptyFolders(folder, removed);
  return { removed, kept };
}

function removeEmptyFolders(folder: string, removed: readonly string[]): void {
  const folders = new Set(removed.flatMap((path) => parents(path)));
  // The deepest first; the program's own folder, ".", last.
  for (const path of [...folders].sort((a, b) => depth(b) - depth(a))) {
    const full = join(folder, path);
    if (readdirSync(full).length === 0) rmdirSync(full);
  }
}

function parents(path: string): string[] {
  const parent = dirname(path);
  return parent === "." ? ["."] : [parent, ...parents(parent)];
}

function depth(path: string): number {
  return path === "." ? 0 : path.split("/").length;
}
