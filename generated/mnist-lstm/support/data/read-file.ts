import { constants as limits } from "node:buffer";
import { closeSync, constants, existsSync, fstatSync, openSync, readSync, type Stats } from "node:fs";
import { gunzipSync } from "node:zlib";
import { UserError } from "lstm-compile-runtime/system/user-error.js";

/** The environment variable that raises {@link DEFAULT_LIMIT}. */
const VARIABLE = "LSTM_COMPILE_MAX_DATA_BYTES";

/** Data files are read up to this size, packed and unpacked. Unit: bytes. */
const DEFAULT_LIMIT = 2 ** 30;

/** Deflate packs no better than this. */
const MAX_RATIO = 1032;

/** The system reads less than 2 GiB at once. */
const PIECE = 2 ** 30;

/**
 * A file's bytes, unpacked where it is gzip; `path` itself or `path`.gz. Never more than LSTM_COMPILE_MAX_DATA_BYTES (1 GiB).
 * @throws UserError (3) where neither can be read or it is no regular file, (1) where it is too large or the gzip data is damaged,
 * (2) where the limit is no number
 */
export function readDataFile(path: string): Uint8Array {
  const found = existsSync(path) ? path : `${path}.gz`;
  let bytes: Uint8Array;
  try {
    bytes = readRegularFile(found);
  } catch (error) {
    if (error instanceof UserError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    const what = code === "ENOENT" ? `neither ${path} nor ${path}.gz exists` : `${found} cannot be read: ${code}`;
    const option = process.env.LSTM_COMPILE_STARTED ? "-- --data DIR" : "--data DIR"; // the compiler has options of its own
    const fix = `correct the path, or name the folder that holds the file with ${option}`;
    throw new UserError(what, { exitCode: 3, fix, cause: error });
  }
  return isGzip(bytes) ? unpackGzip(bytes, found) : bytes;
}

/**
 * A file's bytes as they lie there. Pipes, devices and folders are refused before anything is read from them.
 * @throws the system's error where it cannot be opened; UserError as {@link readDataFile}
 */
export function readRegularFile(path: string): Uint8Array {
  // Without O_NONBLOCK, which Windows lacks, opening a pipe waits for its writer.
  const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stats = fstatSync(file);
    if (!stats.isFile()) {
      throw new UserError(`${path} is ${kindOf(stats)}, which is not read`, { exitCode: 3, fix: "give a file" });
    }
    return readAll(file, stats.size, path);
  } finally {
    closeSync(file);
  }
}

/** `size` is what the system says; some files are longer, or have no end. */
function readAll(file: number, size: number, path: string): Uint8Array {
  const limit = byteLimit();
  if (size > limit) throw tooLarge(path, `it has ${grouped(size)} bytes`, limit);
  let bytes = allocate(size + 1, path);
  let length = 0;
  for (;;) {
    if (length > limit) throw tooLarge(path, `it has more than ${grouped(limit)} bytes`, limit);
    if (length === bytes.length) {
      const longer = allocate(Math.min(length * 2 + 65_536, limit + 1), path);
      longer.set(bytes);
      bytes = longer;
    }
    const read = readSync(file, bytes, length, Math.min(bytes.length - length, PIECE), null);
    if (read === 0) return bytes.subarray(0, length);
    length += read;
  }
}

function allocate(size: number, path: string): Uint8Array {
  try {
    return new Uint8Array(size);
  } catch (cause) {
    throw outOfMemory(path, size, cause);
  }
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return "a folder";
  if (stats.isFIFO()) return "a pipe";
  if (stats.isSocket()) return "a socket";
  return "a device";
}

export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** @throws UserError (1) naming the file where the data is damaged or unpacks to more than the limit */
export function unpackGzip(bytes: Uint8Array, file: string): Uint8Array {
  const limit = byteLimit();
  // The last four bytes are the length of what was packed last, modulo 2^32; damaged ones say anything.
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const said = bytes.length < 4 ? 0 : view.getUint32(bytes.length - 4, true);
  const possible = said <= bytes.length * MAX_RATIO;
  if (possible && said > limit) throw tooLarge(file, `its gzip data unpacks to ${grouped(said)} bytes`, limit);
  let unpacked: { buffer: Uint8Array; engine: { bytesWritten: number } };
  try {
    // Of this size, the result is one chunk, which need not be copied.
    const chunkSize = possible ? Math.max(said + 1, 65_536) : 65_536;
    unpacked = gunzipSync(bytes, { maxOutputLength: limit, chunkSize, info: true }) as unknown as typeof unpacked;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ERR_BUFFER_TOO_LARGE") {
      const what = `its ${grouped(bytes.length)} bytes of gzip data unpack to more than ${grouped(limit)} bytes`;
      throw tooLarge(file, what, limit);
    }
    if (cause instanceof RangeError) throw outOfMemory(file, said, cause);
    const { message } = cause as Error;
    // The first header has been looked at: this one follows.
    if (message === "incorrect header check")
      throw damaged(file, "something else follows the end of the gzip data", cause);
    throw damaged(file, `the gzip data ${GZIP_FAULTS[code ?? ""] ?? "cannot be unpacked"} (${message})`, cause);
  }
  const { buffer, engine } = unpacked;
  const rest = bytes.subarray(engine.bytesWritten);
  // Some writers fill up with zeros.
  if (rest.some((byte) => byte !== 0)) {
    throw damaged(file, "something else follows the end of the gzip data");
  }
  return buffer;
}

/** By zlib's code. */
const GZIP_FAULTS: Readonly<Record<string, string>> = {
  Z_BUF_ERROR: "is truncated",
  Z_DATA_ERROR: "is damaged",
};

/** The limit in bytes: LSTM_COMPILE_MAX_DATA_BYTES, or 1 GiB. @throws UserError (2) where the variable is no whole number */
export function byteLimit(): number {
  const given = process.env[VARIABLE];
  if (given === undefined || given === "") return DEFAULT_LIMIT;
  if (!/^\d{1,15}$/.test(given) || Number(given) === 0) {
    throw new UserError(`the environment variable ${VARIABLE} is ${JSON.stringify(given.slice(0, 40))}`, {
      exitCode: 2,
      fix: `give a number of bytes, such as ${VARIABLE}=${4 * DEFAULT_LIMIT}`,
    });
  }
  return Math.min(Number(given), limits.MAX_LENGTH - 1); // what Node can hold
}

/** The error for data of more than `limit` bytes. */
export function tooLarge(file: string, what: string, limit: number): UserError {
  const raise =
    limit >= limits.MAX_LENGTH - 1
      ? "this version of Node holds no more in one array"
      : `where the machine has the memory, raise the limit: ${VARIABLE}=${Math.min(4 * limit, limits.MAX_LENGTH - 1)}`;
  return new UserError(`${file}: ${what}, but data is read up to ${grouped(limit)} bytes`, {
    exitCode: 1,
    fix: `give fewer samples or a smaller type of numbers; ${raise}`,
  });
}

function outOfMemory(file: string, size: number, cause: unknown): UserError {
  return new UserError(`${file}: there is no memory for its ${grouped(size)} bytes`, {
    exitCode: 3,
    fix: "give fewer samples or a smaller type of numbers, or use a machine with more memory",
    cause,
  });
}

/** "1,073,741,824", whatever the locale. */
function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}

function damaged(file: string, what: string, cause?: unknown): UserError {
  return new UserError(`${file}: ${what}`, { exitCode: 1, fix: "replace the file by a whole copy", cause });
}
