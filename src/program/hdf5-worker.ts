import { parentPort, workerData } from "node:worker_threads";
import { type Hdf5Answer, type Hdf5Library, type Hdf5Request, readTree } from "../core/formats/hdf5/tree.ts";

interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** The library grows its memory through this: a damaged file may ask for all of the machine's. */
function boundMemory(bytes: number): void {
  const { prototype } = (globalThis as unknown as { WebAssembly: { Memory: { prototype: Memory } } }).WebAssembly
    .Memory;
  const { grow } = prototype;
  prototype.grow = function (this: Memory, pages: number): number {
    if (this.buffer.byteLength + pages * 65_536 > bytes) throw new RangeError("too much memory");
    return grow.call(this, pages);
  };
}

async function start(port: NonNullable<typeof parentPort>): Promise<void> {
  boundMemory((workerData as { maxMemory: number }).maxMemory);
  const library = (await import("h5wasm/node")) as unknown as Hdf5Library;
  // Otherwise errors of the C library are printed to stderr.
  ((await library.ready) as { activate_throwing_error_handler?(): void }).activate_throwing_error_handler?.();
  port.on("message", (request: Hdf5Request) => {
    port.postMessage(readTree(library, request) satisfies Hdf5Answer);
  });
  port.postMessage("ready");
}

if (parentPort !== null) void start(parentPort);
