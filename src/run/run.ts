import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { CommandError } from "../command-error.ts";

/** Node strips types by itself from 22.18 on (and in 23.6 and later). */
export function runsTypeScript(version: string): boolean {
  const [major, minor] = version.split(".").map(Number) as [number, number];
  return major > 23 || (major === 23 && minor >= 6) || (major === 22 && minor >= 18);
}

/** The command that runs a generated program's file on this Node. */
export function programCommand(file: string): string[] {
  if (runsTypeScript(process.versions.node)) return [process.execPath, "--disable-warning=ExperimentalWarning", file];
  const require = createRequire(import.meta.url);
  return [process.execPath, "--import", pathToFileURL(require.resolve("tsx")).href, file];
}

/** Runs a file of a generated program where the user is; returns its exit code. */
export async function runProgram(folder: string, file: string, args: readonly string[]): Promise<number> {
  const path = resolve(folder, file);
  ensurePackages(resolve(folder));
  const [command, ...rest] = programCommand(path);
  const child = spawn(command!, [...rest, ...args], { stdio: "inherit" });
  // The terminal sends Ctrl-C to the child too: this process waits for it to save and end.
  const ignore = (): void => undefined;
  const pass = (signal: NodeJS.Signals): void => void child.kill(signal);
  process.on("SIGINT", ignore);
  process.on("SIGTERM", pass);
  try {
    return await new Promise<number>((done, fail) => {
      child.on("error", fail);
      child.on("exit", (code, signal) => done(code ?? (signal === "SIGKILL" ? 137 : 1)));
    });
  } finally {
    process.off("SIGINT", ignore);
    process.off("SIGTERM", pass);
  }
}

/** A program inside a project finds the packages there; elsewhere they are installed beside it. */
function ensurePackages(folder: string): void {
  for (let path = folder; ; path = dirname(path)) {
    if (existsSync(join(path, "node_modules", "@tensorflow", "tfjs-core", "package.json"))) return;
    if (dirname(path) === path) break;
  }
  process.stderr.write(`installing the program's packages: npm install in ${folder}\n`);
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const { status } = spawnSync(npm, ["install", "--no-audit", "--no-fund"], { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
  if (status !== 0) {
    throw new CommandError("the program's packages could not be installed", {
      exitCode: 3,
      fix: `run \`npm install\` in ${folder}`,
    });
  }
}
