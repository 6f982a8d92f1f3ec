import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join, relative, sep } from "node:path";
import { makeFolder } from "../system/files.ts";
import { UserError } from "../system/user-error.ts";
import type { InstallRecord } from "./cache.ts";
import { errorLines, runToEnd } from "./command.ts";
import {
  NAPI_VERSION,
  PLATFORMS,
  type Platform,
  platformName,
  QUIET_MODULE,
  TENSORFLOW_VERSION,
  TFJS_VERSION,
  WHEEL_PYTHON,
} from "./platforms.ts";
import { fetchWheels, findCompiler, findPython, type InstallContext, NPM_PACKAGES, npmInstall } from "./tools.ts";

/** What an installed backend consists of; install.ts adds checksums and sizes. */
export interface Built {
  method: InstallRecord["method"];
  versions: Record<string, string>;
  /** relative to the folder that was filled */
  binding: string;
  files: string[];
}

/** Where the headers that the binding includes lie in the wheel; there are 13 000 others. */
const HEADERS = ["tensorflow/c/", "tensorflow/core/platform/", "tsl/", "xla/tsl/c/"].map(
  (folder) => `tensorflow/include/${folder}`,
);

/** How long the official way may make no progress, in ms. */
const OFFICIAL_IDLE = 20_000;

/** Fetches the npm package without running its install script. Finished steps are kept when a later one fails. */
export async function fetchPackage(context: InstallContext, name: "cpu" | "gpu"): Promise<void> {
  const done = join(context.directory, "npm.done");
  if (existsSync(done)) return;
  context.step(`fetching ${NPM_PACKAGES[name][0]}`);
  await npmInstall(context, NPM_PACKAGES[name]);
  writeFileSync(done, "");
}

/**
 * The package's official prebuilt library (TensorFlow 2.9.1), or the reason why that way is not taken.
 */
export async function buildOfficial(context: InstallContext, name: "cpu" | "gpu"): Promise<Built | string> {
  if (context.offline) return "it would have to be downloaded (--offline)";
  if (Number(process.versions.node.split(".")[0]) >= 23) return "it does not support Node 23 and newer";
  if (name === "gpu" && process.platform === "linux" && !hasCuda11()) return "it needs CUDA 11.2, which is not here";
  const folder = packageFolder(context, name);
  context.step("trying the package's own prebuilt library");
  const path = `${join(context.directory, "node_modules", ".bin")}${delimiter}${context.env.PATH ?? ""}`;
  const args = ["scripts/install.js", ...(name === "gpu" ? ["gpu"] : [])];
  const result = await runToEnd(process.execPath, args, {
    cwd: folder,
    env: { ...context.env, PATH: path },
    idleTimeout: OFFICIAL_IDLE,
    timeout: 900_000,
    watch: join(folder, "deps"),
  });
  const binding = join(folder, "lib", `napi-v${NAPI_VERSION}`, "tfjs_binding.node");
  if (result.code !== 0 || !existsSync(binding)) {
    rmSync(join(folder, "deps"), { recursive: true, force: true });
    rmSync(join(folder, "lib"), { recursive: true, force: true });
    const lines = errorLines(result.output, 40).split("\n");
    const line = lines.find((text) => /E[A-Z]{4,}/.test(text)) ?? lines[0] ?? "";
    return result.timedOut ? "it made no progress" : `its script failed: ${line.trim().slice(0, 160)}`;
  }
  const libraries = join(folder, "deps", "lib");
  const names = existsSync(libraries) ? readdirSync(libraries).filter((file) => /\.(so|dylib|dll)/.test(file)) : [];
  return {
    method: "official",
    versions: { "tfjs-node": TFJS_VERSION, tensorflow: "2.9.1" },
    binding: inside(context, binding),
    files: [...names.map((file) => inside(context, join(libraries, file))), ...scripts(context, name)],
  };
}

/**
 * Compiles the package's binding against the C++ library of a TensorFlow wheel.
 *
 * @throws UserError (exit code 3) naming what is missing
 */
