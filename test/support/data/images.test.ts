import { truncateSync } from "node:fs";
import { join } from "node:path";
import { deflateSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { drawImage, readImage } from "../../../src/support/data/images.ts";
import { idx, temporaryFolder, userError, write } from "./fixtures.ts";

const folder = temporaryFolder();
let files = 0;
const file = (bytes: string | Uint8Array): string => write(folder, `image${++files}`, bytes);

/** 3 rows of 4 pixels. */
const PIXELS = [0, 10, 200, 255, 7, 90, 91, 3, 250, 128, 1, 0];

interface Png {
  width?: number;
  height?: number;
  depth?: number;
  colour?: number;
  interlace?: number;
  /** Filter bytes and filtered rows. */
  rows?: ArrayLike<number>;
  /** zlib's level; 0 stores. */
  level?: number;
}

const PLAIN_ROWS = [0, 1, 2].flatMap((row) => [0, ...PIXELS.slice(4 * row, 4 * row + 4)]);

function png({
  width = 4,
  height = 3,
  depth = 8,
  colour = 0,
  interlace = 0,
  rows = PLAIN_ROWS,
  level = 9,
}: Png): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, colour, 0, 0, interlace], 8);
  const chunk = (kind: string, data: Uint8Array): Buffer => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    return Buffer.concat([length, Buffer.from(kind), data, Buffer.alloc(4)]);
  };
  const packed = deflateSync(Uint8Array.from(rows), { level });
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", header),
    chunk("tEXt", Buffer.from("Title\0x")),
    chunk("IDAT", packed.subarray(0, 5)),
    chunk("IDAT", packed.subarray(5)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** Rows of bytes under one of PNG's filters, by its definition. */
function filtered(filter: number, bytes: readonly number[], stride: number, channels: number): number[] {
  const rows: number[] = [];
  for (let row = 0; row * stride < bytes.length; row++) {
    rows.push(filter);
    for (let k = 0; k < stride; k++) {
      const at = (dr: number, dk: number): number =>
        row - dr < 0 || k - dk < 0 ? 0 : bytes[(row - dr) * stride + k - dk]!;
      const [a, b, c] = [at(0, channels), at(1, 0), at(1, channels)];
      const p = a + b - c;
      const nearest = [a, b, c].sort((m, n) => Math.abs(p - m) - Math.abs(p - n))[0]!; // stable: a before b before c
      const predicted = [0, a, b, Math.floor((a + b) / 2), nearest][filter]!;
      rows.push((bytes[row * stride + k]! - predicted) & 255);
    }
  }
  return rows;
}

describe("readImage", () => {
  it("reads IDX, plain and gzip", () => {
    const bytes = idx([2, 3, 4], [...PIXELS, ...PIXELS.toReversed()]);
    for (const path of [file(bytes), file(gzipSync(bytes))]) {
      const { images, ...size } = readImage(path);
      expect(size).toEqual({ count: 2, rows: 3, columns: 4 });
      expect([...images.subarray(12)]).toEqual(PIXELS.toReversed());
    }
  });

  it.each([
    ["binary", Buffer.concat([Buffer.from("P5\n4 3\n255\n"), Uint8Array.from(PIXELS)])],
    ["with data that looks like space", Buffer.concat([Buffer.from("P5 4 3 255 "), Uint8Array.from(PIXELS)])],
    ["as text", Buffer.from(`P2 4 3 255 ${PIXELS.join(" ")}`)],
    ["with comments", Buffer.from(`P2\n# one\n4 # width\n3\n#two\n# three\n255\n${PIXELS.join("\n# 99\n")}`)],
  ])("reads a PGM %s", (_, bytes) => {
    const { images, ...size } = readImage(file(bytes));
    expect(size).toEqual({ count: 1, rows: 3, columns: 4 });
    expect([...images]).toEqual(PIXELS);
  });

  it("stretches a PGM with a smaller maximum to 0..255", () => {
    expect([...readImage(file("P2 3 1 15 0 5 15")).images]).toEqual([0, 85, 255]);
  });

  it.each([0, 1, 2, 3, 4])("reads a PNG with filter %i, greyscale and RGB", (filter) => {
    const grey = readImage(file(png({ rows: filtered(filter, PIXELS, 4, 1) })));
    expect(grey).toMatchObject({ count: 1, rows: 3, columns: 4 });
    expect([...grey.images]).toEqual(PIXELS);
    const rgb = PIXELS.flatMap((value) => [value, value, value]);
    const colour = readImage(file(png({ colour: 2, rows: filtered(filter, rgb, 12, 3), level: 0 })));
    expect([...colour.images]).toEqual(PIXELS);
  });

  it("settles ties of PNG's Paeth filter in the order left, up, corner", () => {
    const pixels = Array.from({ length: 32 * 32 }, (_, k) => 40 * (Math.imul(k + 1, 0x9e3779b1) >>> 30));
    const bytes = png({ width: 32, height: 32, rows: filtered(4, pixels, 32, 1) });
    expect([...readImage(file(bytes)).images]).toEqual(pixels);
  });

  it("weighs colours as luma, and what is transparent is black", () => {
    const rgb = png({ width: 3, height: 1, colour: 2, rows: [0, 255, 0, 0, 0, 255, 0, 0, 0, 255] });
    expect([...readImage(file(rgb)).images]).toEqual([76, 150, 29]);
    const alpha = png({ width: 3, height: 1, colour: 4, rows: [0, 255, 0, 255, 255, 100, 51] });
    expect([...readImage(file(alpha)).images]).toEqual([0, 255, 20]);
    const rgba = png({ width: 2, height: 1, colour: 6, rows: [0, 255, 255, 255, 0, 9, 9, 9, 255] });
    expect([...readImage(file(rgba)).images]).toEqual([0, 9]);
  });

  it.each<[string, string | Uint8Array, RegExp]>([
    ["an empty file", "", /is empty/],
    ["a JPEG", Buffer.from([0xff, 0xd8, 0xff, 0xe0]), /this kind of file is not read/],
    ["a colour PPM", "P6 1 1 255 abc", /this kind of file is not read/],
    ["16-bit PGM", "P2 1 1 65535 7", /values up to 65535/],
    ["a PGM without pixels", "P2 0 4 255 ", /0x4 pixels/],
    ["an enormous PGM", "P5 99999999 99999999 255 x", /99999999x99999999/],
    ["a malformed PGM", "P2 four 4 255 1", /PGM header is malformed/],
    ["a truncated PGM", "P5 4 3 255 abc", /truncated: its header says 12 pixels, but 3/],
    ["a PGM with words", "P2 2 1 255 1 x", /pixel 1 of the PGM/],
    ["a PGM beyond its maximum", "P2 2 1 15 1 16", /pixel 1 .* 0\.\.15/],
    ["a negative pixel", "P2 2 1 15 -1 6", /pixel 0/],
    ["a PNG with a palette", png({ colour: 3 }), /palette/],
    ["a 16-bit PNG", png({ depth: 16 }), /16 bits a channel/],
    ["an interlaced PNG", png({ interlace: 1 }), /interlaced/],
    ["an unknown colour type", png({ colour: 5 }), /header is malformed/],
    ["a PNG of no size", png({ width: 0 }), /0x3/],
    ["an enormous PNG", png({ width: 0xffffffff, height: 0xffffffff }), /4294967295x4294967295/],
    ["an unknown filter", png({ rows: filtered(0, PIXELS, 4, 1).with(5, 5) }), /row 1 has filter 5/],
    ["too few rows", png({ height: 4 }), /20 bytes of pixels are due, 15/],
    ["too many rows", png({ height: 1 }), /damaged/],
    ["a truncated PNG", png({}).subarray(0, -20), /truncated/],
    ["a PNG's signature alone", png({}).subarray(0, 8), /truncated/],
    ["damaged pixels", png({}).fill(0xff, 60, 64), /damaged/],
  ])("refuses %s", async (_, bytes, message) => {
    const path = file(bytes);
    const error = await userError(() => readImage(path));
    expect(error.exitCode).toBe(2);
    expect(error.message.startsWith(`${path}: `), error.message).toBe(true);
    expect(error.message).toMatch(message);
  });

  it("refuses a truncated PNG, wherever it ends", async () => {
    const whole = png({});
    for (let length = 0; length < whole.length; length++)
      await userError(() => readImage(file(whole.subarray(0, length))));
  });

  it("refuses a damaged IDX file and a missing one", async () => {
    expect(await userError(() => readImage(file(idx([2, 3, 4], PIXELS))))).toMatchObject({ exitCode: 1 });
    const missing = await userError(() => readImage(join(folder, "none.png")));
    expect(missing).toMatchObject({ exitCode: 2 });
    expect(missing.message).toContain("ENOENT");
  });

  it("refuses folders, and gzip data that unpacks to more than the limit", async () => {
    expect((await userError(() => readImage(folder))).message).toBe(`${folder} is a folder, which is not read`);
    const path = file(gzipSync(idx([100, 10, 10], new Uint8Array(10_000))));
    process.env.LSTM_COMPILE_MAX_DATA_BYTES = "10015";
    try {
      const error = await userError(() => readImage(path));
      expect(error.message).toBe(`${path}: its gzip data unpacks to 10,016 bytes, but data is read up to 10,015 bytes`);
    } finally {
      delete process.env.LSTM_COMPILE_MAX_DATA_BYTES;
    }
    expect(readImage(path).count).toBe(100);
  });

  it("refuses a PGM of more text than is read", async () => {
    const path = file("P2 1 1 255\n");
    truncateSync(path, 1e8 + 100); // a hole: no disk is used
    expect((await userError(() => readImage(path))).message).toContain("characters of text is not read");
  });
});

describe("drawImage", () => {
  it("draws two rows of pixels to a line, darker to brighter", () => {
    const pixels = Uint8Array.of(0, 255, 128, 0, 255, 128, 255, 255, 0);
    expect(drawImage(pixels, 3, 3)).toBe(" @+\n@@");
  });

  it("draws nothing where there is nothing", () => {
    expect(drawImage(new Uint8Array(4 * 4), 4, 4)).toBe("\n");
  });
});
