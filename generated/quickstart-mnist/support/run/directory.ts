import { existsSync, readdirSync, realpathSync, rmdirSync, rmSync, statSync } from "node:fs";
import { hostname } from "node:os";
import { join, relative } from "node:path";
import { atomicWrite, makeFolder, writeError } from "../system/files.ts";
import { type Lock, tryLock } from "../system/lock.ts";
import { UserError } from "../system/user-error.ts";
import { hasCheckpoint } from "./checkpoint.ts";
import { linkLatest, lockOf, nextRun, numberedRuns, runsFolder } from "./folders.ts";
import { type RunInfo, readRunInfo, type Status, writeRunInfo } from "./info.ts";
import { MetricsFile } from "./metrics.ts";
import { type ProgramRecord, refuseOtherProgram } from "./program.ts";

/** What a run replaces when it begins anew; then run.json, which marks the folder as ours. */
const RESULTS = ["metrics.jsonl", "checkpoint", "model", "report.html", "program.json"];
/** What a kill in the middle of a write leaves. */
const LEFTOVER = /^((run|program)\.json|metrics\.jsonl|report\.html)\.\d+\.tmp$|^lock(\.owner_.*)?$/;

/** A run's folder while this process writes it: run.json, program.json, metrics.jsonl, checkpoint/, model/ and report.html. */
export interface RunDirectory {
  readonly path: string;
  readonly modelPath: string;
  readonly metrics: MetricsFile;
  /** The run that is resumed, as run.json had it. */
  readonly resumed: RunInfo | undefined;
  /** Begins: nothing was written before. Results of a run that is replaced are removed now. */
  begin(info: Record<string, unknown>): void;
  /** Changes run.json. */
  update(info: { readonly status: Status; readonly [key: string]: unknown }): void;
  writeReport(html: string): void;
  /** Says in run.json why the training ended; nothing where it has not begun. */
  fail(error: unknown): void;
  /** Lets others use the folder; one that was made for a run which never began is removed. */
  close(): void;
}

export interface OpenOptions {
  /** Undefined: a new numbered folder, or with `resume` the latest. */
  readonly out: string | undefined;
  readonly resume: boolean;
  readonly overwrite: boolean;
  readonly acceptChangedProgram: boolean;
  /** The option that names the folder, for messages. */
  readonly flag?: string;
}

/**
 * Opens a folder for a run, for this process alone.
 * @throws UserError (exit code 2) where it holds something that is no run, the run of another program, or one that would be lost;
 * (3) where it cannot be written
 */
export function openRun(program: ProgramRecord, options: OpenOptions, note: (line: string) => void): RunDirectory {
  const { path, lock, isNew } = lockedFolder(program.name, options);
  try {
    return directory(path, lock, isNew, program, existing(path, program, options, note));
  } catch (error) {
    lock.release();
    if (isNew) removeEmpty(path);
    throw writeError(path, error);
  }
}

interface LockedFolder {
  readonly path: string;
  readonly lock: Lock;
  readonly isNew: boolean;
}

function lockedFolder(name: string, { out, resume, flag = "--out" }: OpenOptions): LockedFolder {
  if (out !== undefined && existsSync(out) && !statSync(out).isDirectory()) {
    throw new UserError(`${out} is a file, not a folder`, { exitCode: 2, fix: `choose another folder with ${flag}` });
  }
  const runs = runsFolder(name);
  const path = out ?? (resume ? latestRun(runs) : undefined);
  if (path === undefined) {
    try {
      return { ...nextRun(runs), isNew: true };
    } catch (error) {
      throw writeError(runs, error);
    }
  }
  let isNew = false;
  try {
    isNew = !existsSync(path) || readdirSync(path).length === 0;
    makeFolder(path);
    return { path, lock: lockRun(path), isNew };
  } catch (error) {
    if (isNew) removeEmpty(path);
    throw writeError(path, error);
  }
}

/** The latest run that began. */
function latestRun(folder: string): string | undefined {
  return numberedRuns(folder).find((path) => hasCheckpoint(path) || existsSync(join(path, "run.json")));
}

function lockRun(path: string): Lock {
  const file = lockOf(path);
  const lock = tryLock(file);
  if ("release" in lock) return lock;
  const { pid, host } = lock.holder ?? {};
  const who = pid === undefined ? "another process" : `process ${pid}${host === hostname() ? "" : ` on ${host}`}`;
  throw new UserError(`${path} is in use: ${who} trains there`, {
    exitCode: 2,
    fix: `wait for it to end, or choose another --out; if no such process runs, remove the folder ${file}`,
  });
}