export async function buildFromWheel(context: InstallContext, name: "cpu" | "gpu"): Promise<Built> {
  const platform = PLATFORMS[platformName()];
  const wheel = platform?.wheels[name];
  if (platform === undefined || wheel === undefined) {
    throw new UserError(`there is no TensorFlow ${TENSORFLOW_VERSION} library for ${name} on ${platformName()}`, {
      fix: name === "gpu" ? "use --backend cpu or --backend webgpu" : "use --backend webgpu or --backend wasm",
      exitCode: 3,
    });
  }
  requireGlibc(process.platform);
  // Before the large download, so that nobody waits for it in vain.
  const compiler = await findCompiler(context, platform.compilerFix);
  const python = join(context.directory, "python");
  const done = join(context.directory, "wheel.done");
  if (!existsSync(done)) {
    const command = await findPython(context);
    context.step(`fetching ${wheel} (${name === "gpu" ? "3 GB with CUDA" : "about 0.3 GB"})`);
    const version = WHEEL_PYTHON;
    const members = [...platform.libraries.map((library) => `tensorflow/${library}`), ...HEADERS, "tensorflow-"];
    await fetchWheels(context, command, { target: python, version, packages: [wheel], members });
    const cuda = name === "gpu" ? cudaRequirements(python) : [];
    if (cuda.length > 0) {
      context.step(`fetching ${cuda.length} CUDA libraries`);
      await fetchWheels(context, command, { target: python, version, packages: cuda, members: ["nvidia/"] });
    }
    writeFileSync(done, "");
  }
  context.step("compiling the binding");
  const binding = await compile(context, name, platform, compiler, python);
  return {
    method: "wheel",
    versions: { "tfjs-node": TFJS_VERSION, tensorflow: TENSORFLOW_VERSION },
    binding: inside(context, binding),
    files: [
      ...platform.libraries.map((library) => inside(context, join(python, "tensorflow", library))),
      ...scripts(context, name),
    ],
  };
}

/** Removes what is needed to build only: headers and other npm packages. */
export function prune(context: InstallContext, name: "cpu" | "gpu", method: InstallRecord["method"]): void {
  const remove = (...parts: string[]): void =>
    rmSync(join(context.directory, ...parts), { recursive: true, force: true });
  for (const entry of ["tmp", "downloads", "venv", "quiet.cc", "npm.done", "wheel.done"]) remove(entry);
  const scoped = packageFolder(context, name).split(sep).at(-1);
  keepOnly(join(context.directory, "node_modules"), ["@tensorflow", "google-protobuf"]);
  keepOnly(join(context.directory, "node_modules", "@tensorflow"), [scoped ?? ""]);
  if (method !== "wheel") return;
  const libraries = PLATFORMS[platformName()]?.libraries ?? [];
  keepOnly(join(context.directory, "python"), ["tensorflow", "nvidia"]);
  keepOnly(join(context.directory, "python", "tensorflow"), libraries);
}

function keepOnly(folder: string, names: readonly string[]): void {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder)) {
    if (!names.includes(entry)) rmSync(join(folder, entry), { recursive: true, force: true });
  }
}

/**
 * TensorFlow 2.21 prints while its library is loaded, before it reads TF_CPP_MIN_LOG_LEVEL. This module turns the terminal's error
 * stream off and on around that; Node has no call for it.
 */
const QUIET_SOURCE = `#include <fcntl.h>
#include <unistd.h>
#include <node_api.h>
static int saved = -1;
static napi_value Mute(napi_env env, napi_callback_info info) {
  int null = open("/dev/null", O_WRONLY);
  if (saved < 0 && null >= 0) {
    saved = dup(2);
    dup2(null, 2);
  }
  if (null >= 0) close(null);
  return nullptr;
}
static napi_value Unmute(napi_env env, napi_callback_info info) {
  if (saved >= 0) {
    dup2(saved, 2);
    close(saved);
    saved = -1;
  }
  return nullptr;
}
NAPI_MODULE_INIT() {
  napi_value mute, unmute;
  napi_create_function(env, "mute", NAPI_AUTO_LENGTH, Mute, nullptr, &mute);
  napi_create_function(env, "unmute", NAPI_AUTO_LENGTH, Unmute, nullptr, &unmute);
  napi_set_named_property(env, exports, "mute", mute);
  napi_set_named_property(env, exports, "unmute", unmute);
  return exports;
}
`;

