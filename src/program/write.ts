import {
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import type { GeneratedProgram } from "../core/compile.ts";
import { makeFolder, writeError } from "../support/system/files.ts";
import { sha256 } from "../support/system/sha256.ts";
import { UserError } from "../support/system/user-error.ts";
import { listFiles, readManifest } from "./manifest.ts";

export interface Written {
  readonly folder: string;
  /** Files written anew, by posix path; empty where all were current. */
  readonly changed: readonly string[];
  readonly removed: readonly string[];
  /** Files that somebody had edited by hand and that were overwritten. */
  readonly overwrittenEdits: readonly string[];
}

/**
 * Writes a program into <outDir>/<name>: only files that differ, each whole or not at all, the manifest last. Files of the last
 * manifest that are no longer generated are removed if they are as they were written.
 * @throws UserError (exit code 2) where the folder holds files that are not ours, and nothing is changed then; (exit code 3)
 * where the system refuses to write
 */
export function writeProgram(outDir: string, program: GeneratedProgram): Written {
  const folder = join(outDir, program.name);
  const changed: string[] = [];
  const removed: string[] = [];
  const overwrittenEdits: string[] = [];
  try {
    refuseLinkOutside(outDir);
    refuseForeignFiles(folder, program);
    const isNew = !existsSync(folder);
    const old = readManifest(folder);
    const folders = new Set<string>();
    const contents = contentsOf(program);
    const paths = [...contents.keys()].filter((path) => path !== "manifest.json");
    for (const path of [...paths, "manifest.json"]) {
      const file = join(folder, path);
      const now = contents.get(path)!;
      const before = isNew ? undefined : readIfThere(file);
      if (before?.equals(now)) continue;
      const written = old?.files[path];
      if (before !== undefined && written !== undefined && sha256(before) !== written) overwrittenEdits.push(path);
      if (!folders.has(dirname(file))) makeFolder(dirname(file));
      folders.add(dirname(file));
      replaceFile(file, now);
      changed.push(path);
    }
    for (const [path, hash] of Object.entries(old?.files ?? {})) {
      if (contents.has(path) || !isInside(path)) continue;
      const before = readIfThere(join(folder, path));
      if (before === undefined || sha256(before) !== hash) continue;
      rmSync(join(folder, path));
      removed.push(path);
      removeEmptyFolders(folder, dirname(path));
    }
  } catch (error) {
    throw withOption(writeError(folder, error));
  }
  return { folder, changed, removed, overwrittenEdits };
}

/** A link on the way from the current folder to the output, as a cloned project could hold, must not lead out of it. */
export function refuseLinkOutside(outDir: string): void {
  const here = process.cwd();
  const way = relative(here, resolve(outDir)).split(sep);
  if (way[0] === ".." || resolve(outDir) !== join(here, ...way)) return;
  for (let count = 1; count <= way.length; count++) {
    const path = join(here, ...way.slice(0, count));
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return;
    if (!stat.isSymbolicLink()) continue;
    let target: string | undefined;
    try {
      target = realpathSync(path);
    } catch {
      // It leads nowhere.
    }
    if (target !== undefined && `${target}${sep}`.startsWith(`${realpathSync(here)}${sep}`)) continue;
    throw new UserError(`${path} is a symbolic link that leads ${target === undefined ? "nowhere" : `to ${target}`}`, {
      exitCode: 2,
      fix: "remove the link, or name the folder that it leads to with --out-dir",
    });
  }
}

/** All files of a program as bytes. */
export function contentsOf({ files, packages }: Pick<GeneratedProgram, "files" | "packages">): Map<string, Buffer> {
  return new Map([...files, ...packages].map(([path, contents]) => [path, Buffer.from(contents)]));
}

/** A folder is ours if our manifest lists each of its files; one without a manifest, if a write was cut short before it. */
function refuseForeignFiles(folder: string, program: GeneratedProgram): void {
  const stat = lstatSync(folder, { throwIfNoEntry: false });
  if (stat === undefined) return;
  if (stat.isSymbolicLink() || !stat.isDirectory()) {
    throw new UserError(`${folder} is ${stat.isSymbolicLink() ? "a symbolic link" : "a file"}, not a folder of ours`, {
      exitCode: 2,
      fix: "remove it, or choose another folder with --out-dir",
    });
  }
  const old = readManifest(folder);
  const ours = new Set(old === undefined ? [] : [...Object.keys(old.files), "manifest.json"]);
  const contents = contentsOf(program);
  const files = listFiles(folder).filter((path) => !isTemporary(path, contents));
  const foreign =
    // Links lead elsewhere, and to read a pipe would wait for ever.
    files.find((path) => !lstatSync(join(folder, path)).isFile()) ??
    files.find((path) => !ours.has(path) && contents.get(path)?.equals(readFileSync(join(folder, path))) !== true);
  if (foreign === undefined) return;
  const damaged = old === undefined && files.includes("manifest.json");
  throw new UserError(
    damaged
      ? `${join(folder, "manifest.json")} is not a manifest of lstm-compile, or is damaged: nothing was changed`
      : `${join(folder, foreign)} was not written by lstm-compile: nothing was changed`,
    {
      exitCode: 2,
      fix: damaged
        ? "restore it from version control or delete the folder, then compile again; or choose another one with --out-dir"
        : "move it away, or choose another folder with --out-dir",
    },
  );
}

const TEMPORARY = /\.\d+\.lstm-compile-tmp$/;

/** What a killed compiler left behind while it wrote one of its files. */
function isTemporary(path: string, contents: ReadonlyMap<string, unknown>): boolean {
  return TEMPORARY.test(path) && contents.has(path.replace(TEMPORARY, ""));
}

/** Whole or not at all. Not flushed to the disk: a compiler's output can be made again, and flushing hundreds of files is slow. */
function replaceFile(file: string, contents: Uint8Array): void {
  const temporary = `${file}.${process.pid}.lstm-compile-tmp`;
  try {
    writeFileSync(temporary, contents);
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw writeError(file, error);
  }
}

function readIfThere(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** A path of a manifest that somebody has edited must not lead out of the folder. */
export function isInside(path: string): boolean {
  return !path.startsWith("/") && !/^[A-Za-z]:/.test(path) && !path.split(/[/\\]/).includes("..");
}

function removeEmptyFolders(folder: string, below: string): void {
  for (let path = below; path !== "."; path = dirname(path)) {
    if (readdirSync(join(folder, path)).length > 0) return;
    rmdirSync(join(folder, path));
  }
}

/** Names the option by which another folder is chosen, where the system refused this one. */
function withOption(error: unknown): unknown {
  if (!(error instanceof UserError) || error.exitCode !== 3) return error;
  return new UserError(error.message, { exitCode: 3, fix: `${error.fix} (--out-dir)`, cause: error.cause });
}
