import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as tf from "@tensorflow/tfjs-core";
import { fixCommand, readInstall } from "./cache.ts";
import { findLibrary } from "./gpu-diagnosis.ts";
import { requireFrom } from "./redirect.ts";
import { type BackendDriver, messageOf, NoDevice, Unusable } from "./types.ts";

/** LSTM_WEBGPU_ADAPTER: "software" uses SwiftShader; any other text chooses the adapter whose name contains it. */
const ADAPTER_VARIABLE = "LSTM_WEBGPU_ADAPTER";

/** Where SwiftShader's Vulkan description lies. */
const SWIFTSHADER_FILES = [
  "/usr/lib/chromium/vk_swiftshader_icd.json",
  "/usr/lib/chromium-browser/vk_swiftshader_icd.json",
  "/opt/google/chrome/vk_swiftshader_icd.json",
];

/** Where Vulkan drivers describe themselves. */
const VULKAN_DRIVER_FOLDERS = [
  "/usr/share/vulkan/icd.d",
  "/etc/vulkan/icd.d",
  "/usr/local/share/vulkan/icd.d",
  "/usr/local/etc/vulkan/icd.d",
  join(homedir(), ".local/share/vulkan/icd.d"),
];

interface Adapter {
  info?: { vendor?: string; architecture?: string; device?: string; description?: string };
  isFallbackAdapter?: boolean;
  features: { has(name: string): boolean };
  limits: Record<string, number>;
  requestDevice(descriptor: unknown): Promise<unknown>;
}
interface Gpu {
  requestAdapter(options: { powerPreference: string }): Promise<Adapter | null>;
}

const LIMITS = [
  "maxComputeWorkgroupStorageSize",
  "maxComputeWorkgroupsPerDimension",
  "maxStorageBufferBindingSize",
  "maxBufferSize",
  "maxComputeWorkgroupSizeX",
  "maxComputeInvocationsPerWorkgroup",
];

/** WebGPU in Node through Dawn: a GPU of any vendor, or SwiftShader on the CPU where that is asked for. */
export const webgpuDriver: BackendDriver = {
  name: "webgpu",

  precheck(options) {
    try {
      readInstall("webgpu", options.cacheDirectory);
      return onlyLoads() ? undefined : missingVulkan();
    } catch (error) {
      if (error instanceof Unusable) return error;
      throw error;
    }
  },

  async activate(options, automatic) {
    const { directory, record } = readInstall("webgpu", options.cacheDirectory);
    const wanted = process.env[ADAPTER_VARIABLE] ?? "";
    const software = wanted === "software";
    const dawn = await loadDawn(directory);
    Object.assign(globalThis, dawn.globals);
    if (onlyLoads()) loadPackage(directory);
    if (software) useSwiftShader();
    const flags = wanted === "" || software ? [] : [`adapter=${wanted}`];
    const gpu = dawn.create(flags) as Gpu;
    const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
    if (adapter === null) {
      throw new NoDevice(
        wanted === "" || software ? "no graphics adapter was found" : `no graphics adapter is called "${wanted}"`,
        software
          ? "apt-get install -y chromium   (it brings SwiftShader)"
          : `install the Vulkan driver of the GPU (Debian: apt-get install -y mesa-vulkan-drivers), or set ${ADAPTER_VARIABLE}=software`,
      );
    }
    const device = describe(adapter);
    if (automatic && !software && isSoftware(adapter, device)) {
      throw new NoDevice(
        `the only adapter is a software one (${device}), which is slower than wasm`,
        `ask for it with --backend webgpu and ${ADAPTER_VARIABLE}=software`,
      );
    }
    try {
      exposeGpu(gpu);
      await register(directory, adapter);
    } catch (error) {
      throw new Unusable(`WebGPU did not start on ${device}: ${messageOf(error)}`, fixCommand("install webgpu"), error);
    }
    return { version: `Dawn ${record.versions.webgpu}, tfjs-backend-webgpu ${record.versions.tfjs}`, device };
  },
};

