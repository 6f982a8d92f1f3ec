import { Inflate } from "fflate";
import { UserError } from "../../../support/system/user-error.ts";
import { shortText } from "../field.ts";
import type { SourceFile } from "../format.ts";
import { checkSize } from "../limits.ts";

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
  readonly #bytes: Uint8Array;
  readonly #entries = new Map<string, Entry>();

  /** @throws UserError (exit code 2) where the archive is damaged, or would unpack to more than the limit */
  constructor(file: SourceFile, bytes: Uint8Array) {
    this.#path = file.path;
    this.#bytes = bytes;
    try {
      for (const entry of directory(bytes)) {
        if (this.#entries.has(entry.name)) throw new Error(`it has two entries ${shortText(entry.name)}`);
        this.#entries.set(entry.name, entry);
      }
    } catch (cause) {
      throw this.#damaged(cause instanceof RangeError ? "it ends too early" : (cause as Error).message, cause);
    }
    // Nothing is unpacked of an archive that is too large.
    for (const { name, size } of this.#entries.values()) {
      checkSize(file, `${shortText(name)} unpacks to`, size, name.endsWith(".json") ? "json" : "megabytes");
    }
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /** @throws UserError (exit code 2) where it is missing or damaged */
  read(name: string): Uint8Array {
    const entry = this.#entries.get(name);
    if (entry === undefined) {
      throw new UserError(`${this.#path}: the archive has no ${name}`, {
        exitCode: 2,
        fix: "name a Keras model (.keras), as model.save writes it",
      });
    }
    let bytes: Uint8Array;
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

/** Reads beyond the end throw a RangeError. */
function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

function directory(bytes: Uint8Array): Entry[] {
  const view = viewOf(bytes);
  // The end record is 22 bytes and a comment of at most 65,535.
  let end = bytes.byteLength - 22;
  const last = Math.max(0, end - 0xffff);
  while (end >= last && view.getUint32(end, true) !== END) end--;
  if (end < last) throw new Error("it is no complete ZIP archive");
  const count = view.getUint16(end + 10, true);
  const entries: Entry[] = [];
  let at = view.getUint32(end + 16, true);
  if (at === 0xffffffff) throw new Error("it is a ZIP64 archive, which is for files of 4 GB and more");
  for (let k = 0; k < count; k++) {
    if (view.getUint32(at, true) !== ENTRY) throw new Error("its directory is broken");
    const nameLength = view.getUint16(at + 28, true);
    if (at + 46 + nameLength > bytes.byteLength) throw new RangeError();
    entries.push({
      name: new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength)),
      flags: view.getUint16(at + 8, true),
      method: view.getUint16(at + 10, true),
      checksum: view.getUint32(at + 16, true),
      packed: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      offset: view.getUint32(at + 42, true),
    });
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return entries;
}

/** No more than this many bytes come out of one of DEFLATE's. */
const MOST_PER_BYTE = 1032;

/** Bytes that are unpacked at once. */
const PIECE = 16_384;

function unpack(bytes: Uint8Array, { flags, method, packed, size, offset }: Entry): Uint8Array {
  if ((flags & 1) !== 0) throw new Error("it is encrypted");
  const view = viewOf(bytes);
  if (view.getUint32(offset, true) !== LOCAL) throw new Error("its header is broken");
  const start = offset + 30 + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true);
  const content = bytes.subarray(start, start + packed);
  if (content.byteLength !== packed) throw new Error("it is cut off");
  if (method === 0) return content;
  if (method !== 8) throw new Error(`it is packed by method ${method}`);
  if (size > packed * MOST_PER_BYTE) throw new Error("it is shorter than it says");
  return inflate(content, size);
}

/** The size that an archive states is checked against the limit; no more than that is unpacked, a piece at a time. */
function inflate(content: Uint8Array, size: number): Uint8Array {
  const unpacked = new Uint8Array(size);
  let end = 0;
  const stream = new Inflate((piece) => {
    if (end + piece.byteLength > size) throw new Error("it is longer than it says");
    unpacked.set(piece, end);
    end += piece.byteLength;
  });
  for (let at = 0; at < content.byteLength; at += PIECE) {
    stream.push(content.subarray(at, at + PIECE), at + PIECE >= content.byteLength);
  }
  return unpacked.subarray(0, end);
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});

/** CRC-32 of ZIP. */
function crc32(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (const byte of bytes) c = CRC_TABLE[(c ^ byte) & 0xff]! ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}
