import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import type * as H5 from "h5wasm";
import { UserError } from "../../../support/system/user-error.ts";
import type { Hdf5Answer, Hdf5Item, Hdf5Request } from "./hdf5-worker.ts";
import { checkSize, limit, overLimit } from "./limits.ts";

export type { Hdf5Item } from "./hdf5-worker.ts";

export interface FileTensor {
  readonly name: string;
  readonly shape: number[];
  readonly values: Float32Array;
}

/** HDF5 libraries read files, so that an entry of an archive becomes one for the time of `use`. */
async function withFile<R>(use: (file: string) => R | Promise<R>): Promise<R> {
  const folder = mkdtempSync(join(tmpdir(), "lstm-compile-hdf5-"));
  try {
    return await use(join(folder, `${randomBytes(8).toString("hex")}.h5`));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Everything that a file holds and that Keras has written for layers, groups before what is in them.
 * @throws UserError (exit code 2) where it is damaged or too large
 */
export async function readHdf5(path: string, bytes: Uint8Array): Promise<readonly Hdf5Item[]> {
  return withFile(async (file) => {
    writeFileSync(file, bytes);
    const maxBytes = limit("megabytes") * 1e6;
    const answer = await ask({ file, maxBytes }, path);
    if ("items" in answer) return answer.items;
    if ("isOver" in answer && answer.isOver) stop();
    if ("tooLarge" in answer) checkSize(path, "its weights have", answer.tooLarge);
    const reason = "reason" in answer ? answer.reason : undefined;
    throw new UserError(`${path} is damaged: ${reason ?? "it cannot be read as HDF5"}`, {
      exitCode: 2,
      fix: "save or copy it again",
      cause: new Error("error" in answer ? answer.error : "too large"),
    });
  });
}

/** The library runs in a thread of its own: damaged files can end it, or send it round in circles. */
let worker: Promise<Worker> | undefined;

function stop(): void {
  void worker?.then((running) => running.terminate());
  worker = undefined;
}

async function start(): Promise<Worker> {
  const options = {
    workerData: { maxMemory: limit("megabytes") * 1e6 + 256e6 },
    // What the library prints when it gives up is of no use to anybody.
    stdout: true,
    stderr: true,
  };
  const started = import.meta.url.endsWith(".ts")
    ? new Worker(fromSource(), { ...options, eval: true })
    : new Worker(new URL("./hdf5-worker.js", import.meta.url), options);
  await new Promise((resolve, reject) => {
    started.once("message", resolve).once("error", reject);
    started.once("exit", (code) => reject(new Error(`the HDF5 library did not start (exit code ${code})`)));
  });
  return started;
}

/** Node before 22.18 runs no TypeScript, and takes no loader for the first file of a thread. */
function fromSource(): string {
  const loader = createRequire(import.meta.url).resolve("tsx/cjs/api");
  const [path, from] = [fileURLToPath(new URL("./hdf5-worker.ts", import.meta.url)), import.meta.url];
  return `require(${JSON.stringify(loader)}).require(${JSON.stringify(path)}, ${JSON.stringify(from)})`;
}

async function ask(request: Hdf5Request, path: string): Promise<Hdf5Answer> {
  worker ??= start();
  const running = await worker;
  running.ref();
  const seconds = limit("seconds");
  let timer: NodeJS.Timeout | undefined;
  let settle: (answer: Hdf5Answer) => void = () => undefined;
  const onError = (error: Error): void => settle({ error: error.message, isOver: true });
  const onExit = (): void => settle({ error: "the library ended", isOver: true });
  try {
    return await new Promise<Hdf5Answer>((resolve, reject) => {
      settle = resolve;
      running.once("message", settle).once("error", onError).once("exit", onExit);
      timer = setTimeout(() => {
        stop();
        const what = `the HDF5 library gave no answer within ${seconds} s; the file may be damaged`;
        reject(overLimit(path, what, "seconds"));
      }, seconds * 1000);
      running.postMessage(request);
    });
  } finally {
    clearTimeout(timer);
    running.off("message", settle).off("error", onError).off("exit", onExit);
    running.unref();
  }
}

/** Groups by path, with a name each, and tensors by path, as bytes of an HDF5 file. */
export async function writeHdf5(
  groups: readonly { readonly path: string; readonly name?: string }[],
  tensors: readonly FileTensor[],
): Promise<Buffer> {
  // Node's build writes files of the disk; it is slow to start, so it is loaded when it is needed.
  const library = (await import("h5wasm/node")) as unknown as typeof H5;
  ((await library.ready) as { activate_throwing_error_handler?(): void }).activate_throwing_error_handler?.();
  return withFile((name) => {
    const file = new library.File(name, "w");
    try {
      const made = new Set<string>();
      const make = (path: string): void => {
        if (path === "" || made.has(path)) return;
        make(path.split("/").slice(0, -1).join("/"));
        file.create_group(path);
        made.add(path);
      };
      for (const { path, name: label } of groups) {
        make(path);
        if (label !== undefined) (file.get(path) as H5.Group).create_attribute("name", label);
      }
      for (const { name: path, shape, values } of tensors) {
        make(path.split("/").slice(0, -1).join("/"));
        file.create_dataset({ name: path, data: values, shape, dtype: "<f" });
      }
      file.flush();
    } finally {
      file.close();
    }
    return readFileSync(name);
  });
}
