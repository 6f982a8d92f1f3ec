import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import {
  type FileTensor,
  type Hdf5Answer,
  type Hdf5Group,
  type Hdf5Library,
  type Hdf5Request,
  writeTree,
} from "../core/formats/hdf5/tree.ts";
import type { Limits } from "../core/formats/limits.ts";

/** HDF5 libraries read files, so that an entry of an archive becomes one for the time of `use`. */
async function withFile<R>(use: (file: string) => R | Promise<R>): Promise<R> {
  const folder = mkdtempSync(join(tmpdir(), "lstm-compile-hdf5-"));
  try {
    return await use(join(folder, `${randomBytes(8).toString("hex")}.h5`));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export async function readHdf5(bytes: Uint8Array, limits: Limits): Promise<Hdf5Answer> {
  return withFile(async (file) => {
    writeFileSync(file, bytes);
    const answer = await ask({ file, fileBytes: bytes.byteLength, maxBytes: limits.megabytes * 1e6 }, limits);
    if ("noAnswer" in answer || ("isOver" in answer && answer.isOver)) stop();
    return answer;
  });
}

export async function writeHdf5(groups: readonly Hdf5Group[], tensors: readonly FileTensor[]): Promise<Uint8Array> {
  // Node's build writes files of the disk; it is slow to start, so it is loaded when it is needed.
  const library = (await import("h5wasm/node")) as unknown as Hdf5Library;
  ((await library.ready) as { activate_throwing_error_handler?(): void }).activate_throwing_error_handler?.();
  return withFile((file) => {
    writeTree(library, file, groups, tensors);
    return readFileSync(file);
  });
}

/** The library runs in a thread of its own: damaged files can end it, or send it round in circles. */
let worker: Promise<Worker> | undefined;

function stop(): void {
  void worker?.then((running) => running.terminate());
  worker = undefined;
}

async function start({ megabytes }: Limits): Promise<Worker> {
  const options = {
    workerData: { maxMemory: megabytes * 1e6 + 256e6 },
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

async function ask(request: Hdf5Request, limits: Limits): Promise<Hdf5Answer> {
  worker ??= start(limits);
  const running = await worker;
  running.ref();
  let timer: NodeJS.Timeout | undefined;
  let settle: (answer: Hdf5Answer) => void = () => undefined;
  const onError = (error: Error): void => settle({ error: error.message, isOver: true });
  const onExit = (): void => settle({ error: "the library ended", isOver: true });
  try {
    return await new Promise<Hdf5Answer>((resolve) => {
      settle = resolve;
      running.once("message", settle).once("error", onError).once("exit", onExit);
      timer = setTimeout(() => settle({ noAnswer: true }), limits.seconds * 1000);
      running.postMessage(request);
    });
  } finally {
    clearTimeout(timer);
    running.off("message", settle).off("error", onError).off("exit", onExit);
    running.unref();
  }
}
