import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve, sep } from "node:path";
import { globSync, isDynamicPattern } from "tinyglobby";
import { load } from "../core/load/load.ts";

/** Folders whose files are results or somebody else's, by name. */
export const NEVER_SPECS: readonly string[] = ["node_modules", ".git", "runs", "generated"];

/** Above this the loader refuses a file. */
const MAX_BYTES = 1024 * 1024;

export interface FoundSpecs {
  /** Paths below the folder, sorted. */
  readonly specs: readonly string[];
  /** YAML files that are no specs. */
  readonly others: readonly string[];
}

/** All specs below a folder. Symbolic links are not followed. */
export function findSpecs(folder: string): FoundSpecs {
  const files = globSync("**/*.{yaml,yml}", { ...globOptions("**/*"), cwd: folder })
    .sort()
    .map((path) => join(folder, path));
  const specs = files.filter(looksLikeSpec);
  return { specs, others: files.filter((file) => !specs.includes(file)) };
}

export function isPattern(text: string): boolean {
  return isDynamicPattern(text);
}

/** The files that a pattern such as `models/**` names, sorted. Folders in NEVER_SPECS are read only where the pattern names them. */
export function matchPattern(pattern: string): string[] {
  const posix = process.platform === "win32" ? pattern.replaceAll("\\", "/") : pattern;
  return globSync(posix, globOptions(posix)).sort();
}

function globOptions(pattern: string): { ignore: string[]; followSymbolicLinks: false; expandDirectories: false } {
  const named = pattern.split("/");
  const ignore = NEVER_SPECS.filter((name) => !named.includes(name)).map((name) => `**/${name}/**`);
  return { ignore, followSymbolicLinks: false, expandDirectories: false };
}

/** Whether a YAML file means to be a spec: by its `specVersion`, its schema comment, or the keys that only a spec has together. */
function looksLikeSpec(file: string): boolean {
  const text = readSmallFile(file)?.toString("utf8");
  if (text === undefined) return false;
  const hasKey = (key: string): boolean => new RegExp(`(?:^|[{,])[ \\t]*["']?${key}["']?[ \\t]*:`, "m").test(text);
  if (hasKey("specVersion") || /^#.*\$schema=.*model-spec\.v\d+\.schema\.json/m.test(text)) return true;
  return /^layers[ \t]*:/m.test(text) && /^dataset[ \t]*:/m.test(text);
}

/** The `name` in a spec, also in one that has errors; undefined where there is none to be read. */
export function specName(file: string): string | undefined {
  const bytes = readSmallFile(file);
  if (bytes === undefined) return undefined;
  const value = load(bytes, file).source?.value as { name?: unknown } | null | undefined;
  if (typeof value?.name === "string") return value.name;
  // The YAML is malformed somewhere; the line may still be there.
  return /^name[ \t]*:[ \t]*["']?([a-z0-9-]+)/m.exec(bytes.toString("utf8"))?.[1];
}

/** Pipes and devices would be waited for, so only real files are read. */
function readSmallFile(file: string): Buffer | undefined {
  try {
    const stat = statSync(file);
    return stat.isFile() && stat.size <= MAX_BYTES ? readFileSync(file) : undefined;
  } catch {
    return undefined;
  }
}

/** The project that a folder belongs to: the nearest folder upwards with .git, else with package.json, else the folder itself. */
export function projectRoot(folder: string): string {
  return nearest(folder, [".git"]) ?? nearest(folder, ["package.json"]) ?? resolve(folder);
}

/** Whether a generated folder lies in the project of a spec: below the nearest folder above the spec with package.json or .git, or its own. */
export function isInProjectOf(spec: string, folder: string): boolean {
  const own = dirname(resolve(spec));
  const roots = [nearest(own, [".git"]), nearest(own, [".git", "package.json"]) ?? own];
  return roots.some((root) => root !== undefined && isBelow(root, folder));
}

export function isBelow(root: string, path: string): boolean {
  return resolve(path).startsWith(root.endsWith(sep) ? root : `${root}${sep}`);
}

function nearest(folder: string, names: readonly string[]): string | undefined {
  for (let path = resolve(folder); ; path = dirname(path)) {
    if (names.some((name) => existsSync(join(path, name)))) return path;
    if (dirname(path) === path) return undefined;
  }
}
