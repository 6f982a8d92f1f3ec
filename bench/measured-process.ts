import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

export interface Measured {
  /** 0 when it succeeded; undefined when it could not be started or ran past its limit. */
  readonly code: number | undefined;
  readonly stdout: string;
  /** The last 20,000 characters. */
  readonly stderr: string;
  /** From its start to its end. */
  readonly seconds: number;
  /** Largest resident memory of the process and of those that it started; undefined where /proc is missing. */
  readonly peakBytes: number | undefined;
}

const POLL_MS = 200;
const KEPT = 20_000;

/** Runs a command to its end, without a shell, and watches its memory. It never throws. */
export function runMeasured(
  command: string,
  args: readonly string[],
  options: { environment?: NodeJS.ProcessEnv; timeoutSeconds?: number } = {},
): Promise<Measured> {
  return new Promise((resolve) => {
    const started = performance.now();
    const child = spawn(command, args, {
      env: { ...process.env, ...options.environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const peaks = new Map<number, number>();
    const look = (): void => {
      if (child.pid !== undefined) recordPeaks(child.pid, peaks);
    };
    const poll = setInterval(look, POLL_MS);
    let timedOut = false;
    const limit = setTimeout(
      () => {
        timedOut = true;
        child.kill("SIGKILL");
      },
      (options.timeoutSeconds ?? 1800) * 1000,
    );
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr = (stderr + text).slice(-KEPT);
    });
    const end = (code: number | null, trouble = ""): void => {
      clearInterval(poll);
      clearTimeout(limit);
      const late = timedOut ? `\nended after ${options.timeoutSeconds ?? 1800} s` : "";
      resolve({
        code: code ?? undefined,
        stdout,
        stderr: stderr + trouble + late,
        seconds: (performance.now() - started) / 1000,
        peakBytes: peaks.size === 0 ? undefined : [...peaks.values()].reduce((sum, peak) => sum + peak, 0),
      });
    };
    child.on("error", (error) => end(null, error.message));
    child.on("close", (code, signal) => end(code, signal === null ? "" : `\nended by ${signal}`));
  });
}

/**
 * Notes the high-water marks (VmHWM) of a process and its descendants. Their sum is an upper bound: pages that they share count
 * twice, and the marks need not be of the same moment.
 */
function recordPeaks(pid: number, peaks: Map<number, number>): void {
  try {
    const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
    if (peak !== null) peaks.set(pid, Number(peak[1]) * 1024);
    for (const task of readdirSync(`/proc/${pid}/task`)) {
      const children = readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").trim();
      if (children !== "") for (const child of children.split(" ")) recordPeaks(Number(child), peaks);
    }
  } catch {
    // it has ended, or this system has no /proc
  }
}