/** The run that the folder holds, where it is to be resumed. Refuses what would be lost. */
function existing(
  path: string,
  program: ProgramRecord,
  { resume, overwrite, acceptChangedProgram, flag = "--out" }: OpenOptions,
  note: (line: string) => void,
): RunInfo | undefined {
  const info = readRunInfo(path);
  if (info === undefined) {
    const foreign = readdirSync(path).find((name) => !LEFTOVER.test(name));
    if (foreign !== undefined) {
      throw new UserError(`${path} holds ${foreign}, but no run: nothing was changed`, {
        exitCode: 2,
        fix: `choose an empty folder with ${flag}`,
      });
    }
    if (resume) note(`${path} has no run to resume: this one begins from the start`);
    return undefined;
  }
  if (resume) {
    refuseOtherProgram({ path, program: info.program }, program, { resume, acceptChangedProgram });
    if (hasCheckpoint(path)) return info;
    note(`${path} has no checkpoint to resume from: the run begins from the start`);
    return undefined;
  }
  const other = info.program?.definition;
  if (info.program?.name !== program.name || other?.model !== program.definition.model) {
    throw new UserError(
      `${path} holds a run of another model, ${info.program?.name ?? info.name}: nothing was changed`,
      {
        exitCode: 2,
        fix: `choose another folder with ${flag}, or remove that one`,
      },
    );
  }
  if (overwrite || !RESULTS.some((name) => name !== "program.json" && existsSync(join(path, name)))) return undefined;
  const state = info.status === "running" ? "killed" : info.status;
  throw new UserError(`${path} holds a run already (${state}): nothing was changed`, {
    exitCode: 2,
    fix:
      flag === "--out"
        ? `choose another --out, ${state === "finished" ? "" : "go on with it by --resume, "}or replace it with --overwrite`
        : `choose another folder with ${flag}`,
  });
}

function directory(
  path: string,
  lock: Lock,
  isNew: boolean,
  program: ProgramRecord,
  resumed: RunInfo | undefined,
): RunDirectory {
  let info: Record<string, unknown> | undefined;
  const write = (): void => writeRunInfo(path, info ?? {});
  const onExit = (): void => {
    // The process ends without having come here again, as after a second Ctrl-C.
    if (info?.status === "running") {
      info = { ...info, status: "killed", ended: new Date().toISOString() };
      write();
    }
    lock.release();
  };
  process.once("exit", onExit);
  return {
    path,
    modelPath: join(path, "model"),
    metrics: new MetricsFile(join(path, "metrics.jsonl")),
    resumed,
    begin(first) {
      const now = new Date().toISOString();
      const { resolved, folder, ...recorded } = program;
      info = {
        ...first,
        status: "running",
        program: { ...recorded, folder: relative(realpathSync(path), folder) },
        started: resumed?.started ?? now,
        process: { pid: process.pid, host: hostname() },
        ...(resumed === undefined ? {} : { resumed: now, sessions: sessionsOf(resumed) }),
      };
      try {
        for (const name of readdirSync(path)) {
          if (LEFTOVER.test(name) && name !== "lock") rmSync(join(path, name), { recursive: true, force: true });
        }
        // Before run.json: a kill in between must not leave the weights of one run beside the facts of another.
        if (resumed === undefined) {
          for (const name of RESULTS) rmSync(join(path, name), { recursive: true, force: true });
        }
        write();
        atomicWrite(join(path, "program.json"), `${JSON.stringify({ ...recorded, resolved }, null, 2)}\n`);
      } catch (error) {
        throw writeError(path, error);
      }
      linkLatest(path);
      process.send?.({ run: realpathSync(path) }, undefined, undefined, () => undefined); // the parent may be gone
    },
    update(changes) {
      const ended = changes.status === "running" ? {} : { ended: new Date().toISOString() };
      info = { ...info, ...changes, ...ended };
      write();
    },
    writeReport(html) {
      atomicWrite(join(path, "report.html"), html);
    },
    fail(error) {
      if (info === undefined) return;
      const { name: kind, message } = error as Error;
      const fix = error instanceof UserError ? { fix: error.fix } : {};
      info = { ...info, status: "failed", ended: new Date().toISOString(), error: { kind, message, ...fix } };
      try {
        write();
      } catch {
        // The first error says more: the disk may be full.
      }
    },
    close() {
      process.off("exit", onExit);
      lock.release();
      if (isNew && info === undefined) removeEmpty(path);
    },
  };
}

/** How the run fared before it was resumed. */
function sessionsOf(resumed: RunInfo): unknown[] {
  const { status, started, resumed: again, ended, error, arguments: args, process: owner } = resumed;
  const earlier = Array.isArray(resumed.sessions) ? resumed.sessions : [];
  const killed = status === "running" ? "killed" : status;
  return [...earlier, { status: killed, started: again ?? started, ended, arguments: args, process: owner, error }];
}

function removeEmpty(path: string): void {
  try {
    rmdirSync(path);
  } catch {
    // Somebody has put something there.
  }
}
