import { existsSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { devNull } from "node:os";
import { dirname, join } from "node:path";
import { makeFolder } from "../system/files.ts";
import { UserError } from "../system/user-error.ts";
import { type CommandResult, errorLines, runToEnd } from "./command.ts";
import { DISK_SPACE, NODE_HEADERS_VERSION, TFJS_VERSION, WEBGPU_VERSION } from "./platforms.ts";

/** What every step of an installation is given. */
export interface InstallContext {
  /** the folder that is being filled; it becomes the installed backend */
  directory: string;
  /** the cache folder; wheels in its folder `wheels` are used, too */
  cache: string;
  offline: boolean;
  env: NodeJS.ProcessEnv;
  /** says what is done now; the elapsed time is added */
  step(what: string): void;
}

export const NPM_PACKAGES = {
  cpu: [`@tensorflow/tfjs-node@${TFJS_VERSION}`, `node-api-headers@${NODE_HEADERS_VERSION}`],
  gpu: [`@tensorflow/tfjs-node-gpu@${TFJS_VERSION}`, `node-api-headers@${NODE_HEADERS_VERSION}`],
  webgpu: [`webgpu@${WEBGPU_VERSION}`, `@tensorflow/tfjs-backend-webgpu@${TFJS_VERSION}`],
} as const;

/** @throws UserError (exit code 3) when the disk has too little space */
export function requireDiskSpace(folder: string, backend: "cpu" | "gpu" | "webgpu", free = freeSpace(folder)): void {
  const needed = DISK_SPACE[backend];
  if (free >= needed) return;
  const gigabytes = (bytes: number): string => (bytes / 1e9).toFixed(1);
  throw new UserError(`${folder} has ${gigabytes(free)} GB of free space; ${gigabytes(needed)} GB are needed`, {
    fix: "free some space, or set LSTM_COMPILE_CACHE to a folder on another disk",
    exitCode: 3,
  });
}

function freeSpace(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

/**
 * Installs npm packages without their install scripts.
 *
 * @throws UserError (exit code 3) when npm is missing, has no network, or fails
 */
export async function npmInstall(context: InstallContext, packages: readonly string[]): Promise<void> {
  writeFileSync(join(context.directory, "package.json"), `${JSON.stringify({ private: true })}\n`);
  const { command, prefix } = npmCommand();
  const offline = context.offline ? ["--offline"] : [];
  const fixed = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"];
  const args = [...prefix, "install", "--prefix", context.directory, ...fixed, "--no-save", ...offline, ...packages];
  const env = { ...context.env };
  // Set by `npm run` for the package that it runs in; they would send the packages there.
  for (const name of Object.keys(env)) {
    if (/^npm_config_(local_prefix|prefix|global|workspaces?|omit|include|dry_run|package_lock_only)$/i.test(name))
      delete env[name];
  }
  const result = await runToEnd(command, args, { cwd: context.directory, env, idleTimeout: 600_000 });
  if (result.missing)
    throw new UserError("npm was not found", { fix: "install Node with npm (apt-get install -y npm)", exitCode: 3 });
  if (result.code !== 0) throw downloadFailure(`npm could not install ${packages.join(" ")}`, result, context.offline);
}

/** npm's own program where the environment names it, since npm.cmd cannot be run without a shell on Windows. */
function npmCommand(): { command: string; prefix: string[] } {
  const beside = join(dirname(process.execPath), "node_modules", "npm", "bin", "npm-cli.js");
  for (const file of [process.env.npm_execpath, beside]) {
    if (file?.endsWith("npm-cli.js") && existsSync(file)) return { command: process.execPath, prefix: [file] };
  }
  return { command: process.platform === "win32" ? "npm.cmd" : "npm", prefix: [] };
}

/** A Python with pip: the one of the machine, or a virtual environment made in the folder that is being filled. */
export async function findPython(context: InstallContext): Promise<string> {
  const options = { cwd: context.directory, env: context.env, timeout: 60_000 };
  const python = await firstCommand(
    ["python3", "python"],
    ["-c", "import sys; sys.exit(sys.version_info < (3, 8))"],
    options,
  );
  if (python === undefined) {
    const fix = "apt-get install -y python3 python3-venv   (macOS: brew install python)";
    throw new UserError("python3 (3.8 or newer) was not found; it fetches TensorFlow's library", { fix, exitCode: 3 });
  }
  if ((await runToEnd(python, ["-m", "pip", "--version"], options)).code === 0) return python;
  const venv = join(context.directory, "venv");
  const made = await runToEnd(python, ["-m", "venv", venv], options);
  if (made.code === 0) return join(venv, process.platform === "win32" ? "Scripts/python.exe" : "bin/python");
  throw new UserError("python3 has neither pip nor the venv module", {
    fix: "apt-get install -y python3-venv   (or python3-pip)",
    exitCode: 3,
  });
}

/** Takes the members of the wheels in a folder that start with one of the prefixes. Arguments: folder, target, prefixes. */
const UNPACK = `import sys, os, zipfile
folder, target, *prefixes = sys.argv[1:]
for name in os.listdir(folder):
    if name.endswith(".whl"):
        with zipfile.ZipFile(os.path.join(folder, name)) as wheel:
            wheel.extractall(target, [member for member in wheel.namelist() if member.startswith(tuple(prefixes))])
`;

/**
 * Downloads wheels for the Python `version`, whatever the one that runs is, without what they depend on, and unpacks the members
 * that start with one of the prefixes. A wheel that was downloaded already is kept, after pip has compared its checksum.
 *
 * @throws UserError (exit code 3) when there is no network or no such wheel
 */
export async function fetchWheels(
  context: InstallContext,
  python: string,
  options: { target: string; version: string; packages: readonly string[]; members: readonly string[] },
): Promise<void> {
  const temporary = join(context.directory, "tmp");
  const downloads = join(context.directory, "downloads");
  makeFolder(temporary);
  makeFolder(downloads);
  const wheels = join(context.cache, "wheels");
  const args = [
    ...["-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--python-version", options.version],
    ...["--dest", downloads, "--progress-bar", "off", "--disable-pip-version-check", "--no-input"],
    ...(existsSync(wheels) ? ["--find-links", wheels] : []),
    ...(context.offline ? ["--no-index"] : []),
    ...options.packages,
  ];
  const env = pipEnvironment(context.env, temporary, context.offline);
  const result = await runToEnd(python, args, {
    cwd: context.directory,
    env,
    idleTimeout: 900_000,
    watch: context.directory,
  });
  const what = options.packages.join(" ");
  if (result.code !== 0) {
    const pip = `python3 -m pip download --no-deps --only-binary=:all: --python-version ${options.version} -d '${wheels}' ${what}`;
    throw downloadFailure(`pip could not download ${what}`, result, context.offline, pip);
  }
  const unpack = ["-c", UNPACK, downloads, options.target, ...options.members];
  const unpacked = await runToEnd(python, unpack, { cwd: context.directory, env, timeout: 900_000 });
  // Kept they would only take space, and a damaged one would stop every further attempt.
  rmSync(downloads, { recursive: true, force: true });
  if (unpacked.code !== 0) throw downloadFailure(`${what} could not be unpacked`, unpacked, false);
}

/** Without settings of the user's that would send the packages or Python elsewhere, or to the network when it is forbidden. */
export function pipEnvironment(env: NodeJS.ProcessEnv, temporary: string, offline: boolean): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name, value]) => {
    if (
      /^PYTHON(HOME|STARTUP|INSPECT)$|^PIP_(REQUIREMENT|CONSTRAINT|NO_BINARY|PLATFORM|ABI|IMPLEMENTATION|DRY_RUN)$/.test(
        name,
      )
    )
      return false;
    return !(offline && name === "PIP_FIND_LINKS" && /:\/\//.test(value ?? ""));
  });
  return {
    ...Object.fromEntries(kept),
    TMPDIR: temporary,
    // A configuration file may name addresses, too.
    ...(offline ? { PIP_CONFIG_FILE: devNull } : {}),
  };
}

