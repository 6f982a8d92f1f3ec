import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { type Diagnostic, printable } from "../diagnostic.ts";
import { UserError } from "../support/user-error.ts";

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
    if (stat.isDirectory()) return problem(spec, "this is a folder", `name the files in it: ${join(spec, "*.yaml")}`);
    if (!stat.isFile() && !stat.isFIFO()) return problem(spec, "this is not a file", "name a YAML file");
    if (stat.size > MAX_READ_BYTES)
      return problem(spec, `the file has ${stat.size} bytes`, "check that this is the spec");
    return undefined;
  } catch (error) {
    return unreadableDiagnostic(spec, error as NodeJS.ErrnoException);
  }
}

function unreadableDiagnostic(spec: string, { code, message }: NodeJS.ErrnoException): Diagnostic {
  if (code === "ENOENT" || code === "ENOTDIR") return problem(spec, "there is no such file", "correct the path");
  if (code === "EACCES" || code === "EPERM")
    return problem(spec, "you may not read this file", "correct its permissions");
  return problem(spec, `the file cannot be read: ${printable(message)}`, "correct the path");
}

function problem(file: string, message: string, fix: string): Diagnostic {
  return { code: "LC1001", severity: "error", file, range: { start: 0, end: 0 }, line: 1, column: 1, message, fix };
}

/** All specs of the project: specs/*.yaml, sorted. @throws UserError where there are none */
export function projectSpecs(): string[] {
  const isFolder = existsSync("specs") && statSync("specs").isDirectory();
  const specs = isFolder ? readdirSync("specs").filter((name) => /\.ya?ml$/.test(name)) : [];
  if (specs.length === 0) {
    throw new UserError("there is no spec in specs/", {
      exitCode: 2,
      fix: "name the specs, or run in the project's folder",
    });
  }
  return specs.sort().map((name) => `specs/${name}`);
}

/**
 * The spec's path as generated headers state it: relative to the generated folder where both lie in one project (the nearest
 * folder above the spec with package.json or .git, or the spec's own); else the file's name, so that no machine's folders get
 * into the code.
 */
export function headerPath(spec: string, outDir: string): string {
  const file = resolve(spec);
  let project = dirname(file);
  while (!existsSync(join(project, "package.json")) && !existsSync(join(project, ".git"))) {
    if (dirname(project) === project) {
      project = dirname(file);
      break;
    }
    project = dirname(project);
  }
  // Any one folder of outDir: no program can have this name.
  const folder = resolve(outDir, "-");
  const inside = folder.startsWith(project.endsWith(sep) ? project : `${project}${sep}`);
  return printable(inside ? relative(folder, file).split(sep).join("/") : basename(file));
}