async function compile(
  context: InstallContext,
  name: "cpu" | "gpu",
  platform: Platform,
  [compiler, ...own]: readonly [string, ...string[]],
  python: string,
): Promise<string> {
  const folder = packageFolder(context, name);
  const target = join(folder, "lib", `napi-v${NAPI_VERSION}`);
  const output = join(target, "tfjs_binding.node");
  makeFolder(target);
  const tensorflow = join(python, "tensorflow");
  const headers = ["-I", join(context.directory, "node_modules", "node-api-headers", "include")];
  const quiet = join(context.directory, "quiet.cc");
  writeFileSync(quiet, QUIET_SOURCE);
  const sources = readdirSync(join(folder, "binding")).filter((file) => file.endsWith(".cc"));
  const common = [...own, ...platform.compilerArguments, `-DNAPI_VERSION=${NAPI_VERSION}`, ...headers];
  const args = [
    ...["-I", folder, "-I", join(tensorflow, "include")],
    ...sources.map((file) => join(folder, "binding", file)),
    ...platform.libraries.map((library) => join(tensorflow, library)),
    // Relative to the binding, so that the cache can be moved.
    `-Wl,-rpath,${platform.origin}/${relative(target, tensorflow).split(sep).join("/")}`,
    ...["-o", output],
  ];
  const options = { cwd: folder, env: context.env, timeout: 600_000 };
  const [result] = await Promise.all([
    runToEnd(compiler, [...common, ...args], options),
    runToEnd(compiler, [...common, quiet, "-o", join(target, QUIET_MODULE)], options), // not needed to compute
  ]);
  if (result.code !== 0) {
    throw new UserError(`${compiler} could not compile the binding:\n${errorLines(result.output)}`, {
      fix: `a compiler with C++17 and its standard library is needed: ${platform.compilerFix}`,
      exitCode: 3,
      cause: result.output,
    });
  }
  return output;
}

/** The CUDA wheels that TensorFlow names for its extra `and-cuda`. */
export function cudaRequirements(python: string): string[] {
  const info = readdirSync(python).find((entry) => /^tensorflow-.*\.dist-info$/.test(entry));
  if (info === undefined) return [];
  return parseCudaRequirements(readFileSync(join(python, info, "METADATA"), "utf8"));
}

export function parseCudaRequirements(metadata: string): string[] {
  return metadata.split("\n").flatMap((line) => {
    const match = /^Requires-Dist:\s*([^;]+);.*extra\s*==\s*["']and-cuda["']/.exec(line);
    return match === null ? [] : [match[1]!.trim().replace(/\s*\(([^)]*)\)/, "$1")];
  });
}

function packageFolder(context: InstallContext, name: "cpu" | "gpu"): string {
  return join(context.directory, "node_modules", "@tensorflow", name === "gpu" ? "tfjs-node-gpu" : "tfjs-node");
}

function scripts(context: InstallContext, name: "cpu" | "gpu"): string[] {
  const dist = join(packageFolder(context, name), "dist");
  return ["register_all_kernels.js", "nodejs_kernel_backend.js"].map((file) => inside(context, join(dist, file)));
}

function inside(context: InstallContext, path: string): string {
  return relative(context.directory, path).split(sep).join("/");
}

function requireGlibc(platform: NodeJS.Platform): void {
  if (platform !== "linux") return;
  const { header } = process.report.getReport() as unknown as { header?: { glibcVersionRuntime?: string } };
  const version = header?.glibcVersionRuntime;
  const [major = 0, minor = 0] = (version ?? "0.0").split(".").map(Number);
  if (major > 2 || (major === 2 && minor >= 27)) return;
  throw new UserError(
    `TensorFlow needs glibc 2.27 or newer, and this system has ${version ?? "another C library (musl?)"}`,
    {
      fix: "use a Debian, Ubuntu or Fedora image (not Alpine), or --backend wasm",
      exitCode: 3,
    },
  );
}

function hasCuda11(): boolean {
  const folders = [
    ...(process.env.LD_LIBRARY_PATH ?? "").split(delimiter),
    "/usr/local/cuda/lib64",
    "/usr/local/cuda-11.2/lib64",
  ];
  return folders.some((folder) => folder !== "" && existsSync(join(folder, "libcudart.so.11.0")));
}
