import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, hostname } from "node:os";
import { dirname, join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { restoreRemovedUtilFunctions } from "../system/node-compat.ts";
import { fixCommand, type InstallRecord, readInstall } from "./cache.ts";
import { probeInChild } from "./child.ts";
import { driverVersion, gpuModel, missingCudaLibraries, missingDriver } from "./gpu-diagnosis.ts";
import { replaceGatherKernel } from "./native-kernels.ts";
import { QUIET_MODULE, TFJS_VERSION } from "./platforms.ts";
import { requireFrom } from "./redirect.ts";
import { type BackendDriver, type BackendOptions, messageOf, Unusable } from "./types.ts";

/** The engine's name of the native backend, on the CPU and on the GPU. */
const ENGINE_NAME = "tensorflow";

interface Binding {
  TF_Version?: string;
  isUsingGpuDevice(): boolean;
}

export const cpuDriver: BackendDriver = nativeDriver("cpu");
export const gpuDriver: BackendDriver = nativeDriver("gpu");

function nativeDriver(name: "cpu" | "gpu"): BackendDriver {
  return {
    name,

    precheck(options) {
      const driver = name === "gpu" && process.env.LSTM_COMPILE_PROBE !== "load" ? missingDriver() : undefined;
      if (driver !== undefined) return driver;
      try {
        const { directory, record } = readInstall(name, options.cacheDirectory);
        return incompatible(name, directory, record);
      } catch (error) {
        if (error instanceof Unusable) return error;
        throw error;
      }
    },

    async activate(options) {
      const { directory, record } = readInstall(name, options.cacheDirectory);
      await provenHere(name, directory, options);
      return load(name, directory, record, options);
    },
  };
}

function incompatible(name: "cpu" | "gpu", directory: string, record: InstallRecord): Unusable | undefined {
  const minor = (version: string): string => version.split(".").slice(0, 2).join(".");
  if (minor(tf.version_core) !== minor(TFJS_VERSION)) {
    const reason = `it belongs to TensorFlow.js ${TFJS_VERSION}, and the program uses ${tf.version_core}`;
    return new Unusable(reason, `npm install @tensorflow/tfjs-core@${TFJS_VERSION}`);
  }
  if (name === "gpu" && record.method === "wheel") {
    const missing = missingCudaLibraries(join(directory, "python"));
    if (missing.length > 0) {
      return new Unusable(`CUDA libraries are missing: ${missing.join(", ")}`, fixCommand("install gpu"));
    }
  }
  return undefined;
}

/** Loads it in another process first, unless this machine has done so before. */
async function provenHere(name: "cpu" | "gpu", directory: string, options: BackendOptions): Promise<void> {
  if (process.env.LSTM_COMPILE_PROBE !== undefined) return;
  const file = join(directory, "proven.json");
  const machine = [hostname(), cpus()[0]?.model ?? "", process.version, driverVersion()].join("; ");
  try {
    if ((JSON.parse(readFileSync(file, "utf8")) as string[]).includes(machine)) return;
  } catch {
    // the first time
  }
  const probe = await probeInChild(name, options);
  if (!probe.usable) throw new Unusable(probe.reason, probe.fix || reinstall(name));
  try {
    writeFileSync(file, `${JSON.stringify([...previous(file), machine], null, 2)}\n`);
  } catch {
    // a cache that cannot be written to: it is tried again at the next start
  }
}

function previous(file: string): string[] {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as string[];
  } catch {
    return [];
  }
}

async function load(
  name: "cpu" | "gpu",
  directory: string,
  record: InstallRecord,
  options: BackendOptions,
): Promise<{ version: string; device: string }> {
  restoreRemovedUtilFunctions();
  // Read by TensorFlow when its library is loaded: 2 leaves errors only.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= options.verbose ? "0" : "2";
  process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= "true";
  if (name === "cpu") {
    // Without this the CPU backend of a machine with a GPU library would look for one.
    process.env.CUDA_VISIBLE_DEVICES ??= "-1";
    chooseThreads(availableParallelism());
  }
  const load = requireFrom(directory);
  const dist = join(directory, dirname(record.binding.path), "..", "..", "dist");
  let binding: Binding;
  try {
    binding = loadQuietly(load, join(directory, record.binding.path), options.verbose ?? false);
    load(join(dist, "register_all_kernels.js"));
    replaceGatherKernel();
    const { NodeJSKernelBackend } = load(join(dist, "nodejs_kernel_backend.js")) as {
      NodeJSKernelBackend: new (binding: Binding, packageName: string) => tf.KernelBackend;
    };
    const packageName = `@tensorflow/tfjs-node${name === "gpu" ? "-gpu" : ""}`;
    if (tf.findBackendFactory(ENGINE_NAME) !== null) tf.removeBackend(ENGINE_NAME);
    tf.registerBackend(ENGINE_NAME, () => new NodeJSKernelBackend(binding, packageName), 3);
    if (!(await tf.setBackend(ENGINE_NAME))) throw new Error("TensorFlow did not start");
    await tf.ready();
  } catch (error) {
    throw new Unusable(`TensorFlow cannot be loaded: ${messageOf(error)}`, reinstall(name), error);
  }
  if (name === "gpu" && !binding.isUsingGpuDevice() && process.env.LSTM_COMPILE_PROBE !== "load") {
    const driver = driverVersion();
    throw new Unusable(
      `TensorFlow found no GPU that it can use${driver === "" ? "" : ` (driver ${driver})`}`,
      "check that nvidia-smi shows the GPU and a driver of version 525.60 or newer; --verbose shows TensorFlow's own messages",
    );
  }
  const threads = availableParallelism();
  const device = name === "gpu" ? gpuModel() : `${cpus()[0]?.model.trim() ?? process.arch}, ${threads} threads`;
  return { version: `TensorFlow ${binding.TF_Version ?? record.versions.tensorflow ?? ""}`.trim(), device };
}

/** Only installing it again would leave it as it is: its files are there. */
function reinstall(name: "cpu" | "gpu"): string {
  return `${fixCommand(`remove ${name}`)}, then ${fixCommand(`install ${name}`)}`;
}

/**
 * Operations side by side, each on few threads: the products of a recurrent step have too few rows to share one among threads. On 2
 * cores the captured step of the reference model took 54 ms this way and 81 ms with TensorFlow's own choice.
 */
function chooseThreads(cores: number): void {
  const operations = Math.min(4, cores);
  process.env.TF_NUM_INTEROP_THREADS ??= String(operations);
  process.env.TF_NUM_INTRAOP_THREADS ??= String(Math.max(1, Math.floor(cores / operations)));
}

/** Loads the binding while the error stream is off: TensorFlow greets there, whatever its log level. */
function loadQuietly(load: NodeJS.Require, path: string, verbose: boolean): Binding {
  const quiet = join(dirname(path), QUIET_MODULE);
  if (verbose || !existsSync(quiet)) return load(path) as Binding;
  const { mute, unmute } = load(quiet) as { mute(): void; unmute(): void };
  mute();
  try {
    return load(path) as Binding;
  } finally {
    unmute();
  }
}
