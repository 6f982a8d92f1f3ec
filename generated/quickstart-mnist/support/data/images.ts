import { inflateSync } from "node:zlib";
import { UserError } from "lstm-compile-runtime/system/user-error.js";
import { parseIdxImages } from "./idx-format.ts";
import { isGzip, readRegularFile, unpackGzip } from "./read-file.ts";

export interface Images {
  readonly count: number;
  readonly rows: number;
  readonly columns: number;
  /** [count, rows, columns], 0 (background) to 255 */
  readonly images: Uint8Array;
}

/**
 * Reads an IDX image file (plain or .gz), a PNG (8 bits a channel, no palette, not interlaced) or a PGM. Colours become
 * greyscale, on a black ground where they are transparent.
 * @throws UserError (2) where the file is missing or of another kind, (1) where IDX data is damaged
 */
export function readImage(path: string): Images {
  let read: Uint8Array;
  try {
    read = readRegularFile(path);
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    throw new UserError(`${path} cannot be read: ${(cause as NodeJS.ErrnoException).code}`, {
      exitCode: 2,
      fix: "name an image or IDX file that exists",
      cause,
    });
  }
  const bytes = Buffer.from(read.buffer, read.byteOffset, read.length);
  const start = bytes.toString("latin1", 0, 8);
  if (start === "\x89PNG\r\n\x1a\n") return { count: 1, ...readPng(bytes, path) };
  if (/^P[25]\s/.test(start)) return { count: 1, ...readPgm(bytes, path) };
  if (!start.startsWith("\0\0") && !start.startsWith("\x1f\x8b")) {
    throw wrong(path, bytes.length === 0 ? "the file is empty" : "this kind of file is not read");
  }
  const { count, rows, columns, pixels } = parseIdxImages(isGzip(bytes) ? unpackGzip(bytes, path) : bytes, path);
  return { count, rows, columns, images: pixels };
}

type Image = Omit<Images, "count">;

const MAXIMUM_PIXELS = 1e8;

/** Of a PGM: its header with its comments, and all of its text. Unit: bytes. */
const MAXIMUM_HEADER = 65_536;
const MAXIMUM_TEXT = 1e8;

function wrong(path: string, what: string, cause?: unknown): UserError {
  return new UserError(`${path}: ${what}`, {
    exitCode: 2,
    fix: "give an IDX file, a PGM, or a PNG with 8 bits a channel that has no palette and is not interlaced",
    cause,
  });
}

/** Netpbm's greyscale formats, text (P2) and binary (P5), with values up to 255. */
function readPgm(bytes: Buffer, path: string): Image {
  const start = bytes.toString("latin1", 0, MAXIMUM_HEADER);
  const gap = "(?:\\s|#[^\n]*\n)+";
  const header = new RegExp(`^P([25])${gap}(\\d+)${gap}(\\d+)${gap}(\\d+)\\s`).exec(start);
  if (header === null) throw wrong(path, "the PGM header is malformed");
  const [columns, rows, maximum] = [Number(header[2]), Number(header[3]), Number(header[4])];
  const size = rows * columns;
  if (maximum < 1 || maximum > 255) throw wrong(path, `a PGM with values up to ${maximum} is not read`);
  if (size === 0 || size > MAXIMUM_PIXELS) throw wrong(path, `a PGM of ${columns}x${rows} pixels is not read`);
  const content = bytes.subarray(header[0].length);
  if (header[1] === "2" && content.length > MAXIMUM_TEXT) {
    throw wrong(path, `a PGM of ${content.length} characters of text is not read`);
  }
  const values: ArrayLike<number> =
    header[1] === "5"
      ? content
      : content
          .toString("latin1")
          .replace(/#[^\n]*/g, "")
          .split(/\s+/)
          .filter(Boolean)
          .map(Number);
  if (values.length < size) {
    throw wrong(path, `the PGM is truncated: its header says ${size} pixels, but ${values.length} are there`);
  }
  const images = new Uint8Array(size);
  for (let k = 0; k < size; k++) {
    const value = values[k]!;
    if (!Number.isInteger(value) || value < 0 || value > maximum) {
      throw wrong(path, `pixel ${k} of the PGM is not a whole number in 0..${maximum}`);
    }
    images[k] = Math.round((value * 255) / maximum);
  }
  return { rows, columns, images };
}

/** Channels by PNG colour type: greyscale, RGB, greyscale with alpha, RGB with alpha. */
const PNG_CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 4: 2, 6: 4 };

interface PngHeader {
  readonly columns: number;
  readonly rows: number;
  readonly channels: number;
}

