import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ArraysOptions, loadArrays } from "../../../src/support/data/arrays.ts";
import { parseIdxImages } from "../../../src/support/data/idx-format.ts";
import { formatNpy, parseNpy } from "../../../src/support/data/npy.ts";
import { readDataFile } from "../../../src/support/data/read-file.ts";
import { UserError } from "../../../src/support/system/user-error.ts";
import { idx, temporaryFolder, write } from "./fixtures.ts";

const folder = temporaryFolder();
/** No array that a small file unpacks to is larger. Unit: bytes. */
const MEMORY = 64 * 2 ** 20;
const RUNS = { seed: 20, numRuns: 170 } as const;

/** What happens to a file: bytes that change, an end that is cut off, or something behind it. */
const mutation = fc.record({
  changes: fc.array(fc.tuple(fc.nat(1e6), fc.nat(255)), { maxLength: 3 }),
  cut: fc.oneof(fc.constant(0), fc.nat(400)),
  more: fc.oneof(fc.constant(new Uint8Array()), fc.uint8Array({ maxLength: 9 })),
});

function mutate(
  bytes: Uint8Array,
  { changes, cut, more }: { changes: [number, number][]; cut: number; more: Uint8Array },
): Buffer {
  const kept = Buffer.from(bytes.subarray(0, Math.max(0, bytes.length - cut)));
  for (const [at, value] of changes) if (kept.length > 0) kept[at % kept.length] = value;
  return Buffer.concat([kept, more]);
}

/** What `read` gives; undefined where it is refused, with an error that names the file. Nothing else may be thrown. */
function attempt<T>(path: string, read: () => T): T | undefined {
  const before = process.memoryUsage().arrayBuffers;
  try {
    return read();
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    const { message, fix, exitCode } = error as UserError;
    expect(message).toContain(path);
    expect(message.length + fix.length).toBeLessThan(1000);
    expect(exitCode).toBe(1);
    return undefined;
  } finally {
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(MEMORY);
  }
}

const SHAPE = [6, 4, 2];
const VALUES = Float32Array.from({ length: 48 }, (_, k) => Math.sin(k));
const NPY = formatNpy(VALUES, SHAPE);
const DATA_START = NPY.length - VALUES.byteLength;
const LABELS = write(folder, "y.npy", formatNpy(Int32Array.of(0, 1, 0, 1, 1, 0), [6]));
const ALL = Int32Array.of(0, 1, 2, 3, 4, 5);

function load(path: string): { values: () => Promise<number[]>; warnings: string[] } {
  const warnings: string[] = [];
  const options: ArraysOptions<"input"> = {
    inputs: [{ name: "input", shape: [4, 2], train: path, test: path }],
    targets: { kind: "labels", classes: 2, shape: [], train: LABELS, test: LABELS },
    validation: "test",
    log: (line) => warnings.push(line),
  };
  const { train } = loadArrays(options);
  const values = async (): Promise<number[]> => {
    const x = (await train.read(ALL)).inputs.input; // [4, 6, 2]
    return [...VALUES.map((_, k) => x[((k >> 1) % 4) * 12 + (k >> 3) * 2 + (k & 1)]!)];
  };
  return { values, warnings };
}

function equal(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  return a.length === b.length && Array.from(a).every((value, k) => value === b[k]);
}

describe("mutated files", () => {
  it("of arrays are read as they are or refused", async () => {
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(mutation, async (change) => {
        const bytes = mutate(NPY, change);
        const path = write(folder, "x.npy", bytes);
        const found = attempt(path, () => load(path));
        if (found === undefined) {
          refused++;
          return;
        }
        expect(bytes).toHaveLength(NPY.length);
        if (!bytes.subarray(0, DATA_START).equals(NPY.subarray(0, DATA_START))) return; // the next test is of headers
        const view = new DataView(bytes.buffer, bytes.byteOffset + DATA_START);
        expect(await found.values()).toEqual([...VALUES].map((_, k) => view.getFloat32(4 * k, true)));
      }),
      RUNS,
    );
    expect(refused).toBeGreaterThan(50);
  });

  it("of which any byte of the header is any other are refused, warned of or read as before", () => {
    const silent: string[] = [];
    for (let at = 0; at < DATA_START; at++) {
      for (let value = 0; value < 256; value++) {
        const bytes = Buffer.from(NPY);
        bytes[at] = value;
        const array = attempt("x.npy", () => parseNpy(bytes, "x.npy"));
        if (array === undefined || (array.shape.join() === SHAPE.join() && equal(array.data, VALUES))) continue;
        const path = write(folder, "header.npy", bytes);
        if (attempt(path, () => load(path))?.warnings.length === 0) silent.push(`${at}: ${value}`);
      }
    }
    expect(silent).toEqual([]);
  });

  it("of images are read as they are or refused", () => {
    const pixels = Array.from({ length: 3 * 4 * 5 }, (_, k) => k * 4);
    const whole = idx([3, 4, 5], pixels);
    fc.assert(
      fc.property(mutation, (change) => {
        const bytes = mutate(whole, change);
        const path = write(folder, "images", bytes);
        const found = attempt(path, () => parseIdxImages(readDataFile(path), path));
        if (found === undefined) return;
        expect([found.count, found.rows, found.columns]).toEqual([3, 4, 5]);
        expect([...found.pixels]).toEqual([...bytes.subarray(16)]);
      }),
      RUNS,
    );
  });

  it("of gzip data unpack to what was packed or are refused", () => {
    const packed = gzipSync(NPY);
    let unpacked = 0;
    fc.assert(
      fc.property(mutation, (change) => {
        const bytes = mutate(packed, change);
        const path = write(folder, "x.gz", bytes);
        const found = attempt(path, () => readDataFile(path));
        if (found === undefined) return;
        unpacked++;
        // Without its first two bytes it is no gzip data.
        if (bytes[0] === 0x1f && bytes[1] === 0x8b) expect(Buffer.from(found)).toEqual(Buffer.from(NPY));
        else expect(Buffer.from(found)).toEqual(bytes);
      }),
      RUNS,
    );
    expect(unpacked).toBeGreaterThan(0);
  });

  it("leave nothing to wait for: the name of a folder, a hole, an empty file", () => {
    for (const bytes of [new Uint8Array(), new Uint8Array(1), new Uint8Array(1e6), Buffer.from([0x1f, 0x8b])]) {
      const path = write(folder, "odd.npy", bytes);
      expect(attempt(path, () => load(path))).toBeUndefined();
      expect(attempt(path, () => parseIdxImages(readDataFile(path), path))).toBeUndefined();
    }
    expect(() => readDataFile(join(folder))).toThrow(UserError);
  });
});
