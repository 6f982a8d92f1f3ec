import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { makeFolder } from "../system/files.ts";
import { withLock } from "../system/lock.ts";
import { UserError } from "../system/user-error.ts";
import {
  backendsDirectory,
  changedFile,
  INSTALLABLE,
  type InstallableBackend,
  type InstallRecord,
  installDirectory,
  installKey,
  readInstall,
  sha256OfFile,
} from "./cache.ts";
import { probeInChild } from "./child.ts";
import { folderSize } from "./command.ts";
import { missingDriver } from "./gpu-diagnosis.ts";
import { type Built, buildFromWheel, buildOfficial, fetchPackage, prune } from "./install-native.ts";
import { TFJS_VERSION, WEBGPU_VERSION } from "./platforms.ts";
import { type InstallContext, NPM_PACKAGES, npmInstall, requireDiskSpace } from "./tools.ts";
import { messageOf, Unusable } from "./types.ts";

export type { InstallableBackend, InstallRecord } from "./cache.ts";

export interface InstallOptions {
  /** uses only what is on this machine already */
  offline?: boolean | undefined;
  /** installs gpu also where no NVIDIA driver is, as in the build of a container image */
  withoutDevice?: boolean | undefined;
  verbose?: boolean | undefined;
  log?(line: string): void;
  cacheDirectory?: string;
}

export interface InstallResult {
  backend: InstallableBackend;
  directory: string;
  record: InstallRecord;
  /** it was there already and nothing was done */
  unchanged: boolean;
  seconds: number;
}

/** How the steps are done; tests put others in their place. */
export interface Installer {
  build(context: InstallContext, backend: InstallableBackend, verify: Verify): Promise<Built>;
  probe: typeof probeInChild;
}

/** Finishes the folder as if it were installed and tries it in another process; returns why it does not work. */
type Verify = (built: Built) => Promise<string | undefined>;

const INSTALLER: Installer = { build: buildBackend, probe: probeInChild };

/**
 * Installs a backend into the cache, unless it is there and intact. A second process waits for the first; the backend appears under
 * its final name only when it is complete and was seen to compute (webgpu without an adapter: to load); a damaged one is built again.
 *
 * @throws UserError (exit code 3) naming what the machine lacks and the command that provides it
 */
export async function installBackend(
  backend: InstallableBackend,
  options: InstallOptions = {},
  installer: Installer = INSTALLER,
): Promise<InstallResult> {
  const started = Date.now();
  if (!INSTALLABLE.includes(backend)) {
    throw new UserError(`"${backend}" cannot be installed`, {
      fix: `choose one of ${INSTALLABLE.join(", ")}`,
      exitCode: 2,
    });
  }
  const elapsed = (): number => (Date.now() - started) / 1000;
  const log = (line: string): void => options.log?.(line);
  const present = intact(backend, options);
  if (typeof present !== "string") return { backend, ...present, unchanged: true, seconds: elapsed() };

  const driver = backend === "gpu" && !options.withoutDevice ? missingDriver() : undefined;
  if (driver !== undefined) {
    const fix = `${driver.fix}; to install without a GPU (for an image), add --without-device`;
    throw new UserError(`the gpu backend cannot work here: ${driver.message}`, { fix, exitCode: 3 });
  }
  const root = backendsDirectory(options.cacheDirectory);
  requireWritable(root);
  const name = `${backend}-${installKey(backend)}`;
  return withLock(
    join(root, `.lock-${name}`),
    async () => {
      // Another process may have installed it while this one waited.
      const now = intact(backend, options);
      if (typeof now !== "string") return { backend, ...now, unchanged: true, seconds: elapsed() };
      if (now !== "it is not installed") log(`${now}; it is built again`);
      removeLeftovers(root, backend);
      requireDiskSpace(root, backend);
      const staging = join(root, `.staging-${name}`);
      const directory = installDirectory(backend, staging);
      makeFolder(directory);

      let current = "";
      const context: InstallContext = {
        directory,
        cache: dirname(root),
        offline: options.offline ?? false,
        env: process.env,
        step(what) {
          current = what;
          log(`[${elapsed().toFixed(0)} s] ${what}`);
        },
      };
      const ticker = setInterval(() => log(`[${elapsed().toFixed(0)} s] still ${current}`), 15_000);
      try {
        const verify: Verify = async (built) => {
          context.step("checking that it computes");
          writeRecord(directory, backend, built);
          // webgpu computes only where the machine has an adapter; whether it loads is seen everywhere.
          process.env.LSTM_COMPILE_PROBE = options.withoutDevice || backend === "webgpu" ? "load" : "1";
          try {
            const probe = await installer.probe(backend, { verbose: options.verbose, cacheDirectory: staging });
            if (!probe.usable) return probe.reason;
            if (backend === "webgpu" && probe.device === "" && probe.reason !== "")
              log(`it loads; nothing was computed: ${probe.reason}`);
            return undefined;
          } finally {
            delete process.env.LSTM_COMPILE_PROBE;
          }
        };
        await installer.build(context, backend, verify);
      } finally {
        clearInterval(ticker);
      }
      const final = installDirectory(backend, options.cacheDirectory);
      replace(final, directory);
      rmSync(staging, { recursive: true, force: true });
      const { record } = readInstall(backend, options.cacheDirectory);
      return { backend, directory: final, record, unchanged: false, seconds: elapsed() };
    },
    { log },
  );
}

