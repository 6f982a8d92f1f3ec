import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Json } from "../system/json.ts";
import { RUNTIME } from "../system/runtime-name.ts";
import { sha256 } from "../system/sha256.ts";
import { UserError } from "../system/user-error.ts";
import { type Definition, definitionOf, differences, type Resolved } from "./definition.ts";
import { installedRuntime, requireRuntime } from "./runtime.ts";

/** What a generated program says of itself; program.ts has it. */
export interface ProgramIdentity {
  readonly name: string;
  /** Path of the spec, relative to the program's folder. */
  readonly spec: string;
  readonly specSha256: string;
  readonly compiler: string;
  /** SHA-256 of each part of the definition. */
  readonly definition: Definition<string>;
  /** Address of the program's folder, with a slash at the end. */
  readonly folder: string;
}

/** What a run records of the program that trained it. */
export interface ProgramRecord {
  readonly name: string;
  readonly spec: string;
  readonly specSha256: string;
  readonly compiler: string;
  /** Of all files of the program, as they were when the run began. */
  readonly sha256?: string;
  /** SHA-256 of each file that was not as the compiler had written it, and of the package that the program runs on. */
  readonly edited?: Readonly<Record<string, string>>;
  readonly definition: Definition<string>;
  /** The program's folder; in run.json from the run's on. */
  readonly folder: string;
  readonly resolved?: Definition;
}

interface Manifest {
  readonly runtime?: { readonly contents: string };
  readonly resolved: Resolved;
  readonly files: Readonly<Record<string, string>>;
}

/** Reads manifest.json beside a program: undefined where there is none, as in a bundle. */
function readManifest(program: ProgramIdentity): Manifest | undefined {
  try {
    const manifest = JSON.parse(readFileSync(join(fileURLToPath(program.folder), "manifest.json"), "utf8")) as Manifest;
    return typeof manifest.files === "object" && typeof manifest.resolved === "object" ? manifest : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The program as its files are now, and the package that it runs on.
 * @throws UserError (exit code 3) where that is another one than it was compiled for
 */
export function recordProgram(program: ProgramIdentity): ProgramRecord {
  const { name, spec, specSha256, compiler, definition } = program;
  const folder = fileURLToPath(program.folder);
  const record = { name, spec, specSha256, compiler, definition, folder };
  const manifest = readManifest(program);
  if (manifest === undefined) return record;
  const edited: Record<string, string> = {};
  const hashes = Object.entries(manifest.files).map(([path, written]) => {
    const file = join(folder, path);
    const now = existsSync(file) ? sha256(readFileSync(file)) : "missing";
    if (now !== written) edited[path] = now;
    return `${path} ${now}\n`;
  });
  const runtime = installedRuntime();
  if (runtime !== undefined && manifest.runtime !== undefined) {
    requireRuntime(runtime, manifest.runtime.contents, folder);
    if (runtime.found !== runtime.stated) edited[RUNTIME] = runtime.found;
    hashes.push(`${RUNTIME} ${runtime.found}\n`);
  }
  return {
    ...record,
    sha256: sha256(hashes.join("")),
    edited,
    resolved: definitionOf(manifest.resolved),
  };
}

/** Files that decide what the numbers of a prediction are. */
const DECIDES = new RegExp(`^(model|data|predictor)\\.ts$|^support/(nn|data|table|forecast)/|^${RUNTIME}$`);
/** And the one that decides how a training goes on. */
const DECIDES_TRAINING = /^train\.ts$/;

/**
 * Refuses a run of another program: one of another definition always; one whose code was edited by hand, in one of the two places,
 * unless that is accepted.
 * @param use what the run is read for: training goes on only where the training is the same, too
 * @throws UserError (exit code 2) that names both programs and what differs
 */
export function refuseOtherProgram(
  run: { readonly path: string; readonly program: ProgramRecord | undefined },
  here: ProgramRecord,
  use: { readonly resume: boolean; readonly acceptChangedProgram: boolean },
): void {
  const there = run.program;
  if (there === undefined) {
    throw new UserError(`${run.path} does not say which program trained it: an older lstm-compile did`, {
      exitCode: 2,
      fix: "train again; earlier versions kept nothing of what was fitted to the data",
    });
  }
  const parts = (use.resume ? ["data", "model", "training"] : ["data", "model"]) as (keyof Definition)[];
  const other = parts.filter((part) => there.definition[part] !== here.definition[part]);
  if (other.length > 0) {
    const known = other.flatMap((part) => differences(there.resolved?.[part], here.resolved?.[part], part));
    const what = known.length > 0 ? known.slice(0, 5).join("; ") : `they differ in ${other.join(" and ")}`;
    throw new UserError(`${run.path} is a run of another program, ${shown(there)}; this is ${shown(here)}: ${what}`, {
      exitCode: 2,
      fix: use.resume ? "begin a new run without --resume" : `name a run of this program with --run, or train one`,
    });
  }
  if (use.acceptChangedProgram) return;
  const edits = ({ edited = {} }: ProgramRecord): [string, string][] =>
    Object.entries(edited).filter(([path]) => DECIDES.test(path) || (use.resume && DECIDES_TRAINING.test(path)));
  const changed = [...edits(there), ...edits(here)]
    .filter(([path]) => there.edited?.[path] !== here.edited?.[path])
    .map(([path]) => path);
  if (changed.length > 0) {
    const files = [...new Set(changed)].join(", ");
    throw new UserError(`${run.path} was trained by other code: ${files} was edited by hand before or since`, {
      exitCode: 2,
      fix: "restore the file, or accept the difference with --accept-changed-program",
    });
  }
}

function shown({ name, spec, specSha256 }: ProgramRecord): string {
  return `${name} (${basename(spec)}, SHA-256 ${specSha256.slice(0, 12)}…)`;
}

/** The spec as messages name it: from the current folder, where it lies where the program says. */
export function shownSpec({ folder, spec }: Pick<ProgramIdentity, "folder" | "spec">): string {
  const path = resolve(fileURLToPath(folder), spec);
  return existsSync(path) ? relative(process.cwd(), path) : spec;
}

/**
 * The folder that data paths of the spec start from: that of the spec, where it lies as the program says (`lstm-compile run` names it in
 * LSTM_COMPILE_SPEC); the current one for a program that was copied elsewhere.
 */
export function dataFolder(program: Pick<ProgramIdentity, "folder" | "spec">): string {
  const spec = process.env.LSTM_COMPILE_SPEC || resolve(fileURLToPath(program.folder), program.spec);
  return existsSync(spec) ? relative(process.cwd(), dirname(spec)) || "." : ".";
}

/** A JSON value as a run keeps it, and its SHA-256. */
export function hashOf(value: Json): string {
  return sha256(JSON.stringify(value));
}
