import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { constants } from "node:os";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { UserError } from "../support/user-error.ts";

/** Node strips types by itself from 22.18 on (and in 23.6 and later). */
export function runsTypeScript(version: string): boolean {
  const [major, minor] = version.split(".").map(Number) as [number, number];
  return major > 23 || (major === 23 && minor >= 6) || (major === 22 && minor >= 18);
}

/** The command that runs a generated program's file on this Node. */
export function programCommand(file: string): [command: string, ...args: string[]] {
  if (runsTypeScript(process.versions.node)) return [process.execPath, "--disable-warning=ExperimentalWarning", file];
  const tsx = createRequire(import.meta.url).resolve("tsx");
  return [process.execPath, "--import", pathToFileURL(tsx).href, file];
}

/**
 * Runs a file of a generated program where the user is; returns its exit code, 128 + the signal's number where a signal ended it.
 * Without TensorFlow.js within the program's reach it is installed beside the program first.
 * @throws UserError (exit code 3) where that fails
 */
export async function runProgram(
  folder: string,
  file: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<number> {
  ensurePackages(resolve(folder));
  const [command, ...rest] = programCommand(resolve(folder, file));
  const child = spawn(command, [...rest, ...args], { stdio: "inherit", env: { ...process.env, ...environment } });
  const pass = (signal: NodeJS.Signals): void => {
    // A terminal sends Ctrl-C to the child too, and a second one would stop it before it has saved.
    if (signal === "SIGINT" && process.stdin.isTTY === true) return;
    child.kill(signal);
  };
  process.on("SIGINT", pass);
  process.on("SIGTERM", pass);
  try {
    return await new Promise<number>((done, fail) => {
      child.on("error", fail);
      child.on("exit", (code, signal) => done(code ?? 128 + constants.signals[signal ?? "SIGKILL"]));
    });
  } finally {
    process.off("SIGINT", pass);
    process.off("SIGTERM", pass);
  }
}

/** A program inside a project finds the packages there; elsewhere they are installed beside it. */
function ensurePackages(folder: string): void {
  for (let path = folder; ; path = dirname(path)) {
    if (existsSync(join(path, "node_modules", "@tensorflow", "tfjs-core", "package.json"))) return;
    if (dirname(path) === path) break;
  }
  process.stderr.write(`TensorFlow.js is not within the program's reach: npm install in ${folder}\n`);
  const isWindows = process.platform === "win32";
  const { status } = spawnSync(isWindows ? "npm.cmd" : "npm", ["install", "--no-audit", "--no-fund"], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
    shell: isWindows,
  });
  if (status === 0) return;
  throw new UserError("the program's packages could not be installed", {
    exitCode: 3,
    fix: `run \`npm install\` in ${folder}, with a network`,
  });
}