/** An installation where no adapter is to be expected is checked by loading it. */
function onlyLoads(): boolean {
  return process.env.LSTM_COMPILE_PROBE === "load";
}

/** What Dawn needs on Linux, looked for here since it prints its own complaints to the terminal. */
function missingVulkan(): Unusable | undefined {
  if (process.platform !== "linux") return undefined;
  if (findLibrary("libvulkan.so.1") === undefined) {
    return new Unusable("the Vulkan loader is missing: libvulkan.so.1 was not found", "apt-get install -y libvulkan1");
  }
  const { env } = process;
  if (env[ADAPTER_VARIABLE] === "software") return undefined;
  if (env.VK_ICD_FILENAMES !== undefined || env.VK_DRIVER_FILES !== undefined) return undefined;
  if (VULKAN_DRIVER_FOLDERS.some((folder) => hasDriver(folder))) return undefined;
  return new Unusable(
    `no Vulkan driver is installed: no description (.json) was found in ${VULKAN_DRIVER_FOLDERS.slice(0, 2).join(" or ")}`,
    `install the driver of the GPU (AMD, Intel: apt-get install -y mesa-vulkan-drivers; NVIDIA: its own driver), or set ${ADAPTER_VARIABLE}=software`,
  );
}

function hasDriver(folder: string): boolean {
  try {
    return readdirSync(folder).some((file) => file.endsWith(".json"));
  } catch {
    return false;
  }
}

async function loadDawn(directory: string): Promise<{ create(flags: string[]): unknown; globals: object }> {
  const file = join(directory, "node_modules", "webgpu", "index.js");
  try {
    return await import(pathToFileURL(file).href);
  } catch (error) {
    throw new Unusable(`Dawn cannot be loaded: ${messageOf(error)}`, fixCommand("install webgpu"), error);
  }
}

function loadPackage(directory: string): {
  WebGPUBackend: new (device: unknown, info: unknown) => tf.KernelBackend;
} {
  return requireFrom(directory)("@tensorflow/tfjs-backend-webgpu");
}

async function register(directory: string, adapter: Adapter): Promise<void> {
  const { WebGPUBackend } = loadPackage(directory);
  const requiredLimits = Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]]));
  const requiredFeatures = adapter.features.has("timestamp-query") ? ["timestamp-query"] : [];
  const device = await adapter.requestDevice({ requiredFeatures, requiredLimits });
  if (tf.findBackendFactory("webgpu") !== null) tf.removeBackend("webgpu");
  tf.registerBackend("webgpu", () => new WebGPUBackend(device, adapter.info ?? {}), 3);
  if (!(await tf.setBackend("webgpu"))) throw new Error("the backend did not start");
  await tf.ready();
}

/** The package looks for the GPU where browsers have it. */
function exposeGpu(gpu: Gpu): void {
  const scope = globalThis as { navigator?: object };
  // Node 20 has no navigator.
  if (scope.navigator === undefined) {
    Object.defineProperty(scope, "navigator", { value: {}, configurable: true, writable: true });
  }
  Object.defineProperty(scope.navigator, "gpu", { value: gpu, configurable: true });
}

function useSwiftShader(): void {
  if (process.env.VK_ICD_FILENAMES !== undefined) return;
  const file = SWIFTSHADER_FILES.find((path) => existsSync(path));
  if (file === undefined) {
    throw new NoDevice(
      "SwiftShader was not found (vk_swiftshader_icd.json)",
      "apt-get install -y chromium, or set VK_ICD_FILENAMES to that file",
    );
  }
  process.env.VK_ICD_FILENAMES = file;
}

function describe({ info }: Adapter): string {
  const parts = [info?.device, info?.description, info?.architecture].filter(
    (part) => part !== undefined && part !== "",
  );
  return [...new Set(parts)].join(", ") || info?.vendor || "unnamed adapter";
}

function isSoftware(adapter: Adapter, name: string): boolean {
  return adapter.isFallbackAdapter === true || /swiftshader|llvmpipe|lavapipe|software|microsoft basic/i.test(name);
}
