/**
 * What differs between platforms for the native backends. linux-x64 was run; the others are written from the packages' contents
 * and not tried.
 */
export interface Platform {
  /** the Python packages with TensorFlow's C++ library and headers; undefined where no such package exists */
  wheels: { cpu?: string; gpu?: string };
  /** the libraries that the binding is linked with, in the wheel's folder `tensorflow` */
  libraries: readonly string[];
  /** arguments of the C++ compiler beside sources, include paths and libraries */
  compilerArguments: readonly string[];
  /** how the binding finds the libraries: the start of a path relative to its own folder; undefined where PATH is used */
  origin?: string;
  /** the command that provides a C++ compiler */
  compilerFix: string;
  tested: boolean;
}

export const TFJS_VERSION = "4.22.0";
export const TENSORFLOW_VERSION = "2.21.0";
export const NODE_HEADERS_VERSION = "1.9.0";
export const WEBGPU_VERSION = "0.6.2";
/** The wheel for this Python is taken with any Python: only its C++ library is used. */
export const WHEEL_PYTHON = "3.12";
export const NAPI_VERSION = 8;
/** Lies beside the binding and turns the error stream off while it is loaded. */
export const QUIET_MODULE = "quiet.node";

const LINUX = {
  libraries: ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"],
  compilerArguments: ["-O2", "-std=c++17", "-shared", "-fPIC"],
  origin: "$ORIGIN",
  compilerFix: "apt-get install -y g++   (Fedora: dnf install gcc-c++)",
};

export const PLATFORMS: Readonly<Record<string, Platform>> = {
  "linux-x64": {
    ...LINUX,
    wheels: { cpu: `tensorflow-cpu==${TENSORFLOW_VERSION}`, gpu: `tensorflow==${TENSORFLOW_VERSION}` },
    tested: true,
  },
  "linux-arm64": { ...LINUX, wheels: { cpu: `tensorflow==${TENSORFLOW_VERSION}` }, tested: false },
  "darwin-arm64": {
    wheels: { cpu: `tensorflow==${TENSORFLOW_VERSION}` },
    libraries: ["libtensorflow_cc.2.dylib", "libtensorflow_framework.2.dylib"],
    compilerArguments: ["-O2", "-std=c++17", "-dynamiclib", "-undefined", "dynamic_lookup"],
    origin: "@loader_path",
    compilerFix: "xcode-select --install",
    tested: false,
  },
  // No TensorFlow wheel since 2.17: the official prebuilt library is the only way.
  "darwin-x64": { wheels: {}, libraries: [], compilerArguments: [], compilerFix: "", tested: false },
  // The wheel has no C++ library to link with: the official prebuilt library is the only way.
  "win32-x64": { wheels: {}, libraries: [], compilerArguments: [], compilerFix: "", tested: false },
};

export function platformName(): string {
  return `${process.platform}-${process.arch}`;
}

/** Disk space in bytes that an install takes while it runs. */
export const DISK_SPACE: Readonly<Record<"cpu" | "gpu" | "webgpu", number>> = {
  cpu: 1.6e9,
  gpu: 12e9,
  webgpu: 0.4e9,
};
