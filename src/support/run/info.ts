import { readFileSync } from "node:fs";
import { join } from "node:path";
import { atomicWrite, readError } from "../system/files.ts";
import { sha256 } from "../system/sha256.ts";
import { UserError } from "../system/user-error.ts";
import { definitionHashes } from "./definition.ts";
import type { ProgramRecord } from "./program.ts";

const FORMAT = "lstm-compile-run";
const VERSION = 3;

/** running: while it trains, or where a process was killed that could not say so; imported: weights of a file, not trained yet. */
export type Status = "running" | "interrupted" | "finished" | "failed" | "killed" | "imported";

/** run.json */
export interface RunInfo {
  readonly status: Status;
  readonly program?: ProgramRecord;
  readonly started?: string;
  readonly settings?: {
    readonly trainSamples?: number;
    readonly validationSamples?: number;
    readonly [key: string]: unknown;
  };
  /** Loss and metrics of the trained model on the test samples. */
  readonly test?: Readonly<Record<string, number>>;
  readonly data?: { readonly sha256?: Readonly<Record<string, string>>; readonly source?: string };
  readonly preprocessing?: { readonly sha256: string };
  readonly [key: string]: unknown;
}

/** Writes run.json: with the SHA-256 of what it says, so that no change of it passes. */
export function writeRunInfo(path: string, info: Readonly<Record<string, unknown>>): void {
  const text = JSON.stringify({ format: FORMAT, version: VERSION, sha256: checksum(info), ...info }, null, 2);
  atomicWrite(join(path, "run.json"), `${text}\n`);
}

function checksum(info: unknown): string {
  return sha256(JSON.stringify(info));
}

/**
 * Reads run.json; undefined where the folder holds no run.
 * @throws UserError (exit code 1) where it is not as it was written, (2) where an older version wrote it
 */
export function readRunInfo(path: string): RunInfo | undefined {
  const file = join(path, "run.json");
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw readError(file, error);
  }
  let run: RunInfo & { format?: unknown; version?: unknown; sha256?: unknown };
  try {
    run = JSON.parse(text);
  } catch (cause) {
    throw damaged(file, cause);
  }
  if (run?.format !== FORMAT) return undefined;
  const { format, version, sha256, ...info } = run;
  if (sha256 === undefined && version !== VERSION) {
    throw new UserError(`${path} is a run of an older lstm-compile, which did not keep all that predicting needs`, {
      exitCode: 2,
      fix: "train again, or name another run's folder",
    });
  }
  if (sha256 !== checksum(info)) throw damaged(file);
  return info.program === undefined
    ? info
    : { ...info, program: { ...info.program, ...resolvedOf(path, info.program) } };
}

function damaged(file: string, cause?: unknown): UserError {
  return new UserError(`${file} is damaged, or was edited: it is not as it was written`, {
    exitCode: 1,
    fix: "restore it from a copy, or name another folder",
    cause,
  });
}

/** What program.json says beyond run.json: it serves messages alone, which are shorter without it. */
function resolvedOf(path: string, { definition }: ProgramRecord): Pick<ProgramRecord, "resolved"> {
  try {
    const { resolved } = JSON.parse(readFileSync(join(path, "program.json"), "utf8")) as Required<ProgramRecord>;
    const hashes = definitionHashes(resolved, sha256);
    return JSON.stringify(hashes) === JSON.stringify(definition) ? { resolved } : {};
  } catch {
    return {};
  }
}

/** Says in run.json what the process that trained there could not say any more. */
export function markKilled(path: string, signal: string): void {
  try {
    const info = readRunInfo(path);
    if (info?.status !== "running") return;
    const { program, ...rest } = info;
    const { resolved: _inProgramJson, ...recorded } = program ?? {};
    const ended = new Date().toISOString();
    const error = { kind: signal, message: "killed" };
    writeRunInfo(path, { ...rest, program: recorded, status: "killed", ended, error });
  } catch {
    // Who opens the run next is told what is wrong with it.
  }
}
