import { createHash } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import type { FittedTime } from "../data/time.ts";
import { readError } from "../system/files.ts";
import type { MissingPolicy } from "./prepare-options.ts";

/**
 * The file of a prepared table: magic (8 bytes), version and bytes of the header (uint32 each), the header as JSON, filled up with
 * spaces to a multiple of 8; then the rows, series after series, in order of time; then the SHA-256 of all that (32 bytes).
 * A row is float64 numbers, see {@link rowLayout}. All numbers are little-endian, as every machine is that Node runs on here.
 */
export const MAGIC = "LCTABLE\n";
/** Of the file's layout and of what preparing does: another one is another file. */
export const VERSION = 1;
const START = 16;
const CHECKSUM = 32;
/** 64 MB */
const IN_MEMORY = 64 * 2 ** 20;
const BLOCK = 2 ** 20;

export interface PreparedSeries {
  /** The values of the columns of series; [] where there are none. */
  readonly name: readonly string[];
  readonly rows: number;
  /** The time of its last row, as the table has it. */
  readonly lastTime: string | null;
}

export interface PreparedHeader {
  readonly columns: readonly { readonly name: string; readonly missing: MissingPolicy }[];
  readonly series: readonly PreparedSeries[];
  /** null where rows have no times. */
  readonly time: FittedTime | null;
  /** Lines about what was done. */
  readonly notes: readonly string[];
}

/** Where in a row the numbers stand. */
export interface RowLayout {
  readonly width: number;
  /** The time: ms since 1970, or a number that counts rows; -1 where there is none. */
  readonly time: number;
  /** 1 where the row does not come one step after the row before, else 0; -1 where there are no times. */
  readonly gap: number;
  /** Of the first column's value; the other columns follow. NaN: missing and not filled in. */
  readonly values: number;
  /** Of each column: 1 where its value was filled in or could not be, else 0; -1 where values are never filled in here. */
  readonly filled: Int32Array;
}

/** Row: time and gap, where there are times; the value of each column; a mark for each column with `ffill` or `linear`. */
export function rowLayout({ columns, time }: Pick<PreparedHeader, "columns"> & { readonly time: unknown }): RowLayout {
  const values = time === null ? 0 : 2;
  let width = values + columns.length;
  const filled = Int32Array.from(columns, ({ missing }) =>
    missing === "ffill" || missing === "linear" ? width++ : -1,
  );
  return { width, time: time === null ? -1 : 0, gap: time === null ? -1 : 1, values, filled };
}

/** What comes before the rows. */
export function headerBytes(header: PreparedHeader): Buffer {
  const json = Buffer.from(JSON.stringify(header));
  const bytes = Buffer.alloc(Math.ceil((START + json.length) / 8) * 8, " ");
  bytes.write(MAGIC, "latin1");
  bytes.writeUInt32LE(VERSION, MAGIC.length);
  bytes.writeUInt32LE(bytes.length - START, MAGIC.length + 4);
  json.copy(bytes, START);
  return bytes;
}

/** The SHA-256 of the first `length` bytes of a file. */
export function checksum(file: number, length: number): Buffer {
  const hash = createHash("sha256");
  const block = Buffer.alloc(Math.min(BLOCK, length));
  for (let at = 0; at < length; ) {
    const read = readSync(file, block, 0, Math.min(block.length, length - at), at);
    if (read === 0) break;
    hash.update(block.subarray(0, read));
    at += read;
  }
  return hash.digest();
}

/** Rows of a prepared table, read by position. */
export class Prepared {
  readonly path: string;
  readonly header: PreparedHeader;
  readonly layout: RowLayout;
  /** The position of the first row of each series. */
  readonly firsts: readonly number[];
  readonly rows: number;
  readonly #file: number;
  readonly #start: number;
  /** All rows, where they are few enough. */
  readonly #held: Float64Array | undefined;

  /**
   * @param start where the rows begin. Unit: bytes
   * @param most rows up to this size are held in memory. Unit: bytes
   */
  constructor(path: string, file: number, header: PreparedHeader, start: number, most: number) {
    this.path = path;
    this.header = header;
    this.layout = rowLayout(header);
    let rows = 0;
    this.firsts = header.series.map((series) => {
      rows += series.rows;
      return rows - series.rows;
    });
    this.rows = rows;
    this.#file = file;
    this.#start = start;
    const numbers = rows * this.layout.width;
    if (numbers * 8 <= most) {
      this.#held = new Float64Array(numbers);
      this.#fill(this.#held, 0);
    }
  }

  /** `count` rows from row `first` on, [count, width]: a view that holds until the next call, into `buffer` where it is large enough. */
  read(first: number, count: number, buffer: Float64Array): Float64Array {
    const { width } = this.layout;
    if (this.#held !== undefined) return this.#held.subarray(first * width, (first + count) * width);
    const view = buffer.subarray(0, count * width);
    this.#fill(view, first * width);
    return view;
  }

  /** Rows of a range, block by block: [rows of the block, width] each, a view that holds until the next. */
  *blocks(first: number, end: number): Generator<{ readonly first: number; readonly rows: Float64Array }> {
    const most = Math.max(1, Math.floor(BLOCK / 8 / this.layout.width));
    const buffer = new Float64Array(most * this.layout.width);
    for (let at = first; at < end; at += most) {
      yield { first: at, rows: this.read(at, Math.min(most, end - at), buffer) };
    }
  }

  close(): void {
    closeSync(this.#file);
  }

  #fill(view: Float64Array, at: number): void {
    const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    readFully(this.#file, bytes, this.#start + at * 8, this.path);
  }
}

/** @throws UserError (3) where the file ends before, or the system refuses */
export function readFully(file: number, bytes: Uint8Array, position: number, path: string): void {
  for (let done = 0; done < bytes.length; ) {
    let read: number;
    try {
      read = readSync(file, bytes, done, bytes.length - done, position + done);
    } catch (error) {
      throw readError(path, error);
    }
    if (read === 0) throw new Error(`${path} became shorter while it was read`);
    done += read;
  }
}

/**
 * Opens a prepared table; undefined where it is not there, or is not all that was written.
 * @param most rows up to this size are held in memory. Unit: bytes
 */
export function openPrepared(path: string, most = IN_MEMORY): Prepared | undefined {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw readError(path, error);
  }
  let prepared: Prepared | undefined;
  try {
    prepared = readHeader(path, file, most);
    return prepared;
  } finally {
    if (prepared === undefined) closeSync(file);
  }
}

function readHeader(path: string, file: number, most: number): Prepared | undefined {
  const size = fstatSync(file).size;
  const start = Buffer.alloc(START);
  if (size < START + CHECKSUM || readSync(file, start, 0, START, 0) < START) return undefined;
  if (start.toString("latin1", 0, MAGIC.length) !== MAGIC || start.readUInt32LE(MAGIC.length) !== VERSION)
    return undefined;
  const expected = Buffer.alloc(CHECKSUM);
  readFully(file, expected, size - CHECKSUM, path);
  if (!checksum(file, size - CHECKSUM).equals(expected)) return undefined;
  const json = Buffer.alloc(start.readUInt32LE(MAGIC.length + 4));
  readFully(file, json, START, path);
  return new Prepared(path, file, JSON.parse(json.toString("utf8")) as PreparedHeader, START + json.length, most);
}