/** The command and arguments that compile C++: CXX, which may have arguments ("ccache g++"), or one of the usual names. */
export async function findCompiler(context: InstallContext, fix: string): Promise<[string, ...string[]]> {
  const options = { cwd: context.directory, env: context.env, timeout: 60_000 };
  const [wanted, ...args] = (context.env.CXX ?? "").trim().split(/\s+/);
  if (wanted) {
    if ((await runToEnd(wanted, [...args, "--version"], options)).code === 0) return [wanted, ...args];
    throw new UserError(`the C++ compiler that CXX names does not run: ${context.env.CXX}`, {
      fix: "unset CXX, or let it name a C++ compiler",
      exitCode: 3,
    });
  }
  const names = ["g++", "c++", "clang++"];
  const compiler = await firstCommand(names, ["--version"], options);
  if (compiler !== undefined) return [compiler];
  throw new UserError(`no C++ compiler was found (tried ${names.join(", ")})`, { fix, exitCode: 3 });
}

async function firstCommand(
  names: readonly string[],
  args: readonly string[],
  options: { cwd: string; env: NodeJS.ProcessEnv; timeout: number },
): Promise<string | undefined> {
  for (const name of names) if ((await runToEnd(name, args, options)).code === 0) return name;
  return undefined;
}

/** Tells apart the usual reasons why a download fails. `provide` is a command that brings what --offline then uses. */
export function downloadFailure(what: string, result: CommandResult, offline: boolean, provide?: string): UserError {
  const { output } = result;
  const fail = (why: string, fix: string): UserError =>
    new UserError(`${what}: ${why}`, { fix, exitCode: 3, cause: output });
  if (/ENOSPC|No space left/i.test(output))
    return fail("the disk is full", "free some space, or set LSTM_COMPILE_CACHE");
  if (offline)
    return fail(
      "it is not on this machine, and --offline forbids the network",
      `run the command without --offline${provide === undefined ? "" : `, or where there is a network: ${provide}`}`,
    );
  if (
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ECONNRESET|NewConnectionError|Temporary failure|timed out/i.test(output)
  ) {
    return fail(
      "the package registry cannot be reached",
      "check the network and the proxy settings, then run the command again",
    );
  }
  if (/No matching distribution/i.test(output)) {
    // Without retries pip does not say that it could not connect, only that it knows no version at all.
    return fail(
      /from versions: none/.test(output)
        ? "the package index cannot be reached, or has no such package for this platform"
        : "there is no such package for this platform",
      "check the network and pip's index settings, update pip (python3 -m pip install --upgrade pip), or use --backend wasm",
    );
  }
  const state = result.timedOut ? "it made no progress" : `exit code ${result.code ?? "none"}`;
  return fail(`${state}\n${errorLines(output)}`, "run the command again; what was downloaded is kept");
}
