import { createHash } from "node:crypto";
import { closeSync, existsSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { cacheDirectory } from "../system/cache.ts";
import { compilerCommand, shellWord } from "../system/shell.ts";
import { platformName, TENSORFLOW_VERSION, TFJS_VERSION, WEBGPU_VERSION } from "./platforms.ts";
import { type BackendName, Unusable } from "./types.ts";

/** The backends that are installed into the cache; wasm comes with the program. */
export type InstallableBackend = Exclude<BackendName, "wasm">;
export const INSTALLABLE: readonly InstallableBackend[] = ["gpu", "cpu", "webgpu"];

/** `installed.json` in the folder of an installed backend; paths are relative to that folder. */
export interface InstallRecord {
  backend: InstallableBackend;
  key: string;
  /** how it came here: the package's own prebuilt library, or compiled against a TensorFlow wheel */
  method: "official" | "wheel" | "npm";
  versions: Record<string, string>;
  /** the native module that Node loads, or the main file of the package */
  binding: { path: string; sha256: string };
  /** other files that must be there, with their sizes in bytes */
  files: Record<string, number>;
  /** the SHA-256 of the same files; compared by `backend install` where one has changed since it was installed */
  checksums?: Record<string, string>;
  installedAt: string;
}

export function backendsDirectory(cache: string = cacheDirectory()): string {
  return resolve(cache, "backends");
}

/** Names everything that an installed backend depends on, so that another version gets another folder. */
export function installKey(backend: InstallableBackend): string {
  if (backend === "webgpu") return `tfjs${TFJS_VERSION}-dawn${WEBGPU_VERSION}-${platformName()}`;
  return `tfjs${TFJS_VERSION}-tf${TENSORFLOW_VERSION}-${platformName()}`;
}

export function installDirectory(backend: InstallableBackend, cache?: string): string {
  return join(backendsDirectory(cache), `${backend}-${installKey(backend)}`);
}

/**
 * The record of an installed backend, after checking that its files are there and that the native module is the one that was
 * verified when it was installed.
 *
 * @throws Unusable with the command that installs or rebuilds it
 */
export function readInstall(backend: InstallableBackend, cache?: string): { directory: string; record: InstallRecord } {
  const directory = installDirectory(backend, cache);
  const recordFile = join(directory, "installed.json");
  if (!existsSync(recordFile)) throw new Unusable("it is not installed", fixCommand(`install ${backend}`));
  const damaged = (what: string): Unusable =>
    new Unusable(`its installation in ${directory} is damaged: ${what}`, fixCommand(`install ${backend}`));
  let record: InstallRecord;
  try {
    record = JSON.parse(readFileSync(recordFile, "utf8")) as InstallRecord;
  } catch {
    throw damaged("installed.json cannot be read");
  }
  if (record.key !== installKey(backend) || typeof record.binding?.path !== "string") {
    throw damaged("installed.json is of another version");
  }
  for (const [path, size] of Object.entries(record.files ?? {})) {
    const actual = statSync(join(directory, path), { throwIfNoEntry: false })?.size;
    if (actual === undefined) throw damaged(`${path} is missing`);
    if (actual !== size) throw damaged(`${path} has ${actual} bytes instead of ${size}`);
  }
  const binding = join(directory, record.binding.path);
  if (!existsSync(binding)) throw damaged(`${record.binding.path} is missing`);
  if (sha256OfFile(binding) !== record.binding.sha256)
    throw damaged(`${record.binding.path} is not the file that was built`);
  return { directory, record };
}

/**
 * The first file that is no longer what was installed, or undefined. Only files that were written to since are read: the libraries
 * have nearly 1 GB.
 */
export function changedFile({ directory, record }: { directory: string; record: InstallRecord }): string | undefined {
  const installed = Date.parse(record.installedAt);
  const changed = Object.entries(record.checksums ?? {}).find(
    ([path, checksum]) =>
      !(statSync(join(directory, path)).mtimeMs <= installed) && sha256OfFile(join(directory, path)) !== checksum,
  );
  return changed?.[0];
}

/** Read piece by piece, for a library may be larger than what Node reads at once. */
export function sha256OfFile(file: string): string {
  const hash = createHash("sha256");
  const piece = Buffer.allocUnsafe(2 ** 20);
  const descriptor = openSync(file, "r");
  try {
    for (;;) {
      const length = readSync(descriptor, piece);
      if (length === 0) return hash.digest("hex");
      hash.update(piece.subarray(0, length));
    }
  } finally {
    closeSync(descriptor);
  }
}

/** Names the folder of the program that runs, for the commands that messages give; processes that it starts get it, too. */
export function nameProgram(folder: string): void {
  process.env.LSTM_COMPILE_PROGRAM = folder;
}

/**
 * The command line for `backend …`, as it can be typed in the current folder. A generated program that the compiler has not started has a
 * script of its own, so that it needs no compiler.
 */
export function fixCommand(rest: string): string {
  const { LSTM_COMPILE_STARTED: started, LSTM_COMPILE_PROGRAM: program } = process.env;
  // The compiler says so of programs that it starts.
  if (!started && program) {
    try {
      const { scripts } = JSON.parse(readFileSync(join(program, "package.json"), "utf8")) as {
        scripts?: Record<string, string>;
      };
      const folder = relative(process.cwd(), program);
      const there = folder === "" ? "" : ` --prefix ${shellWord(folder)}`;
      if (scripts?.backend !== undefined) return `npm${there} run backend -- ${rest}`;
    } catch {
      // a program without its package.json, as in an application that was built
    }
  }
  return compilerCommand("backend", ...rest.split(" "));
}
