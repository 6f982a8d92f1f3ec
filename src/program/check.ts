import { existsSync, lstatSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createTwoFilesPatch } from "diff";
import type { GeneratedProgram } from "../core/compile.ts";
import { COMPILER_VERSION } from "../core/version.ts";
import { sha256 } from "../support/system/sha256.ts";
import { listFiles, type Manifest, readManifest } from "./manifest.ts";
import { contentsOf } from "./write.ts";

/** Why a program is not what its spec compiles to. */
export type CauseKind =
  | "never compiled"
  | "spec changed"
  | "spec moved"
  /** Only the version that the files state is another one: what `--allow-version-drift` accepts. */
  | "compiler version changed"
  /** The same spec compiles to other code now. */
  | "compiler output changed"
  | "edited by hand"
  /** Files that the manifest lists are not there. */
  | "missing"
  | "manifest missing"
  /** Files that nobody generated. */
  | "foreign files";

export interface FileDifference {
  /** Posix path, the program's folder first. */
  readonly path: string;
  readonly kind: "missing" | "left over" | "differs";
  /** Unified diff from what is on disk to what the spec compiles to; "" where one side has no file, or where one is very large. */
  readonly patch: string;
}

/** One reason, with all files that differ because of it. */
export interface Difference {
  readonly kind: CauseKind;
  readonly files: readonly FileDifference[];
}

/** Above this a file on disk is not read: no generated file has a tenth of it. */
const MAX_BYTES = 16 * 1024 * 1024;
/** Two texts without a line in common would take the comparison very long. */
const MAX_EDITS = 4000;

/**
 * Compares a fresh program with the folder on disk: one difference for each reason, none where they are equal. Reads only.
 * `headerPath`: where the spec lies, as the fresh program states it.
 */
export function checkProgram(folder: string, program: GeneratedProgram, headerPath: string): Difference[] {
  const onDisk = existsSync(folder) ? listFiles(folder) : [];
  const manifest = readManifest(folder);
  const byKind = new Map<CauseKind, FileDifference[]>();
  const add = (kind: CauseKind, path: string, file: Omit<FileDifference, "path">): void => {
    const files = byKind.get(kind) ?? [];
    byKind.set(kind, [...files, { path: `${posix(folder)}/${path}`, ...file }]);
  };
  const contents = contentsOf(program);
  if (onDisk.length === 0) {
    for (const path of contents.keys()) add("never compiled", path, { kind: "missing", patch: "" });
    return differencesOf(byKind);
  }
  if (manifest === undefined) {
    add("manifest missing", "manifest.json", {
      kind: onDisk.includes("manifest.json") ? "differs" : "missing",
      patch: "",
    });
    return differencesOf(byKind);
  }
  const whole = reasonOfAll(manifest, program, headerPath);
  const drift = isDrift(folder, manifest, program);
  const reason = whole ?? (drift ? "compiler version changed" : "compiler output changed");
  for (const [path, bytes] of contents) {
    if (!onDisk.includes(path)) {
      add(path === "manifest.json" || manifest.files[path] !== undefined ? "missing" : reason, path, {
        kind: "missing",
        patch: "",
      });
      continue;
    }
    const found = readFile(join(folder, path));
    if (found?.equals(bytes) === true) continue;
    const isEdited = path !== "manifest.json" && (found === undefined || manifest.files[path] !== sha256(found));
    const text = program.files.get(path);
    const patch =
      found === undefined || text === undefined ? "" : patchOf(`${posix(folder)}/${path}`, found.toString(), text);
    add(isEdited ? "edited by hand" : reason, path, { kind: "differs", patch });
  }
  for (const path of onDisk) {
    if (contents.has(path)) continue;
    const written = manifest.files[path];
    const found = written === undefined ? undefined : readFile(join(folder, path));
    const isOurs = found !== undefined && sha256(found) === written;
    add(isOurs ? reason : written === undefined ? "foreign files" : "edited by hand", path, {
      kind: "left over",
      patch: "",
    });
  }
  // The manifest has no hash of itself: where its reason changed no other file, only a hand can have changed it.
  const [alone, ...others] = byKind.get(reason) ?? [];
  if (
    alone !== undefined &&
    others.length === 0 &&
    alone.path === `${posix(folder)}/manifest.json` &&
    reason !== "compiler version changed"
  ) {
    byKind.delete(reason);
    byKind.set("edited by hand", [...(byKind.get("edited by hand") ?? []), alone]);
  }
  return differencesOf(byKind);
}

function differencesOf(byKind: ReadonlyMap<CauseKind, FileDifference[]>): Difference[] {
  return [...byKind].map(([kind, files]) => ({ kind, files }));
}

/** What alone explains that generated files differ, as far as the manifest tells; undefined where it must be the compiler. */
function reasonOfAll({ spec }: Manifest, program: GeneratedProgram, headerPath: string): CauseKind | undefined {
  if (spec.sha256 !== program.plan.specSha256) return "spec changed";
  return spec.path !== undefined && spec.path !== headerPath ? "spec moved" : undefined;
}

/** Whether what the last compiler wrote differs from today's program in the stated version alone. Files edited by hand do not count. */
function isDrift(folder: string, manifest: Manifest, program: GeneratedProgram): boolean {
  const { version } = manifest.compiler;
  if (version === COMPILER_VERSION) return false;
  const now = JSON.parse(program.files.get("manifest.json")!) as Manifest;
  // What states the version: headers, names of packages, and the hash of all that the version can put beside a program.
  const stated = [
    [`lstm-compile ${version}`, `lstm-compile ${COMPILER_VERSION}`],
    [manifest.runtime?.file, now.runtime?.file],
    [manifest.support?.sha256, now.support?.sha256],
  ] as const;
  const today = (text: string): string =>
    stated.reduce((all, [old = "", current = ""]) => (old === "" ? all : all.replaceAll(old, current)), text);
  const contents = contentsOf(program);
  const then = Object.keys(manifest.files).map(today);
  if (then.length !== contents.size - 1 || !then.every((path) => contents.has(path))) return false;
  for (const [path, text] of program.files) {
    const found = readFile(join(folder, path))?.toString();
    if (found === undefined || found === text) continue;
    if (path === "manifest.json") {
      if (withoutVersions(today(found)) !== withoutVersions(text)) return false;
    } else if (manifest.files[path] === sha256(found)) {
      if (today(found) !== text) return false;
    }
  }
  return true;
}

/** A manifest without what another compiler version alone changes: the version, and so the hashes of files that state it. */
function withoutVersions(text: string): string {
  const { runtime, files, ...manifest } = JSON.parse(text) as Manifest;
  return JSON.stringify({ ...manifest, compiler: undefined, runtime: runtime?.contents, files: Object.keys(files) });
}

/** undefined for what is no plain file of a reasonable size. */
function readFile(file: string): Buffer | undefined {
  const stat = lstatSync(file, { throwIfNoEntry: false });
  return stat?.isFile() === true && stat.size <= MAX_BYTES ? readFileSync(file) : undefined;
}

function patchOf(path: string, found: string, text: string): string {
  const whole = createTwoFilesPatch(`a/${path}`, `b/${path}`, found, text, "on disk", "compiled", {
    maxEditLength: MAX_EDITS,
  });
  return whole === undefined ? "" : whole.slice(whole.indexOf("--- "));
}

function posix(path: string): string {
  return path.replaceAll("\\", "/");
}
