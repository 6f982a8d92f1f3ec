import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { UserError } from "../support/system/user-error.ts";
import { readManifest } from "./manifest.ts";
import { unpackTarball } from "./tarball.ts";

/** Folder of a package that a program in `folder` gets, where Node looks for it; undefined where it gets none. */
export function packageFolder(folder: string, name: string): string | undefined {
  for (let path = folder; ; path = dirname(path)) {
    const found = join(path, "node_modules", name);
    if (existsSync(join(found, "package.json"))) return found;
    if (dirname(path) === path) return undefined;
  }
}

/**
 * Unpacks the package that a program runs on, unless it is within reach: beside TensorFlow.js, for all programs there; where that place
 * has another version, within the program. No network is needed.
 * @throws UserError (exit code 3) where its file is missing or damaged, or the system refuses
 */
export function ensureRuntime(folder: string): void {
  const runtime = readManifest(folder)?.runtime;
  if (runtime === undefined) return; // compiled before there was one
  const { name, file, contents } = runtime;
  const installed = packageFolder(folder, name);
  if (installed !== undefined && contentsOf(installed) === contents) return;
  const own = join(folder, "node_modules", name);
  const shared = packageFolder(folder, "@tensorflow/tfjs-core");
  const beside = shared === undefined ? own : join(dirname(dirname(shared)), name);
  const place = installed === undefined && !existsSync(beside) ? beside : own;
  const temporary = `${place}.${process.pid}.tmp`;
  try {
    for (const [path, bytes] of unpackTarball(readFileSync(join(folder, file)))) {
      mkdirSync(dirname(join(temporary, path)), { recursive: true });
      writeFileSync(join(temporary, path), bytes);
    }
    if (place === own) rmSync(own, { recursive: true, force: true });
    renameSync(temporary, place);
  } catch (cause) {
    rmSync(temporary, { recursive: true, force: true });
    // Another process may have been quicker.
    if (existsSync(place) && contentsOf(place) === contents) return;
    throw new UserError(`${join(folder, file)} could not be unpacked into ${place}: ${(cause as Error).message}`, {
      exitCode: 3,
      fix: `compile the spec again, or run \`npm install\` in ${folder}`,
      cause,
    });
  }
}

/** What a package's own package.json states as the SHA-256 over its files. */
function contentsOf(folder: string): unknown {
  try {
    return (JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { contents?: unknown }).contents;
  } catch {
    return undefined;
  }
}
