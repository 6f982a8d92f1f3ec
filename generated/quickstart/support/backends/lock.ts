import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../user-error.ts";

export interface LockOptions {
  log?(line: string): void;
  /** how long to wait for another process, in ms */
  timeout?: number;
  /** how often to look, in ms */
  interval?: number;
}

/** A lock whose owner's process cannot be looked at (another host) is taken over after this many ms without a sign of life. */
const STALE_AFTER = 60_000;

/**
 * Runs `work` while holding a lock: a folder, since creating one is atomic on every file system. A lock whose process has ended is
 * taken over.
 *
 * @throws UserError (exit code 3) when another process holds the lock for longer than `timeout`
 */
export async function withLock<T>(path: string, work: () => Promise<T>, options: LockOptions = {}): Promise<T> {
  const { timeout = 30 * 60_000, interval = 500, log } = options;
  mkdirSync(dirname(path), { recursive: true });
  const deadline = Date.now() + timeout;
  const token = `${process.pid}-${Date.now()}-${Math.random().toString(36).slice(2)}`;
  let announced = false;
  while (!tryLock(path, token)) {
    if (isStale(path)) {
      rmSync(path, { recursive: true, force: true });
      continue;
    }
    if (Date.now() >= deadline) {
      throw new UserError(`another process holds the lock ${path} (process ${owner(path)?.pid ?? "unknown"})`, {
        fix: `wait for it to end, or remove the folder ${path}`,
        exitCode: 3,
      });
    }
    if (!announced) log?.(`waiting for process ${owner(path)?.pid ?? "unknown"}, which is installing at the moment`);
    announced = true;
    await sleep(interval);
  }
  const heartbeat = setInterval(() => writeOwner(path, token), STALE_AFTER / 4);
  heartbeat.unref();
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    if (owner(path)?.token === token) rmSync(path, { recursive: true, force: true });
  }
}

function tryLock(path: string, token: string): boolean {
  try {
    mkdirSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
  writeOwner(path, token);
  return true;
}

function writeOwner(path: string, token: string): void {
  try {
    writeFileSync(join(path, "owner.json"), JSON.stringify({ pid: process.pid, host: hostname(), token }));
  } catch {
    // the folder was removed from outside; the next look at the owner shows it
  }
}

function owner(path: string): { pid: number; host: string; token: string } | undefined {
  try {
    return JSON.parse(readFileSync(join(path, "owner.json"), "utf8"));
  } catch {
    return undefined;
  }
}

function isStale(path: string): boolean {
  const holder = owner(path);
  if (holder !== undefined && holder.host === hostname()) return !isRunning(holder.pid);
  const changed = statSync(holder === undefined ? path : join(path, "owner.json"), { throwIfNoEntry: false })?.mtimeMs;
  // Without owner.json its owner is about to write it, or ended before it could.
  return changed !== undefined && Date.now() - changed > (holder === undefined ? 10_000 : STALE_AFTER);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
