import { describe, expect, it } from "vitest";
import { drawDigits, loadDigits } from "../../../src/support/data/digits.ts";

const { images, labels } = drawDigits(400, 7, "test");
const SIZE = 28 * 28;
const image = (index: number): Uint8Array => images.pixels.subarray(index * SIZE, (index + 1) * SIZE);

describe("loadDigits", () => {
  it("draws the same bytes on every machine", () => {
    const { checksums, source } = loadDigits({
      trainSamples: 60,
      testSamples: 20,
      validation: "test",
      seed: 1,
      scale: 1,
    });
    expect(checksums).toEqual({
      "digits/test": "c5429ed5acdb5a89f7965b4b6069667867c1921cd935bf28042fa8d9e5e781d5",
      "digits/train": "3cfb270b20271f2cd39e37a15de02edf6aa976d99ceffb199639c631917bc85c",
    });
    expect(source).toContain("seed 1");
  });

  it("draws others with another seed, and others for testing than for training", () => {
    const sums = [1, 2].flatMap((seed) =>
      Object.values(loadDigits({ trainSamples: 20, testSamples: 20, validation: "test", seed, scale: 1 }).checksums),
    );
    expect(new Set(sums).size).toBe(4);
    const train = drawDigits(300, 1, "digits/train").images.pixels;
    const test = drawDigits(300, 1, "digits/test").images.pixels;
    const part = (pixels: Uint8Array, k: number): string => pixels.subarray(k * SIZE, (k + 1) * SIZE).join();
    const trained = new Set(Array.from({ length: 300 }, (_, k) => part(train, k)));
    expect(trained.size).toBe(300);
    for (let k = 0; k < 300; k++) expect(trained.has(part(test, k))).toBe(false);
  });

  it("gives as many samples as are asked for, pixels divided by scale", async () => {
    const { train, test } = loadDigits({ trainSamples: 30, testSamples: 10, validation: "test", seed: 3, scale: 255 });
    expect([train.count, test.count]).toEqual([30, 10]);
    const x = (await train.read(Int32Array.from({ length: 30 }, (_, k) => k))).inputs.input;
    expect(x).toHaveLength(30 * SIZE);
    expect(Math.max(...x)).toBeGreaterThan(0.7);
    expect(Math.max(...x)).toBeLessThanOrEqual(1);
  });
});

describe("drawDigits", () => {
  it("draws as many of each class, in no order", () => {
    for (let label = 0; label < 10; label++) expect(labels.filter((other) => other === label)).toHaveLength(40);
    expect([...labels.subarray(0, 20)]).not.toEqual(Array.from({ length: 20 }, (_, k) => k % 10));
    const rest = drawDigits(13, 7, "test").labels;
    for (let label = 0; label < 10; label++) expect([1, 2]).toContain(rest.filter((other) => other === label).length);
  });

  it("draws ink on a dark ground, inside the image, with soft edges", () => {
    for (let k = 0; k < labels.length; k++) {
      const pixels = image(k);
      const inked = pixels.filter((value) => value > 128).length;
      expect(inked).toBeGreaterThan(10);
      expect(inked).toBeLessThan(300);
      expect(pixels.some((value) => value > 40 && value < 160)).toBe(true);
      const corners = [0, 27, SIZE - 28, SIZE - 1].map((at) => pixels[at]!);
      expect(Math.max(...corners)).toBeLessThan(30);
    }
  });

  it("draws digits that one can tell apart, though not each by the same pixels", () => {
    // Nearest mean image of the first half, on the second half: far above chance, and not all of them.
    const half = labels.length / 2;
    const means = Array.from({ length: 10 }, () => new Float64Array(SIZE));
    for (let k = 0; k < half; k++) for (let i = 0; i < SIZE; i++) means[labels[k]!]![i]! += image(k)[i]! / 20;
    let right = 0;
    for (let k = half; k < labels.length; k++) {
      const distances = means.map((mean) => mean.reduce((sum, value, i) => sum + (value - image(k)[i]!) ** 2, 0));
      if (distances.indexOf(Math.min(...distances)) === labels[k]) right++;
    }
    expect(right / half).toBeGreaterThan(0.5);
    expect(right / half).toBeLessThan(0.98);
  });
});
