import { readFileSync } from "node:fs";

/** The rooms of src/support that make it up. The others are copied into each program, file by file. */
export const RUNTIME_ROOMS: readonly string[] = ["backends", "capture", "run", "system"];

/**
 * What a program runs on and what its numbers do not come from — backends and their installers, graph capture, run folders — is a package
 * of its own. All programs of a compiler version come with the same one, as a file that `npm install` unpacks; this is it, as `npm run
 * build` has made it.
 */
export interface RuntimePackage {
  readonly version: string;
  /** Its name in a program's folder. */
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly sha256: string;
  /** SHA-256 over the files inside, as its package.json states it, too. */
  readonly contents: string;
  /** SHA-256 of the list of all files that this compiler version can put beside a program: see `lstm-compile support`. */
  readonly support: string;
}

const BUILT = new URL("../../../dist/runtime/", import.meta.url);
let built: RuntimePackage | undefined;

export function runtimePackage(): RuntimePackage {
  if (built === undefined) {
    const facts = JSON.parse(readFileSync(new URL("runtime.json", BUILT), "utf8")) as Omit<RuntimePackage, "bytes">;
    built = { ...facts, bytes: readFileSync(new URL(facts.file, BUILT)) };
  }
  return built;
}

/** The list of all files that this compiler version can put beside a program, as `sha256sum` writes it. */
export function supportList(): string {
  return readFileSync(new URL("support.sha256", BUILT), "utf8");
}
