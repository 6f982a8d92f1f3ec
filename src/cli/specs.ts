import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, relative, resolve, sep } from "node:path";
import type { Diagnostic } from "../core/diagnostic.ts";
import { findSpecs, isInProjectOf, isPattern, matchPattern, NEVER_SPECS } from "../program/find.ts";
import { distinct } from "../program/programs.ts";
import { note } from "./console.ts";

/** A spec file as it was read, or why it could not be read. */
export type SpecFile =
  | { readonly spec: string; readonly bytes: Uint8Array; readonly text: string }
  | { readonly spec: string; readonly diagnostic: Diagnostic };

/** Above this a file is not even read: no spec has a thousandth of it. */
const MAX_READ_BYTES = 256 * 1024 * 1024;

/** Reads specs in the order given, each file once. Files that cannot be read do not stop the others. */
export function readSpecs(paths: readonly string[]): SpecFile[] {
  const seen = new Set<string>();
  const once = paths.filter((path) => !seen.has(resolve(path)) && seen.add(resolve(path)));
  return once.map((spec) => {
    const problem = unreadable(spec);
    if (problem !== undefined) return { spec, diagnostic: problem };
    try {
      const bytes = readFileSync(spec);
      return { spec, bytes, text: bytes.toString("utf8") };
    } catch (error) {
      return { spec, diagnostic: unreadableDiagnostic(spec, error as NodeJS.ErrnoException) };
    }
  });
}

function unreadable(spec: string): Diagnostic | undefined {
  try {
    const stat = statSync(spec);
    if (stat.isDirectory())
      return problem(spec, "this is a folder without specs", "name a folder with YAML files that have a `specVersion`");
    if (!stat.isFile() && !stat.isFIFO()) return problem(spec, "this is not a file", "name a YAML file");
    if (stat.size > MAX_READ_BYTES)
      return problem(spec, `the file has ${stat.size} bytes`, "check that this is the spec");
    return undefined;
  } catch (error) {
    return unreadableDiagnostic(spec, error as NodeJS.ErrnoException);
  }
}

function unreadableDiagnostic(spec: string, { code, message }: NodeJS.ErrnoException): Diagnostic {
  if (code === "ENOENT" && isPattern(spec)) {
    if (matchPattern(spec).length > 0)
      return problem(spec, "this command takes one file, not a pattern", "name the file");
    const fix = `correct it; folders named ${NEVER_SPECS.join(", ")} are passed over unless it names them`;
    return problem(spec, "no file matches this pattern", fix);
  }
  if (code === "ENOENT" || code === "ENOTDIR") return problem(spec, "there is no such file", "correct the path");
  if (code === "EACCES" || code === "EPERM")
    return problem(spec, "you may not read this file", "correct its permissions");
  return problem(spec, `the file cannot be read: ${message}`, "correct the path");
}

function problem(file: string, message: string, fix: string): Diagnostic {
  return { code: "LC1001", severity: "error", file, range: { start: 0, end: 0 }, line: 1, column: 1, message, fix };
}

/**
 * What the arguments of a command name: files as they are, patterns and folders as the specs that they hold. `isSet`: whether an argument
 * names a set of specs, so that what belongs to no spec can be judged.
 */
export function expandSpecs(
  args: readonly string[],
  options: { quiet?: boolean | undefined } = {},
): { paths: string[]; isSet: boolean } {
  let isSet = false;
  const paths = args.flatMap((path) => {
    if (isFolder(path)) {
      isSet = true;
      const { specs, others } = findSpecs(path);
      if (specs.length > 0) noteOthers(others, options);
      // An empty folder stays, for its error.
      return specs.length > 0 ? specs : [path];
    }
    if (existsSync(path) || !isPattern(path)) return [path];
    isSet = true;
    const found = matchPattern(path);
    return found.length > 0 ? found : [path];
  });
  return { paths, isSet };
}

function noteOthers(others: readonly string[], options: { quiet?: boolean | undefined }): void {
  for (const path of others.slice(0, MAX_NOTES))
    note(`${path}: skipped: no spec, for it has no \`specVersion\``, options);
  if (others.length > MAX_NOTES) note(`and ${others.length - MAX_NOTES} more YAML files that are no specs`, options);
}

const MAX_NOTES = 10;

/** The specs in specs/: YAML files in the folder itself, and below it those that are specs. */
export function projectSpecs(): string[] {
  if (!isFolder("specs")) return [];
  const direct = readdirSync("specs", { withFileTypes: true })
    .filter((entry) => !entry.isDirectory() && /\.ya?ml$/.test(entry.name))
    .map(({ name }) => `specs/${name}`);
  return distinct([...direct, ...findSpecs("specs").specs]).sort();
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/**
 * The spec's path as generated headers state it: relative to the generated folder where both lie in one project; else the
 * file's name, so that no machine's folders get into the code.
 */
export function headerPath(spec: string, outDir: string): string {
  // Any one folder of outDir: no program can have this name.
  const folder = resolve(outDir, "-");
  return isInProjectOf(spec, folder) ? relative(folder, resolve(spec)).split(sep).join("/") : basename(spec);
}