/** PNG (ISO/IEC 15948), 8 bits a channel, without palette and interlacing. Colours become luma (ITU-R BT.601). */
function readPng(bytes: Buffer, path: string): Image {
  let header: PngHeader | undefined;
  let ended = false;
  const data: Buffer[] = [];
  for (let at = 8; at + 12 <= bytes.length && !ended; ) {
    const length = bytes.readUInt32BE(at);
    const kind = bytes.toString("latin1", at + 4, at + 8);
    const content = bytes.subarray(at + 8, at + 8 + length);
    if (content.length < length) break;
    if (kind === "IHDR") header = readPngHeader(content, path);
    else if (kind === "IDAT") data.push(content);
    else if (kind === "IEND") ended = true;
    at += 12 + length;
  }
  if (header === undefined || !ended) throw wrong(path, "the PNG is truncated");
  const { columns, rows, channels } = header;
  const stride = columns * channels;
  const size = rows * (stride + 1);
  let raw: Buffer;
  try {
    raw = inflateSync(Buffer.concat(data), { maxOutputLength: size + 1 });
  } catch (cause) {
    throw wrong(path, `the PNG is damaged (${(cause as Error).message})`, cause);
  }
  if (raw.length !== size)
    throw wrong(path, `the PNG is damaged: ${size} bytes of pixels are due, ${raw.length} are there`);
  const line = unfilter(raw, rows, stride, channels, path);
  const images = new Uint8Array(rows * columns);
  const hasAlpha = channels === 2 || channels === 4;
  for (let k = 0; k < images.length; k++) {
    const p = k * channels;
    const luma = channels < 3 ? line[p]! : 0.299 * line[p]! + 0.587 * line[p + 1]! + 0.114 * line[p + 2]!;
    images[k] = Math.round(hasAlpha ? (luma * line[p + channels - 1]!) / 255 : luma);
  }
  return { rows, columns, images };
}

function readPngHeader(content: Buffer, path: string): PngHeader {
  if (content.length !== 13) throw wrong(path, "the PNG header is malformed");
  const [columns, rows] = [content.readUInt32BE(0), content.readUInt32BE(4)];
  const [depth, colour, interlace] = [content[8]!, content[9]!, content[12]!];
  const channels = PNG_CHANNELS[colour];
  if (colour === 3) throw wrong(path, "a PNG with a palette is not read");
  if (depth !== 8) throw wrong(path, `a PNG with ${depth} bits a channel is not read`);
  if (interlace !== 0) throw wrong(path, "an interlaced PNG is not read");
  if (channels === undefined) throw wrong(path, "the PNG header is malformed");
  if (rows * columns === 0 || rows * columns > MAXIMUM_PIXELS) {
    throw wrong(path, `a PNG of ${columns}x${rows} pixels is not read`);
  }
  return { columns, rows, channels };
}

/** Undoes PNG's five row filters: none, sub, up, average, Paeth. */
function unfilter(raw: Buffer, rows: number, stride: number, channels: number, path: string): Uint8Array {
  const out = new Uint8Array(rows * stride);
  for (let row = 0; row < rows; row++) {
    const filter = raw[row * (stride + 1)]!;
    if (filter > 4) throw wrong(path, `the PNG is damaged: row ${row} has filter ${filter}`);
    for (let k = 0; k < stride; k++) {
      const at = row * stride + k;
      const left = k >= channels ? out[at - channels]! : 0;
      const up = row > 0 ? out[at - stride]! : 0;
      const corner = row > 0 && k >= channels ? out[at - stride - channels]! : 0;
      out[at] = raw[row * (stride + 1) + 1 + k]! + predict(filter, left, up, corner);
    }
  }
  return out;
}

function predict(filter: number, left: number, up: number, corner: number): number {
  switch (filter) {
    case 1:
      return left;
    case 2:
      return up;
    case 3:
      return (left + up) >> 1;
    case 4:
      return paeth(left, up, corner);
    default:
      return 0;
  }
}

function paeth(left: number, up: number, corner: number): number {
  const estimate = left + up - corner;
  const [dl, du, dc] = [Math.abs(estimate - left), Math.abs(estimate - up), Math.abs(estimate - corner)];
  if (dl <= du && dl <= dc) return left;
  return du <= dc ? up : corner;
}

const SHADES = " .:-=+*#%@";

/** An image as characters, two pixel rows to a line because characters are tall. */
export function drawImage(pixels: Uint8Array, rows: number, columns: number): string {
  const lines: string[] = [];
  for (let row = 0; row < rows; row += 2) {
    let line = "";
    for (let column = 0; column < columns; column++) {
      const upper = pixels[row * columns + column]!;
      const lower = row + 1 < rows ? pixels[(row + 1) * columns + column]! : upper;
      line += SHADES[Math.min(SHADES.length - 1, Math.floor(((upper + lower) / 2 / 256) * SHADES.length))];
    }
    lines.push(line.trimEnd());
  }
  return lines.join("\n");
}
