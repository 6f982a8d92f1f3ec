import { inflateRawSync } from "node:zlib";
import { UserError } from "../../../support/system/user-error.ts";
import { cut } from "./field.ts";
import { checkSize } from "./limits.ts";

interface Entry {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  readonly checksum: number;
  readonly packed: number;
  readonly size: number;
  /** Of its local header. */
  readonly offset: number;
}

/** The entries of a ZIP archive that are asked for, by name, each checked against its size and its CRC-32. */
export class Archive {
  readonly #path: string;
  readonly #bytes: Buffer;
  readonly #entries = new Map<string, Entry>();

  /** @throws UserError (exit code 2) where the archive is damaged, or would unpack to more than the limit */
  constructor(path: string, bytes: Uint8Array) {
    this.#path = path;
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    try {
      for (const entry of directory(this.#bytes)) {
        if (this.#entries.has(entry.name)) throw new Error(`it has two entries ${cut(entry.name)}`);
        this.#entries.set(entry.name, entry);
      }
    } catch (cause) {
      throw this.#damaged(cause instanceof RangeError ? "it ends too early" : (cause as Error).message, cause);
    }
    // Nothing is unpacked of an archive that is too large.
    for (const { name, size } of this.#entries.values()) {
      checkSize(path, `${cut(name)} unpacks to`, size, name.endsWith(".json") ? "json" : "megabytes");
    }
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /** @throws UserError (exit code 2) where it is missing or damaged */
  read(name: string): Buffer {
    const entry = this.#entries.get(name);
    if (entry === undefined) {
      throw new UserError(`${this.#path}: the archive has no ${name}`, {
        exitCode: 2,
        fix: "name a Keras model (.keras), as model.save writes it",
      });
    }
    let bytes: Buffer;
    try {
      bytes = unpack(this.#bytes, entry);
    } catch (cause) {
      throw this.#damaged(`${name} cannot be unpacked`, cause);
    }
    if (bytes.byteLength !== entry.size || crc32(bytes) !== entry.checksum) {
      throw this.#damaged(`the checksum of ${name} is not that of its content`);
    }
    return bytes;
  }

  #damaged(what: string, cause?: unknown): UserError {
    return new UserError(`${this.#path} is damaged: ${what}`, { exitCode: 2, fix: "save or copy it again", cause });
  }
}

const END = 0x06054b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;

function directory(bytes: Buffer): Entry[] {
  // The end record is 22 bytes and a comment of at most 65,535.
  let end = bytes.byteLength - 22;
  const last = Math.max(0, end - 0xffff);
  while (end >= last && bytes.readUInt32LE(end) !== END) end--;
  if (end < last) throw new Error("it is no complete ZIP archive");
  const count = bytes.readUInt16LE(end + 10);
  const entries: Entry[] = [];
  let at = bytes.readUInt32LE(end + 16);
  if (at === 0xffffffff) throw new Error("it is a ZIP64 archive, which is for files of 4 GB and more");
  for (let k = 0; k < count; k++) {
    if (bytes.readUInt32LE(at) !== ENTRY) throw new Error("its directory is broken");
    const nameLength = bytes.readUInt16LE(at + 28);
    if (at + 46 + nameLength > bytes.byteLength) throw new RangeError();
    entries.push({
      name: bytes.toString("utf8", at + 46, at + 46 + nameLength),
      flags: bytes.readUInt16LE(at + 8),
      method: bytes.readUInt16LE(at + 10),
      checksum: bytes.readUInt32LE(at + 16),
      packed: bytes.readUInt32LE(at + 20),
      size: bytes.readUInt32LE(at + 24),
      offset: bytes.readUInt32LE(at + 42),
    });
    at += 46 + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return entries;
}

function unpack(bytes: Buffer, { flags, method, packed, size, offset }: Entry): Buffer {
  if ((flags & 1) !== 0) throw new Error("it is encrypted");
  if (bytes.readUInt32LE(offset) !== LOCAL) throw new Error("its header is broken");
  const start = offset + 30 + bytes.readUInt16LE(offset + 26) + bytes.readUInt16LE(offset + 28);
  const content = bytes.subarray(start, start + packed);
  if (content.byteLength !== packed) throw new Error("it is cut off");
  if (method === 0) return content;
  if (method !== 8) throw new Error(`it is packed by method ${method}`);
  // The size that the archive states is checked against the limit; no more than that is unpacked.
  return inflateRawSync(content, { maxOutputLength: Math.max(1, size) });
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});

/** CRC-32 of ZIP; zlib has it from Node 20.15 on only. */
function crc32(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (const byte of bytes) c = CRC_TABLE[(c ^ byte) & 0xff]! ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}
