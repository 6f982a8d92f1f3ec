import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { makeFolder } from "./files.ts";
import { UserError } from "./user-error.ts";

export interface LockOptions {
  log?: ((line: string) => void) | undefined;
  /** how long to wait for another process, in ms */
  timeout?: number;
  /** how often to look, in ms */
  interval?: number;
}

/** A lock whose owner's process cannot be looked at (another host) is taken over after this many ms without a sign of life. */
const STALE_AFTER = 60_000;

interface Owner {
  pid: number;
  host: string;
  /** the name of its file in the lock folder */
  file: string;
}

/** The files of this process in the locks that it holds: in a container that starts again, a dead owner can have had its number. */
const held = new Set<string>();

/** A lock that this process holds. */
export interface Lock {
  release(): void;
}

/** The process that holds a lock. */
export type Holder = Pick<Owner, "pid" | "host">;

/**
 * Takes the lock, or says who holds it. A lock whose process has ended is taken over.
 *
 * The lock is a folder with one file, whose name says who the owner is. The folder appears together with that file, by a rename, and
 * changes its owner by a rename of exactly that file: of several processes that find the same dead owner, only one can do it.
 */
export function tryLock(path: string): Lock | { readonly holder: Holder | undefined } {
  const file = ownerFile();
  while (!makeLock(path, file)) {
    const holder = readOwner(path);
    if (holder === undefined && removeEmpty(path)) continue;
    if (holder === undefined || !isStale(path, holder)) return { holder };
    if (takeOver(path, holder.file, file)) break;
  }
  held.add(file);
  const heartbeat = setInterval(() => touch(join(path, file)), STALE_AFTER / 4);
  heartbeat.unref();
  return {
    release() {
      clearInterval(heartbeat);
      held.delete(file);
      release(path, file);
    },
  };
}

/** Whether a process that still runs holds the lock. */
export function lockHolder(path: string): Holder | undefined {
  const owner = readOwner(path);
  return owner === undefined || isStale(path, owner) ? undefined : owner;
}

/**
 * Runs `work` while holding a lock.
 * @throws UserError (exit code 3) when another process holds the lock for longer than `timeout`
 */
export async function withLock<T>(path: string, work: () => Promise<T>, options: LockOptions = {}): Promise<T> {
  const { timeout = 30 * 60_000, interval = 500, log } = options;
  makeFolder(dirname(path));
  const deadline = Date.now() + timeout;
  let announced = false;
  for (;;) {
    const lock = tryLock(path);
    if ("release" in lock) {
      try {
        return await work();
      } finally {
        lock.release();
      }
    }
    const { holder } = lock;
    if (Date.now() >= deadline) {
      throw new UserError(`another process holds the lock ${path} (process ${holder?.pid ?? "unknown"})`, {
        fix: `wait for it to end, or remove the folder ${path}`,
        exitCode: 3,
      });
    }
    if (!announced) log?.(`waiting for process ${holder?.pid ?? "unknown"}, which is installing at the moment`);
    announced = true;
    await sleep(interval);
  }
}

/** The name of the file that says that a process of this host owns a lock. */
export function ownerFile(pid: number = process.pid): string {
  return `owner_${pid}_${encodeURIComponent(hostname())}_${Math.random().toString(36).slice(2)}`;
}

/** Makes the lock one's own if it still is the one of `stale`; false when another process was faster. */
export function takeOver(path: string, stale: string, file: string): boolean {
  touch(join(path, stale)); // the new owner's file takes over its age
  try {
    renameSync(join(path, stale), join(path, file));
    return true;
  } catch {
    return false;
  }
}

/** A rename replaces no folder that has a file in it. */
function makeLock(path: string, file: string): boolean {
  const mine = `${path}.${file}`;
  mkdirSync(mine);
  try {
    writeFileSync(join(mine, file), "");
    renameSync(mine, path);
    return true;
  } catch (error) {
    rmSync(mine, { recursive: true, force: true });
    // Windows says EPERM for a folder that is there.
    if (["ENOTEMPTY", "EEXIST", "EPERM"].includes((error as NodeJS.ErrnoException).code ?? "")) return false;
    throw error;
  }
}

function release(path: string, file: string): void {
  try {
    unlinkSync(join(path, file));
  } catch {
    return; // it was taken over or removed
  }
  removeEmpty(path);
}

/** Left where an owner ended between the two steps of its release. A folder that is not empty stays. */
function removeEmpty(path: string): boolean {
  try {
    rmdirSync(path);
    return true;
  } catch {
    return false;
  }
}

function readOwner(path: string): Owner | undefined {
  try {
    for (const file of readdirSync(path)) {
      const match = /^owner_(\d+)_(.*)_[^_]*$/.exec(file);
      if (match !== null) return { pid: Number(match[1]), host: decodeURIComponent(match[2]!), file };
    }
  } catch {
    // released in the meantime
  }
  return undefined;
}

function touch(file: string): void {
  const now = new Date();
  try {
    utimesSync(file, now, now);
  } catch {
    // it is no longer there; the next look at the owner shows it
  }
}

function isStale(path: string, owner: Owner): boolean {
  if (owner.host === hostname()) return owner.pid === process.pid ? !held.has(owner.file) : !isRunning(owner.pid);
  const changed = statSync(join(path, owner.file), { throwIfNoEntry: false })?.mtimeMs;
  return changed !== undefined && Date.now() - changed > STALE_AFTER;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  return !isZombie(pid);
}

/** Linux keeps the number of a process that has ended until its parent asks for it: in some containers none ever does. */
function isZombie(pid: number): boolean {
  try {
    // 1234 (a name) Z …
    return /\) [ZX] [^)]*$/.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return false;
  }
}
