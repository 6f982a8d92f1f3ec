import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { loadIdx } from "../../../src/support/data/idx.ts";
import { parseIdxImages, parseIdxLabels } from "../../../src/support/data/idx-format.ts";
import { imageSplit } from "../../../src/support/data/image-split.ts";
import { sha256 } from "../../../src/support/system/sha256.ts";
import { idx, temporaryFolder, userError, write } from "./fixtures.ts";

const folder = temporaryFolder();
const PIXELS = Array.from({ length: 3 * 2 * 4 }, (_, k) => k * 10);

describe("parseIdxImages", () => {
  it("reads header and pixels", () => {
    const images = parseIdxImages(idx([3, 2, 4], PIXELS), "a");
    expect(images).toMatchObject({ count: 3, rows: 2, columns: 4 });
    expect([...images.pixels]).toEqual(PIXELS);
  });

  it.each([
    ["an empty file", Buffer.alloc(0), /a: .*truncated: 0 bytes are there.*needs 16/],
    ["half a header", idx([3, 2, 4], []).subarray(0, 9), /truncated: 9 bytes/],
    ["too few pixels", idx([3, 2, 4], PIXELS.slice(1)), /truncated.*3 × 2 × 4.*24 bytes.*23 are there/],
    ["trailing bytes", idx([3, 2, 4], [...PIXELS, 0]), /too long.*24 bytes.*25 are there/],
    ["no images", idx([0, 28, 28], []), /holds nothing: .*0 × 28 × 28/],
    ["dimensions that overflow 32 bits to 0", idx([65536, 65536, 65536], []), /truncated.*281474976710656/],
    ["dimensions beyond exact doubles", idx([0xffffffff, 0xffffffff, 0xffffffff], [1]), /truncated/],
    ["labels", idx([3], [1, 2, 3, 4, 5, 6, 7, 8, 9]), /1 dimension, not 3/],
    ["floats", idx([1, 1, 1], [0, 0, 0, 0], 13), /32-bit floats/],
    ["another format", Buffer.from("PK\x03\x04, a zip archive"), /not an IDX file: it begins with 0x504b0304/],
    ["an unknown type", idx([1, 1, 1], [0], 7), /not an IDX file/],
  ])("refuses %s", async (_, bytes, message) => {
    const error = await userError(() => parseIdxImages(bytes, "a"));
    expect(error.message).toMatch(message);
    expect(error.exitCode).toBe(1);
  });
});

describe("parseIdxLabels", () => {
  it("reads labels", () => {
    expect([...parseIdxLabels(idx([3], [0, 9, 4]), "a", 10, String)]).toEqual([0, 9, 4]);
  });

  it("names value and index of the first label outside the classes", async () => {
    const error = await userError(() =>
      parseIdxLabels(idx([4], [0, 9, 10, 11]), "labels", 10, (largest) => `up to ${largest}`),
    );
    expect(error.message).toBe("labels: label 10 at index 2, but the classes are 0..9");
    expect(error.fix).toBe("up to 11");
  });
});

describe("imageSplit", () => {
  it("writes time-major batches, divided by scale, in the order of indices", async () => {
    const images = parseIdxImages(idx([3, 2, 4], PIXELS), "a");
    const split = imageSplit(images, Uint8Array.of(7, 8, 9), 255);
    const order = [2, 0, 2];
    const x = (await split.read(Int32Array.from(order))).inputs.input;
    expect(x).toHaveLength(2 * 3 * 4);
    expect([...(await split.read(Int32Array.from(order))).targets]).toEqual([9, 7, 9]);
    for (let row = 0; row < 2; row++) {
      for (const [b, index] of order.entries()) {
        for (let column = 0; column < 4; column++) {
          const wanted = Math.fround(PIXELS[(index * 2 + row) * 4 + column]! / 255);
          expect(x[(row * 3 + b) * 4 + column]).toBe(wanted);
        }
      }
    }
  });
});

describe("loadIdx", () => {
  const shape = { rows: 2, columns: 4, classes: 10, scale: 1, validation: "test" } as const;
  const trainImages = write(folder, "x", idx([3, 2, 4], PIXELS));
  const trainLabels = write(folder, "y", idx([3], [1, 2, 3]));
  const testImages = write(folder, "tx.gz", gzipSync(idx([1, 2, 4], PIXELS.slice(0, 8)))).slice(0, -3);
  const testLabels = write(folder, "ty", idx([1], [5]));
  const options = { ...shape, trainImages, trainLabels, testImages, testLabels };

  it("reads two splits and the checksums of the unpacked bytes, sorted", () => {
    const { train, test, checksums, source } = loadIdx(options);
    expect([train.count, test.count]).toEqual([3, 1]);
    expect(Object.keys(checksums)).toEqual(["tx", "ty", "x", "y"]);
    expect(checksums.tx).toBe(sha256(idx([1, 2, 4], PIXELS.slice(0, 8))));
    expect(source).toContain(trainImages);
  });

  it("keeps the checksums of files apart that have the same name in two folders", () => {
    for (const part of ["train", "test"]) mkdirSync(join(folder, part));
    const labels = write(join(folder, "train"), "labels", idx([3], [1, 2, 3]));
    const others = write(join(folder, "test"), "labels", idx([1], [5]));
    const { checksums } = loadIdx({ ...options, trainLabels: labels, testLabels: others });
    expect(checksums["train/labels"]).toBe(sha256(idx([3], [1, 2, 3])));
    expect(checksums["test/labels"]).toBe(sha256(idx([1], [5])));
  });

  it("warns of classes that only the test part has", () => {
    const log: string[] = [];
    loadIdx({ ...options, log: (line) => log.push(line) });
    expect(log).toEqual([`warning: ${testLabels} has the class 5, which never occurs in ${trainLabels}`]);
    loadIdx({ ...options, testLabels: write(folder, "same", idx([1], [2])), log: (line) => log.push(line) });
    expect(log).toHaveLength(1);
  });

  it("refuses labels that do not belong to the images, and images of another size", async () => {
    const labels = await userError(() => loadIdx({ ...options, trainLabels: testLabels }));
    expect(labels.message).toBe(`${testLabels}: 1 labels, but ${trainImages} has 3 images`);
    const size = await userError(() => loadIdx({ ...options, columns: 5 }));
    expect(size.message).toBe(`${trainImages}: images of 2x4 pixels, but the model reads 2x5`);
    const classes = await userError(() => loadIdx({ ...options, classes: 3 }));
    expect(classes.message).toBe(`${trainLabels}: label 3 at index 2, but the classes are 0..2`);
    expect(classes.fix).toContain("`classes: 4`");
    const missing = await userError(() => loadIdx({ ...options, testLabels: join(folder, "nope") }));
    expect(missing.exitCode).toBe(3);
  });
});
