import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

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
export function runCommand(command: string, args: readonly string[], options: CommandOptions): Promise<CommandResult> {
  return new Promise((resolve) => {
    const result: CommandResult = { code: undefined, missing: false, timedOut: false, output: "" };
    // A group of its own, so that what the command started ends with it.
    const group = process.platform !== "win32";
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ["ignore", "pipe", "pipe"],
      detached: group,
    });
    const end = (signal: NodeJS.Signals): void => {
      try {
        if (group && child.pid !== undefined) process.kill(-child.pid, signal);
        else child.kill(signal);
      } catch {
        // it has ended by itself
      }
    };
    const watcher = group ? watchParent(child) : undefined;
    const started = Date.now();
    let lastProgress = started;
    let size = 0;
    const collect = (text: Buffer): void => {
      lastProgress = Date.now();
      result.output = (result.output + text.toString("utf8")).slice(-20_000);
    };
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    const timer = setInterval(() => {
      if (options.watch !== undefined && folderSize(options.watch) !== size) {
        size = folderSize(options.watch);
        lastProgress = Date.now();
      }
      const now = Date.now();
      const idle = options.idleTimeout !== undefined && now - lastProgress > options.idleTimeout;
      if (idle || (options.timeout !== undefined && now - started > options.timeout)) {
        result.timedOut = true;
        end("SIGKILL");
      }
    }, 1000);
    const finish = (): void => {
      clearInterval(timer);
      watcher?.stdin?.end("ended\n");
      resolve(result);
    };
    child.on("error", (error: NodeJS.ErrnoException) => {
      result.missing = error.code === "ENOENT";
      result.output += error.message;
      finish();
    });
    child.on("close", (code) => {
      result.code = code ?? undefined;
      finish();
    });
  });
}

/**
 * Ends a command's group when this process ends in any way, SIGKILL too: the pipe from here to the watcher then closes unwritten.
 * What would go on otherwise writes into the folder in which the next installation works. Windows has no such groups; there a
 * command outlives the process that is killed.
 */
function watchParent(child: ChildProcess): ChildProcess | undefined {
  if (child.pid === undefined) return undefined;
  const script = 'read -r line || kill -KILL "-$1"';
  const watcher = spawn("/bin/sh", ["-c", script, "watcher", String(child.pid)], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true, // what the terminal sends to this process does not reach it
  });
  watcher.on("error", () => undefined); // without /bin/sh
  watcher.stdin.on("error", () => undefined); // it has ended before it was told
  return watcher;
}

/** The sizes in bytes of all files below a folder. */
export function folderSize(folder: string): number {
  if (!existsSync(folder)) return 0;
  let size = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    size += statSync(join(entry.parentPath ?? entry.path, entry.name), { throwIfNoEntry: false })?.size ?? 0;
  }
  return size;
}

/** The lines that say what went wrong, or else the last ones. */
export function errorLines(output: string, count = 6): string {
  const lines = output.split("\n").filter((line) => line.trim() !== "" && !/^npm (warn|notice)/i.test(line));
  const errors = lines.filter((line) => /error|not found|cannot|failed/i.test(line));
  return (errors.length > 0 ? errors.slice(0, count) : lines.slice(-count)).join("\n");
}
