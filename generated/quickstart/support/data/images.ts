import { inflateSync } from "node:zlib";
import { readFileSync } from "node:fs";
import { UserError } from "../user-error.ts";
import { parseIdxImages, readDataFile } from "./idx.ts";

export interface Images {
  readonly count: number;
  readonly rows: number;
  readonly columns: number;
  /** [count, rows, columns], 0 (background) to 255 */
  readonly images: Uint8Array;
}

/** Reads an IDX image file (plain or .gz), a PNG (8 bits a channel, not interlaced) or a PGM. @throws UserError */
export function readImage(path: string): Images {
  let head: Uint8Array;
  try {
    head = readFileSync(path).subarray(0, 8);
  } catch (cause) {
    throw new UserError(`${path} cannot be read: ${(cause as NodeJS.ErrnoException).code}`, {
      exitCode: 2,
      fix: "name an image or IDX file that exists",
      cause,
    });
  }
  if (head[0] === 0x89 && head[1] === 0x50) return { count: 1, ...readPng(readFileSync(path), path) };
  if (head[0] === 0x50 && (head[1] === 0x35 || head[1] === 0x32)) return { count: 1, ...readPgm(readFileSync(path), path) };
  const { count, rows, columns, pixels } = parseIdxImages(readDataFile(path), path);
  return { count, rows, columns, images: pixels };
}

type Image = Omit<Images, "count">;

function wrong(path: string, what: string, cause?: unknown): UserError {
  return new UserError(`${path}: ${what}`, {
    exitCode: 2,
    fix: "give an IDX file, a PGM, or a PNG with 8 bits a channel that is not interlaced",
    cause,
  });
}

/** Netpbm's greyscale formats, text (P2) and binary (P5). */
function readPgm(bytes: Uint8Array, path: string): Image {
  const text = Buffer.from(bytes).toString("latin1");
  const header = /^P([25])\s+(?:#.*\n\s*)*(\d+)\s+(?:#.*\n\s*)*(\d+)\s+(?:#.*\n\s*)*(\d+)\s/.exec(text);
  if (header === null) throw wrong(path, "the PGM header is malformed");
  const [columns, rows, maximum] = [Number(header[2]), Number(header[3]), Number(header[4])];
  const size = rows * columns;
  if (maximum < 1 || maximum > 255 || size === 0 || size > 1e8) throw wrong(path, `a PGM of ${columns}x${rows}, maximum ${maximum}, is not read`);
  const values =
    header[1] === "5"
      ? bytes.subarray(header[0].length)
      : Uint8Array.from(text.slice(header[0].length).trim().split(/\s+/), Number);
  if (values.length < size) throw wrong(path, `truncated: ${size} pixels are announced, ${values.length} are there`);
  return { rows, columns, images: Uint8Array.from(values.subarray(0, size), (value) => Math.round((value * 255) / maximum)) };
}

/** Channels by PNG colour type: greyscale, RGB, greyscale with alpha, RGB with alpha. */
const PNG_CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 4: 2, 6: 4 };

/** PNG (ISO/IEC 15948), 8 bits a channel, without palette and interlacing. Colours become luma (ITU-R BT.601). */
function readPng(bytes: Buffer, path: string): Image {
  let columns = 0;
  let rows = 0;
  let channels = 0;
  const data: Buffer[] = [];
  for (let at = 8; at + 8 <= bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const kind = bytes.toString("latin1", at + 4, at + 8);
    const content = bytes.subarray(at + 8, at + 8 + length);
    if (content.length < length) throw wrong(path, "the PNG is truncated");
    if (kind === "IHDR") {
      columns = content.readUInt32BE(0);
      rows = content.readUInt32BE(4);
      channels = PNG_CHANNELS[content[9]!] ?? 0;
      if (content[8] !== 8 || channels === 0 || content[12] !== 0) throw wrong(path, "this kind of PNG is not read");
      if (rows * columns === 0 || rows * columns > 1e8) throw wrong(path, `a PNG of ${columns}x${rows} is not read`);
    } else if (kind === "IDAT") {
      data.push(content);
    } else if (kind === "IEND") break;
    at += 12 + length;
  }
  let raw: Buffer;
  try {
    raw = inflateSync(Buffer.concat(data));
  } catch (cause) {
    throw wrong(path, `the PNG is damaged (${(cause as Error).message})`, cause);
  }
  const stride = columns * channels;
  if (rows === 0 || raw.length < rows * (stride + 1)) throw wrong(path, "the PNG is truncated");
  const line = unfilter(raw, rows, stride, channels);
  const images = new Uint8Array(rows * columns);
  for (let k = 0; k < images.length; k++) {
    const p = k * channels;
    images[k] = channels < 3 ? line[p]! : Math.round(0.299 * line[p]! + 0.587 * line[p + 1]! + 0.114 * line[p + 2]!);
  }
  return { rows, columns, images };
}

/** Undoes PNG's five row filters: none, sub, up, average, Paeth. */
function unfilter(raw: Buffer, rows: number, stride: number, channels: number): Uint8Array {
  const out = new Uint8Array(rows * stride);
  for (let row = 0; row < rows; row++) {
    const filter = raw[row * (stride + 1)]!;
    for (let k = 0; k < stride; k++) {
      const left = k >= channels ? out[row * stride + k - channels]! : 0;
      const up = row > 0 ? out[(row - 1) * stride + k]! : 0;
      const corner = row > 0 && k >= channels ? out[(row - 1) * stride + k - channels]! : 0;
      const predicted = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter] ?? 0;
      out[row * stride + k] = raw[row * (stride + 1) + 1 + k]! + predicted;
    }
  }
  return out;
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
