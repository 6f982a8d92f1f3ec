import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { sha256 } from "../support/system/sha256.ts";

/** What this compiler reads back from a program's manifest.json. */
export interface Manifest {
  readonly format: "lstm-compile-program";
  readonly name?: string;
  readonly compiler: { readonly version: string };
  /** `path`: posix, from the program's folder; a bare file name where the spec lies outside of the program's project. */
  readonly spec: { readonly path?: string; readonly sha256: string };
  /** The package that the program runs on: its file here, and the SHA-256 over what is in it. */
  readonly runtime?: { readonly name: string; readonly file: string; readonly contents: string };
  /** SHA-256 of the list of all that its compiler version can put beside a program. */
  readonly support?: { readonly sha256: string };
  /** SHA-256 of every other file. */
  readonly files: Readonly<Record<string, string>>;
}

/** The SHA-256 of a file's bytes; undefined where it cannot be read. */
export function sha256File(file: string): string | undefined {
  try {
    return sha256(readFileSync(file));
  } catch {
    return undefined;
  }
}

/** No manifest has a tenth of it. */
const MAX_MANIFEST_BYTES = 16 * 1024 * 1024;

/** The manifest of a generated folder; undefined where there is none of ours. */
export function readManifest(folder: string): Manifest | undefined {
  try {
    const file = join(folder, "manifest.json");
    const stat = lstatSync(file);
    if (!stat.isFile() || stat.size > MAX_MANIFEST_BYTES) return undefined;
    const manifest = JSON.parse(readFileSync(file, "utf8")) as Manifest;
    const isOurs =
      manifest.format === "lstm-compile-program" &&
      typeof manifest.compiler?.version === "string" &&
      typeof manifest.spec?.sha256 === "string" &&
      typeof manifest.files === "object" &&
      manifest.files !== null;
    return isOurs ? manifest : undefined;
  } catch {
    return undefined;
  }
}

/** What people and package managers leave in a generated folder; never touched. */
export const THEIRS: ReadonlySet<string> = new Set(["node_modules", "package-lock.json", "runs", ".DS_Store"]);

/** Files of a generated folder by posix path, without those that belong to others. Symbolic links count as files. */
export function listFiles(folder: string, below = ""): string[] {
  const files: string[] = [];
  for (const entry of readdirSync(join(folder, below), { withFileTypes: true })) {
    if (below === "" && THEIRS.has(entry.name)) continue;
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) files.push(...listFiles(folder, path));
    else files.push(path);
  }
  return files.sort();
}