/** Removes an installed backend and what was begun of it. Returns the freed bytes. */
export async function removeBackend(
  backend: InstallableBackend,
  options: Pick<InstallOptions, "cacheDirectory" | "log"> = {},
): Promise<{ removed: string[]; bytes: number }> {
  const root = backendsDirectory(options.cacheDirectory);
  const removed: string[] = [];
  let bytes = 0;
  if (!existsSync(root)) return { removed, bytes };
  requireWritable(root);
  await withLock(
    join(root, `.lock-${backend}-${installKey(backend)}`),
    async () => {
      bytes += removeLeftovers(root, backend);
      for (const entry of readdirSync(root)) {
        if (!entry.startsWith(`${backend}-`) && !entry.startsWith(`.staging-${backend}-`)) continue;
        const directory = join(root, entry);
        bytes += folderSize(directory);
        const gone = join(root, `.removed-${process.pid}-${entry}`);
        renameSync(directory, gone);
        rmSync(gone, { recursive: true, force: true });
        removed.push(directory);
      }
    },
    { log: options.log },
  );
  return { removed, bytes };
}

/** @throws UserError (exit code 3) where the folder cannot be made or written to */
function requireWritable(root: string): void {
  try {
    makeFolder(root);
    // Asked for by doing it: the mode of a folder says nothing about a file system that is mounted read-only.
    rmdirSync(mkdtempSync(join(root, ".writable-")));
  } catch (error) {
    throw new UserError(
      `the cache folder ${root} cannot be written to: ${messageOf(error instanceof UserError ? error.cause : error)}`,
      {
        fix: "set LSTM_COMPILE_CACHE to a folder that you can write to",
        exitCode: 3,
      },
    );
  }
}

/** Removes what a removal or a replacement that was cut short has left of a backend; only while its lock is held. Returns the bytes. */
function removeLeftovers(root: string, backend: InstallableBackend): number {
  let bytes = 0;
  for (const entry of readdirSync(root)) {
    const removed = /^\.removed-\d+-(?:\.staging-)?(\w+)-/.exec(entry)?.[1];
    const replaced = /^(\w+)-.*\.old-\d+$/.exec(entry)?.[1];
    if (removed !== backend && replaced !== backend) continue;
    bytes += folderSize(join(root, entry));
    rmSync(join(root, entry), { recursive: true, force: true });
  }
  return bytes;
}

export interface ListedBackend {
  name: InstallableBackend;
  installed: boolean;
  directory: string;
  versions: Record<string, string>;
  /** why it is not installed, or what is damaged */
  problem: string;
}

