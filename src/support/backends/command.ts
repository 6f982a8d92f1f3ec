import { spawn } from "node:child_process";
import { type Dirent, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Duplex, Readable } from "node:stream";
import { finished } from "node:stream/promises";

export interface CommandOptions {
  cwd: string;
  env?: NodeJS.ProcessEnv;
  /** ends the command when it has run this long, in ms */
  timeout?: number;
  /** ends the command when it has printed nothing and `watch` has not grown for this long, in ms */
  idleTimeout?: number;
  /** a folder whose growth counts as progress */
  watch?: string;
}

export interface CommandResult {
  /** 0 when it succeeded; undefined when it could not be started or was ended */
  code: number | undefined;
  /** the command does not exist */
  missing: boolean;
  /** it was ended for making no progress, or for taking too long */
  timedOut: boolean;
  /** the last 20 000 characters of both streams */
  output: string;
}

/** Runs a command to its end without a shell; it ends with this process, however that ends. It never throws. */
export function runToEnd(command: string, args: readonly string[], options: CommandOptions): Promise<CommandResult> {
  return new Promise((resolve) => {
    const result: CommandResult = { code: undefined, missing: false, timedOut: false, output: "" };
    // A group of its own, so that what the command started ends with it.
    const group = process.platform !== "win32";
    const [file, ...rest] = group ? ["/bin/sh", "-c", WATCHED, "sh", command, ...args] : [command, ...args];
    const child = spawn(file, rest, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ["ignore", "pipe", "pipe", "pipe"],
      detached: group,
    });
    const [, stdout, stderr, watcher] = child.stdio as unknown as [null, Readable, Readable, Duplex];
    watcher.on("error", () => undefined); // it has ended before it was told
    watcher.resume();
    Promise.allSettled([finished(stdout), finished(stderr)]).then(() => watcher.end("ended\n"));
    const end = (signal: NodeJS.Signals): void => {
      try {
        if (group && child.pid !== undefined) process.kill(-child.pid, signal);
        else child.kill(signal);
      } catch {
        // it has ended by itself
      }
    };
    const started = Date.now();
    let lastProgress = started;
    let size = 0;
    const collect = (text: Buffer): void => {
      lastProgress = Date.now();
      result.output = (result.output + text.toString("utf8")).slice(-20_000);
    };
    stdout.on("data", collect);
    stderr.on("data", collect);
    const timer = setInterval(() => {
      const watched = options.watch === undefined ? size : folderSize(options.watch);
      if (watched !== size) lastProgress = Date.now();
      size = watched;
      const now = Date.now();
      const idle = options.idleTimeout !== undefined && now - lastProgress > options.idleTimeout;
      if (idle || (options.timeout !== undefined && now - started > options.timeout)) {
        result.timedOut = true;
        end("SIGKILL");
      }
    }, 1000);
    const finish = (): void => {
      clearInterval(timer);
      resolve(result);
    };
    child.on("error", (error: NodeJS.ErrnoException) => {
      result.missing = error.code === "ENOENT";
      result.output += error.message;
      finish();
    });
    child.on("close", (code) => {
      result.code = code ?? undefined;
      if (group && code === SHELL_FINDS_NO_COMMAND) Object.assign(result, { code: undefined, missing: true });
      finish();
    });
  });
}

/**
 * Runs a command in a group that ends when this process ends in any way, SIGKILL too: the pipe from here to the watcher, which
 * is there before the command starts, then closes unwritten. What would go on otherwise writes into the folder in which the next
 * installation works. Windows has no such groups; there a command outlives the process that is killed.
 */
const WATCHED = '{ read -r line <&3 || kill -KILL 0; } >/dev/null 2>&1 & exec "$@" 3<&-';
const SHELL_FINDS_NO_COMMAND = 127;

/** The sizes in bytes of all files below a folder, as far as they stay there: another process may be moving or removing them. */
export function folderSize(folder: string): number {
  let size = 0;
  for (const entry of entriesOf(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) size += folderSize(path);
    else if (entry.isFile()) size += statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  }
  return size;
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** The lines that say what went wrong, or else the last ones. */
export function errorLines(output: string, count = 6): string {
  const lines = output.split("\n").filter((line) => line.trim() !== "" && !/^npm (warn|notice)/i.test(line));
  const errors = lines.filter((line) => /error|not found|cannot|failed/i.test(line));
  return (errors.length > 0 ? errors.slice(0, count) : lines.slice(-count)).join("\n");
}
