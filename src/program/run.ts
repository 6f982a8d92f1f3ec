import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { constants } from "node:os";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { markKilled } from "../support/run/info.ts";
import { UserError } from "../support/system/user-error.ts";
import { ensureRuntime, packageFolder } from "./runtime.ts";

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
 * Without TensorFlow.js and what else it runs on within its reach they are installed first.
 * @throws UserError (exit code 3) where that fails
 */
export async function runProgram(
  folder: string,
  file: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<number> {
  ensurePackages(resolve(folder));
  ensureRuntime(resolve(folder));
  const [command, ...rest] = programCommand(resolve(folder, file));
  const child = spawn(command, [...rest, ...args], {
    // Through the channel a training names its run, since a process that is killed cannot say so in its run.json.
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env: { ...process.env, LSTM_COMPILE_STARTED: "1", ...environment },
  });
  let run: string | undefined;
  child.on("message", (message: { readonly run?: string }) => {
    run = message.run;
  });
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
      child.on("exit", (code, signal) => {
        if (signal !== null && run !== undefined) markKilled(run, signal);
        done(code ?? 128 + constants.signals[signal ?? "SIGKILL"]);
      });
    });
  } finally {
    process.off("SIGINT", pass);
    process.off("SIGTERM", pass);
  }
}

/**
 * Programs find their packages where Node looks: beside them, or in a folder above. Where the right versions are not there, they
 * are installed once for all programs of the folder that this one lies in.
 */
function ensurePackages(folder: string): void {
  const { dependencies = {} } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    readonly dependencies?: Readonly<Record<string, string>>;
  };
  const wanted = Object.entries(dependencies).filter(([, version]) => !version.startsWith("file:"));
  if (wanted.every(([name, version]) => installedVersion(folder, name) === version)) return;
  const shared = dirname(folder);
  process.stderr.write(`installing TensorFlow.js in ${join(shared, "node_modules")}, for all programs there\n`);
  const isWindows = process.platform === "win32";
  const { status } = spawnSync(
    isWindows ? "npm.cmd" : "npm",
    [
      ...["install", "--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", "."],
      ...wanted.map(([name, version]) => `${name}@${version}`),
    ],
    { cwd: shared, stdio: ["ignore", "ignore", "inherit"], shell: isWindows },
  );
  if (status === 0) return;
  throw new UserError("the program's packages could not be installed", {
    exitCode: 3,
    fix: `run \`npm install\` in ${folder}, with a network`,
  });
}

/** The version of a package that a program in the folder gets; undefined where it gets none. */
function installedVersion(folder: string, name: string): string | undefined {
  const found = packageFolder(folder, name);
  if (found === undefined) return undefined;
  return (JSON.parse(readFileSync(join(found, "package.json"), "utf8")) as { version: string }).version;
}
