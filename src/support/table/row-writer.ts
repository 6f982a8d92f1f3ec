import { fsyncSync, writeSync } from "node:fs";
import { writeError } from "../system/files.ts";

const BLOCK = 2 ** 20;

/** Writes rows of float64 numbers to a file, block by block. */
export class RowWriter {
  /** Rows so far. */
  rows = 0;
  readonly width: number;
  readonly #path: string;
  readonly #file: number;
  readonly #start: number;
  readonly #block: Float64Array;
  /** Rows that are in the file; those after them are in the block. */
  #flushed = 0;

  /**
   * @param path for messages
   * @param start where in the file the first row comes. Unit: bytes
   */
  constructor(path: string, file: number, width: number, start = 0) {
    this.#path = path;
    this.#file = file;
    this.#start = start;
    this.width = width;
    this.#block = new Float64Array(Math.max(1, Math.floor(BLOCK / 8 / Math.max(1, width))) * width);
  }

  /** @throws UserError (3) where the system refuses, such as a full disk */
  write(row: Float64Array): void {
    const at = (this.rows - this.#flushed) * this.width;
    this.#block.set(row, at);
    this.rows++;
    if (at + this.width === this.#block.length) this.flush();
  }

  /** Sets one number of a row that was written. */
  patch(row: number, index: number, value: number): void {
    if (row >= this.#flushed) this.#block[(row - this.#flushed) * this.width + index] = value;
    else this.#put(Float64Array.of(value), row * this.width + index);
  }

  flush(): void {
    const { rows, width } = this;
    this.#put(this.#block.subarray(0, (rows - this.#flushed) * width), this.#flushed * width);
    this.#flushed = rows;
  }

  #put(numbers: Float64Array, at: number): void {
    writeFully(
      this.#path,
      this.#file,
      new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength),
      this.#start + at * 8,
    );
  }
}

/** @throws UserError (3) where the system refuses */
export function writeFully(path: string, file: number, bytes: Uint8Array, position: number): void {
  try {
    for (let done = 0; done < bytes.length; ) {
      done += writeSync(file, bytes, done, bytes.length - done, position + done);
    }
  } catch (error) {
    throw writeError(path, error);
  }
}

/** Waits until the disk has all of a file. */
export function sync(path: string, file: number): void {
  try {
    fsyncSync(file);
  } catch (error) {
    throw writeError(path, error);
  }
}
