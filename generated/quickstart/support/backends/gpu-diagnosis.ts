import { existsSync, readdirSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { Unusable } from "./types.ts";

/** The CUDA 12 libraries that TensorFlow 2.21 opens, by the folder of the wheel that has them. */
export const CUDA_LIBRARIES: Readonly<Record<string, readonly string[]>> = {
  cuda_runtime: ["libcudart.so.12"],
  cublas: ["libcublas.so.12", "libcublasLt.so.12"],
  cufft: ["libcufft.so.11"],
  cusolver: ["libcusolver.so.11"],
  cusparse: ["libcusparse.so.12"],
  cudnn: ["libcudnn.so.9"],
};

const LIBRARY_FOLDERS = [
  "/usr/lib/x86_64-linux-gnu",
  "/usr/lib/aarch64-linux-gnu",
  "/usr/lib64",
  "/usr/lib",
  "/usr/lib/wsl/lib",
  "/usr/local/nvidia/lib64",
  "/usr/local/cuda/compat",
  "/usr/local/lib",
  "/lib",
  "/lib64",
  "/run/opengl-driver/lib",
];

/** The path of a shared library in the places where the linker looks, or undefined. */
export function findLibrary(name: string, folders: readonly string[] = libraryFolders()): string | undefined {
  return folders.map((folder) => join(folder, name)).find((file) => existsSync(file));
}

function libraryFolders(): string[] {
  return [
    ...(process.env.LD_LIBRARY_PATH ?? "").split(delimiter).filter((folder) => folder !== ""),
    ...LIBRARY_FOLDERS,
  ];
}

/** What keeps TensorFlow from using an NVIDIA GPU, as far as it can be seen without loading anything. */
export function missingDriver(): Unusable | undefined {
  if (process.platform === "darwin") return new Unusable("NVIDIA GPUs are not supported on macOS", "use --backend cpu");
  if (process.platform !== "linux") return undefined;
  if (findLibrary("libcuda.so.1") === undefined) {
    return new Unusable(
      "the NVIDIA driver is missing: libcuda.so.1 was not found",
      "install the driver, version 525.60 or newer (Debian: apt-get install -y nvidia-driver; in a container: run it with --gpus all)",
    );
  }
  if (!existsSync("/dev/nvidiactl") && !existsSync("/dev/dxg")) {
    return new Unusable(
      "libcuda.so.1 is there, but no NVIDIA device: /dev/nvidiactl was not found",
      "load the driver (modprobe nvidia), or run the container with --gpus all",
    );
  }
  return undefined;
}

/** The CUDA libraries that are missing in the folder of Python packages, e.g. "libcudnn.so.9 (nvidia/cudnn/lib)". */
export function missingCudaLibraries(python: string): string[] {
  return Object.entries(CUDA_LIBRARIES).flatMap(([wheel, names]) =>
    names
      .filter((name) => !existsSync(join(python, "nvidia", wheel, "lib", name)))
      .map((name) => `${name} (nvidia/${wheel}/lib)`),
  );
}

/** The name of the first NVIDIA GPU, as the driver gives it. */
export function gpuModel(): string {
  try {
    const folder = "/proc/driver/nvidia/gpus";
    for (const gpu of readdirSync(folder)) {
      const model = /^Model:\s*(.+)$/m.exec(readFileSync(join(folder, gpu, "information"), "utf8"))?.[1];
      if (model !== undefined) return model.trim();
    }
  } catch {
    // a driver without /proc, as under WSL
  }
  return "NVIDIA GPU";
}

/** The version of the loaded kernel driver, or an empty text. */
export function driverVersion(): string {
  try {
    return /\s(\d+\.\d+(?:\.\d+)?)\s/.exec(readFileSync("/proc/driver/nvidia/version", "utf8"))?.[1] ?? "";
  } catch {
    return "";
  }
}
