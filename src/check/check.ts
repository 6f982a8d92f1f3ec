import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createTwoFilesPatch } from "diff";
import type { Program } from "../compile.ts";
import { COMPILER_VERSION } from "../version.ts";
import { listFiles, type Manifest, readManifest, sha256 } from "../write/manifest.ts";

/** Why a file of a generated folder is not what its spec compiles to. */
export type DifferenceKind =
  | "missing"
  | "left over"
  | "edited by hand"
  | "spec changed"
  /** Only the version that the file states is another one: what `--allow-version-drift` accepts. */
  | "compiler version changed"
  /** The same spec compiles to other code now. */
  | "compiler output changed";

export interface Difference {
  readonly kind: DifferenceKind;
  /** Posix path below the output folder, the program's folder first. */
  readonly path: string;
  /** Unified diff from what is on disk to what the spec compiles to; "" where one side has no file. */
  readonly patch: string;
}

/** Compares a fresh program with what is on disk. Reads only. */
export function checkProgram(outDir: string, program: Program): Difference[] {
  const folder = join(outDir, program.name);
  const manifest = readManifest(folder);
  const onDisk = existsSync(folder) ? listFiles(folder) : [];
  const differences: Difference[] = [];
  for (const [path, text] of program.files) {
    const shown = `${program.name}/${path}`;
    if (!onDisk.includes(path)) {
      differences.push({ kind: "missing", path: shown, patch: "" });
      continue;
    }
    const found = readFileSync(join(folder, path), "utf8");
    if (found === text) continue;
    const kind =
      path === "manifest.json" ? manifestReason(found, program, manifest) : reason(path, found, program, manifest);
    differences.push({ kind, path: shown, patch: patch(shown, found, text) });
  }
  // The manifest has no hash of itself: where no other output changed, only a hand can have changed it.
  const changed = differences.filter(({ kind }) => kind === "compiler output changed");
  if (
    changed.length === 1 &&
    changed[0]!.path === `${program.name}/manifest.json` &&
    manifest?.compiler.version === COMPILER_VERSION
  ) {
    differences[differences.indexOf(changed[0]!)] = { ...changed[0]!, kind: "edited by hand" };
  }
  for (const path of onDisk) {
    if (!program.files.has(path)) differences.push({ kind: "left over", path: `${program.name}/${path}`, patch: "" });
  }
  return differences;
}

/** Folders below outDir that an earlier compiler run wrote and that no program of today is named after. */
export function leftOverFolders(outDir: string, names: ReadonlySet<string>): Difference[] {
  if (!existsSync(outDir)) return [];
  return readdirSync(outDir, { withFileTypes: true })
    .filter(
      (entry) => entry.isDirectory() && !names.has(entry.name) && readManifest(join(outDir, entry.name)) !== undefined,
    )
    .map(({ name }) => ({ kind: "left over", path: name, patch: "" }) as const);
}

/** Why a file differs, as far as the manifest on disk can tell. */
function reason(path: string, found: string, program: Program, manifest: Manifest | undefined): DifferenceKind {
  if (manifest?.files[path] !== sha256(found)) return "edited by hand";
  if (manifest.spec.sha256 !== program.plan.specSha256) return "spec changed";
  const drifted = found.replaceAll(`lstm-compile ${manifest.compiler.version}`, `lstm-compile ${COMPILER_VERSION}`);
  return drifted === program.files.get(path) ? "compiler version changed" : "compiler output changed";
}

function manifestReason(found: string, program: Program, manifest: Manifest | undefined): DifferenceKind {
  if (manifest === undefined) return "edited by hand";
  if (manifest.spec.sha256 !== program.plan.specSha256) return "spec changed";
  const sameButVersions = withoutVersions(found) === withoutVersions(program.files.get("manifest.json")!);
  const isDrift = sameButVersions && manifest.compiler.version !== COMPILER_VERSION;
  return isDrift ? "compiler version changed" : "compiler output changed";
}

/** A manifest without what another compiler version alone changes: the version, and so the hashes of files that state it. */
function withoutVersions(text: string): string {
  const manifest = JSON.parse(text) as Manifest;
  return JSON.stringify({ ...manifest, compiler: undefined, files: Object.keys(manifest.files) });
}

function patch(path: string, found: string, text: string): string {
  const whole = createTwoFilesPatch(`a/${path}`, `b/${path}`, found, text, "on disk", "compiled");
  return whole.slice(whole.indexOf("--- "));
}
