import { readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { RUNTIME } from "../system/runtime-name.ts";
import { sha256 } from "../system/sha256.ts";
import { UserError } from "../system/user-error.ts";

/** The package that this code is part of, as a program finds it installed. */
export interface InstalledRuntime {
  readonly version: string;
  /** SHA-256 over its files, as they were packed. */
  readonly stated: string;
  /** And as they are. */
  readonly found: string;
}

/** Undefined inside the compiler and in a bundle, where this is no package of its own. */
export function installedRuntime(folder: URL = new URL("../", import.meta.url)): InstalledRuntime | undefined {
  const root = fileURLToPath(folder);
  let stated: { name?: string; version?: string; contents?: string };
  try {
    stated = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  } catch {
    return undefined;
  }
  if (stated.name !== RUNTIME || stated.version === undefined || stated.contents === undefined) return undefined;
  const list = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .map((file) => [file.slice(root.length).split(sep).join("/"), file] as const)
    .filter(([path]) => path !== "package.json")
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, file]) => `${sha256(readFileSync(file))}  ${path}\n`);
  const found = sha256(list.join(""));
  return { version: stated.version, stated: stated.contents, found };
}

/**
 * A program runs on the package that it was compiled for: another one could do otherwise without a word. One that was edited in place is
 * the caller's to judge.
 * @throws UserError (exit code 3) where another one is installed
 */
export function requireRuntime(installed: InstalledRuntime, wanted: string, program: string): void {
  if (installed.stated === wanted) return;
  throw new UserError(`the program was compiled for another ${RUNTIME} than ${installed.version}, which is installed`, {
    exitCode: 3,
    fix: `run \`npm install\` in ${program}`,
  });
}