/** What is in the cache; nothing is loaded. */
export function listBackends(options: { cacheDirectory?: string } = {}): ListedBackend[] {
  return INSTALLABLE.map((name) => {
    const directory = installDirectory(name, options.cacheDirectory);
    const found = intact(name, options);
    if (typeof found === "string") return { name, installed: false, directory, versions: {}, problem: found };
    return { name, installed: true, directory, versions: found.record.versions, problem: "" };
  });
}

function intact(
  backend: InstallableBackend,
  options: { cacheDirectory?: string },
): { directory: string; record: InstallRecord } | string {
  try {
    const found = readInstall(backend, options.cacheDirectory);
    const changed = changedFile(found);
    if (changed === undefined) return found;
    return `its installation in ${found.directory} is damaged: ${changed} is not the file that was installed`;
  } catch (error) {
    if (error instanceof Unusable) return error.message;
    throw error;
  }
}

async function buildBackend(context: InstallContext, backend: InstallableBackend, verify: Verify): Promise<Built> {
  if (backend === "webgpu") {
    context.step(`fetching ${NPM_PACKAGES.webgpu.join(" and ")}`);
    await npmInstall(context, NPM_PACKAGES.webgpu);
    const built: Built = {
      method: "npm",
      versions: { webgpu: WEBGPU_VERSION, tfjs: TFJS_VERSION },
      binding: "node_modules/webgpu/index.js",
      files: ["node_modules/@tensorflow/tfjs-backend-webgpu/dist/tf-backend-webgpu.node.js"],
    };
    pruneSourceMaps(join(context.directory, "node_modules", "@tensorflow"));
    const problem = await verify(built);
    if (problem !== undefined) {
      const fix = "run the command again; --backend wasm needs no installation";
      throw new UserError(`the webgpu backend was fetched, but does not work: ${problem}`, { fix, exitCode: 3 });
    }
    return built;
  }
  await fetchPackage(context, backend);
  const official = await buildOfficial(context, backend);
  if (typeof official !== "string") {
    const problem = await verify(official);
    if (problem === undefined) {
      prune(context, backend, official.method);
      writeRecord(context.directory, backend, official);
      return official;
    }
    context.step(`the prebuilt library does not work here (${problem}); compiling against a TensorFlow wheel`);
  } else {
    context.step(`not the prebuilt library: ${official}; compiling against a TensorFlow wheel`);
  }
  const built = await buildFromWheel(context, backend);
  const problem = await verify(built);
  if (problem !== undefined) {
    rmSync(join(context.directory, "wheel.done"), { force: true });
    const fix = "run the command again; --verbose shows what TensorFlow says, --backend wasm needs no installation";
    throw new UserError(`the ${backend} backend was built, but does not work: ${problem}`, { fix, exitCode: 3 });
  }
  prune(context, backend, built.method);
  writeRecord(context.directory, backend, built);
  return built;
}

function writeRecord(directory: string, backend: InstallableBackend, built: Built): void {
  const record: InstallRecord = {
    backend,
    key: installKey(backend),
    method: built.method,
    versions: { ...built.versions, node: process.version },
    binding: { path: built.binding, sha256: sha256OfFile(join(directory, built.binding)) },
    files: Object.fromEntries(built.files.map((path) => [path, statSync(join(directory, path)).size])),
    checksums: Object.fromEntries(built.files.map((path) => [path, sha256OfFile(join(directory, path))])),
    installedAt: new Date().toISOString(),
  };
  writeFileSync(join(directory, "installed.json"), `${JSON.stringify(record, null, 2)}\n`);
}

/** Puts a finished folder in the place of what was there. */
function replace(final: string, finished: string): void {
  const old = `${final}.old-${process.pid}`;
  if (existsSync(final)) renameSync(final, old);
  renameSync(finished, final);
  rmSync(old, { recursive: true, force: true });
}

function pruneSourceMaps(folder: string): void {
  for (const path of readdirSync(folder, { encoding: "utf8", recursive: true })) {
    const file = join(folder, path);
    if (path.endsWith(".map") && lstatSync(file).isFile()) rmSync(file);
  }
}
