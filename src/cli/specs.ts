import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { CommandError } from "../command-error.ts";

/** A spec's bytes. @throws CommandError where the file cannot be read */
export function readSpec(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reasons: Record<string, string> = { ENOENT: "does not exist", EISDIR: "is a folder", EACCES: "may not be read" };
    throw new CommandError(`${path} ${reasons[code ?? ""] ?? `cannot be read (${code})`}`, {
      exitCode: 2,
      fix: code === "EISDIR" ? "name the YAML files in it" : "correct the path",
      cause: error,
    });
  }
}

/** All specs of the project: specs/*.yaml, sorted. @throws CommandError where there are none */
export function projectSpecs(): string[] {
  const specs = existsSync("specs") ? readdirSync("specs").filter((name) => /\.ya?ml$/.test(name)) : [];
  if (specs.length === 0) {
    throw new CommandError("there is no spec in specs/", { exitCode: 2, fix: "name the specs, or run in the project's folder" });
  }
  return specs.sort().map((name) => join("specs", name));
}

/**
 * The spec's path as generated headers state it: relative to the generated folder where both lie in one project (the nearest
 * folder above the spec with package.json or .git); else the file's name, so that no machine's folders get into the code.
 */
export function headerPath(spec: string, outDir: string, name: string): string {
  const file = resolve(spec);
  const folder = resolve(outDir, name);
  let project = dirname(file);
  while (!existsSync(join(project, "package.json")) && !existsSync(join(project, ".git"))) {
    if (dirname(project) === project) break;
    project = dirname(project);
  }
  const path = dirname(project) === project || !`${folder}${sep}`.startsWith(`${project}${sep}`) ? undefined : relative(folder, file);
  return (path ?? relative(dirname(file), file)).split(sep).join("/");
}
