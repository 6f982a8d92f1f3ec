import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { dirname, join, sep } from "node:path";
import { pathToFileURL } from "node:url";
import * as tf from "@tensorflow/tfjs-core";
import { type BackendDriver, messageOf, Unusable } from "./types.ts";
import { replaceSliceKernels } from "./wasm-kernels.ts";

const PACKAGE = "@tensorflow/tfjs-backend-wasm";

interface WasmModule {
  setWasmPaths(prefix: string): void;
  setThreadsCount(threads: number): void;
  getThreadsCount(): number;
  version_wasm: string;
}

/** WebAssembly with SIMD; it needs nothing but the npm package. */
export const wasmDriver: BackendDriver = {
  name: "wasm",

  precheck() {
    try {
      packageFile();
      return undefined;
    } catch {
      return new Unusable(`the npm package ${PACKAGE} was not found`, `npm install ${PACKAGE}@${tf.version_core}`);
    }
  },

  async activate(options) {
    const main = packageFile();
    const listeners = currentListeners();
    const loaded = (await import(pathToFileURL(main).href)) as WasmModule & { default?: WasmModule };
    const wasm = loaded.default ?? loaded;
    wasm.setWasmPaths(dirname(main) + sep);
    if (!options.verbose) tf.env().set("IS_TEST", true); // the library's only switch for its warnings
    try {
      if (!(await tf.setBackend("wasm"))) throw new Error("WebAssembly did not start");
      await tf.ready();
    } catch (error) {
      throw new Unusable(
        `WebAssembly did not start: ${messageOf(error)}`,
        `npm install ${PACKAGE}@${tf.version_core}`,
        error,
      );
    } finally {
      tf.env().set("IS_TEST", false);
      restoreListeners(listeners);
    }
    replaceSliceKernels();
    const simd = await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT");
    const threaded = await tf.env().getAsync("WASM_HAS_MULTITHREAD_SUPPORT");
    const threads = threaded ? availableParallelism() : 1;
    const device = `${simd ? "SIMD" : "no SIMD"}, ${threads} ${threads === 1 ? "thread" : "threads"}, ${process.arch}`;
    return { version: `tfjs-backend-wasm ${wasm.version_wasm ?? tf.version_core}`, device };
  },
};

type Listeners = Map<"uncaughtException" | "unhandledRejection", Set<unknown>>;

function currentListeners(): Listeners {
  return new Map([
    ["uncaughtException", new Set<unknown>(process.listeners("uncaughtException"))],
    ["unhandledRejection", new Set<unknown>(process.listeners("unhandledRejection"))],
  ]);
}

/**
 * Removes what the library added: its handlers throw every error again from inside one minified line, so that Node prints that
 * whole line (20 kB) before the error of the program.
 */
function restoreListeners(before: Listeners): void {
  for (const listener of process.listeners("uncaughtException")) {
    if (!before.get("uncaughtException")!.has(listener)) process.removeListener("uncaughtException", listener);
  }
  for (const listener of process.listeners("unhandledRejection")) {
    if (!before.get("unhandledRejection")!.has(listener)) process.removeListener("unhandledRejection", listener);
  }
}

/** The package's main file, seen from the folder of the program and then from here. */
function packageFile(): string {
  let failure: unknown;
  for (const from of [import.meta.url, join(process.cwd(), "package.json")]) {
    try {
      return createRequire(from).resolve(PACKAGE);
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}
