import { type Dirent, readdirSync, realpathSync, statSync } from "node:fs";
import { basename, join, relative, resolve, sep } from "node:path";
import { findSpecs, isInProjectOf, NEVER_SPECS, projectRoot, specName } from "./find.ts";
import { type Manifest, readManifest, sha256File } from "./manifest.ts";

/** A generated program on disk, found by its manifest. */
export interface FoundProgram {
  /** Below the output folder that was searched. */
  readonly folder: string;
  /** The model's name: that of the folder, unless somebody has renamed it. */
  readonly name: string;
  readonly manifest: Manifest;
}

/** Where the spec of a program on disk is today. Paths are shown from the current folder. */
export type Owner =
  | { readonly kind: "in place"; readonly spec: string }
  /** The recorded file is gone, or describes another model: these have its name now. */
  | { readonly kind: "moved"; readonly from: string; readonly specs: readonly string[] }
  /** The spec is there, and names its model otherwise. */
  | { readonly kind: "renamed"; readonly spec: string; readonly to: string }
  | { readonly kind: "gone"; readonly spec: string }
  /** It lies outside of the project: the program knows the file's name only. */
  | { readonly kind: "unknown"; readonly file: string };

/** All programs below a folder, however deep. Symbolic links are not followed. */
export function findPrograms(outDir: string): FoundProgram[] {
  return subfolders(outDir).flatMap((folder) => {
    const manifest = readManifest(folder);
    if (manifest === undefined) return findPrograms(folder);
    const name = typeof manifest.name === "string" ? manifest.name : basename(folder);
    return [{ folder, name, manifest }];
  });
}

function subfolders(folder: string): string[] {
  let entries: Dirent[];
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
  return entries
    .filter((entry) => entry.isDirectory() && (entry.name === "generated" || !NEVER_SPECS.includes(entry.name)))
    .map(({ name }) => join(folder, name))
    .sort();
}

/**
 * Finds the specs of programs. `known`: specs that are asked about, wherever they lie. Where a recorded spec is not in its place the whole
 * project is searched, once: only then may one say that it is gone.
 */
export function findOwners(programs: readonly FoundProgram[], known: readonly string[]): Map<FoundProgram, Owner> {
  const names = new Map<string, string | undefined>();
  const nameOf = (spec: string): string | undefined => {
    const path = resolve(spec);
    if (!names.has(path)) names.set(path, specName(path));
    return names.get(path);
  };
  let everywhere: readonly string[] | undefined;
  const candidates = (): readonly string[] => {
    everywhere ??= distinct([
      ...known,
      ...programs.flatMap((program) => recordedSpec(program) ?? []),
      ...findSpecs(projectRoot(".")).specs,
    ]).filter(isFile);
    return everywhere;
  };
  return new Map(programs.map((program) => [program, ownerOf(program, nameOf, candidates)]));
}

function ownerOf(
  program: FoundProgram,
  nameOf: (spec: string) => string | undefined,
  candidates: () => readonly string[],
): Owner {
  const { name, manifest } = program;
  const recorded = recordedSpec(program);
  const nameThere = recorded !== undefined && isFile(recorded) ? { name: nameOf(recorded) } : undefined;
  // A spec without a readable name may still be the one: its own errors are reported.
  if (nameThere !== undefined && (nameThere.name === undefined || nameThere.name === name))
    return { kind: "in place", spec: shownPath(recorded!) };
  const sameName = candidates().filter((spec) => nameOf(spec) === name);
  const unchanged = sameName.filter((spec) => sha256File(spec) === manifest.spec.sha256);
  const specs = (unchanged.length > 0 ? unchanged : sameName).map(shownPath);
  const from = recorded === undefined ? String(manifest.spec.path) : shownPath(recorded);
  if (specs.length > 0) return { kind: "moved", from, specs };
  if (recorded === undefined) return { kind: "unknown", file: from };
  return nameThere === undefined ? { kind: "gone", spec: from } : { kind: "renamed", spec: from, to: nameThere.name! };
}

/** Where a program's manifest says that its spec lies; undefined where that is outside of the project. */
export function recordedSpec({ folder, manifest }: Pick<FoundProgram, "folder" | "manifest">): string | undefined {
  const { path } = manifest.spec;
  if (typeof path !== "string" || !path.startsWith("../") || path.includes("\0")) return undefined;
  const file = resolve(folder, path);
  return isInProjectOf(file, folder) ? file : undefined;
}

/** Whether a program's manifest names this spec. */
export function isRecordedSpec(program: FoundProgram, spec: string): boolean {
  const recorded = recordedSpec(program);
  return recorded !== undefined && isSameFile(recorded, spec);
}

/** The spec that a folder's program belongs to, where that is another living spec of the same name. */
export function otherOwner(folder: string, spec: string): string | undefined {
  const manifest = readManifest(folder);
  const recorded = manifest === undefined ? undefined : recordedSpec({ folder, manifest });
  if (recorded === undefined || !isFile(recorded) || isSameFile(recorded, spec)) return undefined;
  return specName(recorded) === basename(folder) ? shownPath(recorded) : undefined;
}

export function isSameFile(a: string, b: string): boolean {
  try {
    return realpathSync(a) === realpathSync(b);
  } catch {
    return resolve(a) === resolve(b);
  }
}

export function distinct(paths: readonly string[]): string[] {
  return [...new Map(paths.map((path) => [resolve(path), path])).values()];
}

/** Only a file that is certainly not there is gone: one in a folder that may not be read could be there. */
function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch (error) {
    return !["ENOENT", "ENOTDIR", "ELOOP", "ENAMETOOLONG"].includes((error as NodeJS.ErrnoException).code ?? "");
  }
}

/** A path as people name it: from the current folder, with slashes. */
export function shownPath(path: string): string {
  return relative(process.cwd(), resolve(path)).split(sep).join("/");
}
