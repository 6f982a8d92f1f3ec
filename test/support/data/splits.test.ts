import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadArrays } from "../../../src/support/data/arrays.ts";
import { type CsvOptions, loadCsv } from "../../../src/support/data/csv.ts";
import type { Split } from "../../../src/support/data/dataset.ts";
import { loadDigits } from "../../../src/support/data/digits.ts";
import { loadIdx } from "../../../src/support/data/idx.ts";
import { formatNpy } from "../../../src/support/data/npy.ts";
import { heldOut, inMemory, subset, type ValidationSplit, withValidation } from "../../../src/support/data/splits.ts";
import { loadText, type TextOptions } from "../../../src/support/data/text.ts";
import { idx, temporaryFolder, userError, write } from "./fixtures.ts";

const folder = temporaryFolder();
const ORDER = { numRuns: 200, seed: 1 };

function countOf(classes: ArrayLike<number>, positions: Iterable<number>): Map<number, number> {
  const counts = new Map<number, number>();
  for (const position of positions) counts.set(classes[position]!, (counts.get(classes[position]!) ?? 0) + 1);
  return counts;
}

/** Samples whose input and target are their position. */
function numbered(count: number): Split {
  const gather = (indices: Int32Array): Int32Array => indices.slice();
  return inMemory({ count, inputs: { input: gather }, targets: gather });
}

async function targetsOf(split: Split): Promise<number[]> {
  return [...(await split.read(Int32Array.from({ length: split.count }, (_, k) => k))).targets];
}

describe("heldOut", () => {
  const share = fc.double({ min: 0.001, max: 0.5, noNaN: true });
  const seed = fc.option(fc.nat(), { nil: undefined });
  const options = (fraction: number, drawn: number | undefined) =>
    drawn === undefined ? { fraction } : { fraction, seed: drawn };

  it("parts all samples in two, in their order, of the right sizes", () => {
    const property = fc.property(fc.integer({ min: 2, max: 400 }), share, seed, (count, fraction, drawn) => {
      const { train, validation } = heldOut(count, options(fraction, drawn));
      expect([...train, ...validation].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, k) => k));
      for (const part of [train, validation]) expect([...part].sort((a, b) => a - b)).toEqual([...part]);
      expect(validation.length).toBe(Math.max(1, Math.round(count * fraction)));
    });
    fc.assert(property, ORDER);
  });

  it("takes from each class its share, within a sample, and leaves one of each", () => {
    const classes = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 12, maxLength: 300 });
    const property = fc.property(classes, share, fc.nat(), (labels, fraction, drawn) => {
      const { train, validation } = heldOut(labels.length, { fraction, seed: drawn }, labels);
      const all = countOf(labels, labels.keys());
      const [left, held] = [countOf(labels, train), countOf(labels, validation)];
      const exact = Math.max(1, Math.round(labels.length * fraction)) / labels.length;
      for (const [label, count] of all) {
        expect(left.get(label)).toBeGreaterThanOrEqual(1);
        // Classes of one sample give none, which others then give for them.
        if ([...all.values()].every((n) => n > 1))
          expect(Math.abs((held.get(label) ?? 0) - count * exact)).toBeLessThan(1);
      }
    });
    fc.assert(property, ORDER);
  });

  it("draws the same by the same seed, others by another, and the last without one", () => {
    const draw = (drawn: number | undefined): string => heldOut(1000, options(0.1, drawn)).validation.join();
    expect(draw(1)).toBe(draw(1));
    expect(draw(1)).not.toBe(draw(2));
    expect(heldOut(10, { fraction: 0.2 }).validation).toEqual(Int32Array.of(8, 9));
  });

  it("refuses where none can be held out", async () => {
    expect(await userError(() => heldOut(1, { fraction: 0.5, seed: 1 }))).toMatchObject({
      exitCode: 1,
      message: "of 1 training sample none can be held out for validation",
    });
    expect((await userError(() => heldOut(1, { fraction: 0.5 }))).message).toContain("of 1 training sample none");
    const alone = await userError(() => heldOut(3, { fraction: 0.3, seed: 1 }, [0, 1, 2]));
    expect(alone.message).toContain("because each has a class of its own");
    expect(alone.fix).toContain("`validation: test`");
  });
});

describe("withValidation", () => {
  it("is the test split itself where the spec says so", () => {
    const [train, test] = [numbered(5), numbered(3)];
    expect(withValidation({ train, test }, "test")).toEqual({ train, validation: test, test });
  });

  it("reads by position what is left, and what is held out", async () => {
    const { train, validation } = withValidation(
      { train: numbered(10), test: numbered(2) },
      { fraction: 0.3, seed: 4 },
    );
    const [left, held] = [await targetsOf(train), await targetsOf(validation)];
    expect([left.length, held.length]).toEqual([7, 3]);
    expect([...left, ...held].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const last = await train.read(Int32Array.of(6, 0));
    expect([...last.targets]).toEqual([left[6], left[0]]);
    expect(last.inputs.input).toEqual(last.targets);
  });
});

it("a subset has the lengths of its samples", () => {
  const lengths = Int32Array.of(3, 1, 2);
  expect(subset({ ...numbered(3), lengths }, Int32Array.of(2, 0)).lengths).toEqual(Int32Array.of(2, 3));
  expect(subset(numbered(3), Int32Array.of(2))).not.toHaveProperty("lengths");
});

describe("the splits of a series", () => {
  const text = (values: readonly number[]): string => `y\n${values.join("\n")}\n`;
  const options = (file: string, more: Partial<CsvOptions> = {}): CsvOptions => ({
    file,
    ...{ target: "y", features: ["y"], lookback: 3, horizon: 2, testFraction: 0.2, validation: { fraction: 0.25 } },
    scaling: "standard",
    ...more,
  });
  const ROWS = Array.from({ length: 40 }, (_, k) => k);

  it("are training, validation and test in order of time; no target crosses a border", async () => {
    const data = loadCsv(options(write(folder, "rows.csv", text(ROWS)), { scaling: "none" }));
    const rows = async (split: Split): Promise<number[]> => {
      const { targets } = await split.read(Int32Array.from({ length: split.count }, (_, k) => k));
      return [...new Set(targets)].sort((a, b) => a - b);
    };
    const range = (from: number, to: number): number[] => ROWS.slice(from, to);
    expect(await rows(data.train)).toEqual(range(3, 24));
    expect(await rows(data.validation)).toEqual(range(24, 32));
    expect(await rows(data.test)).toEqual(range(32, 40));
    expect(data.series).toMatchObject({ trainRows: 24, testStart: 32 });
  });

  it("fit nothing to a value of a validation or test row", () => {
    const number = fc.integer({ min: -1e6, max: 1e6 }).map((value) => value / 997);
    const rows = fc.array(number, { minLength: 40, maxLength: 40 });
    const scaling = fc.constantFrom("standard" as const, "minMax" as const);
    const property = fc.property(rows, rows, scaling, (values, others, way) => {
      fc.pre(new Set(values.slice(0, 24)).size > 20);
      const fitted = (all: readonly number[]) => {
        const { fitted, targetScaler, train } = loadCsv(options(write(folder, "f.csv", text(all)), { scaling: way }));
        return [fitted, targetScaler, train.count];
      };
      expect(fitted([...values.slice(0, 24), ...others.slice(24)])).toEqual(fitted(values));
    });
    fc.assert(property, { numRuns: 100, seed: 2 });
  });

  it("that are too short are refused, by name", async () => {
    const file = write(folder, "short.csv", text(ROWS.slice(0, 12)));
    const short = await userError(() => loadCsv(options(file, { validation: { fraction: 0.1 } })));
    expect(short.message).toContain("1 of them for validation, but a forecast needs 2");
    expect(short.fix).toContain("`validation: test`");
    const left = await userError(() => loadCsv(options(file, { lookback: 6 })));
    expect(left.message).toContain("for training, but a window needs 6 + 2");
    expect(left.fix).toContain("dataset.validation");
  });
});

describe("the splits of a text", () => {
  const options = (content: string, validation: ValidationSplit): TextOptions => {
    const file = write(folder, "t.txt", content);
    return { file, timesteps: 2, vocabularySize: 4, testFraction: 0.2, validation, encoding: "ids" };
  };

  it("are its parts in order, with the vocabulary of the first", async () => {
    const data = loadText(options("aabbaabbaabbaccbccab", { fraction: 0.25 }), () => undefined);
    const { vocabulary } = data.fitted;
    expect(vocabulary).toEqual(["\ufffd", "a", "b"]); // no c: 12 characters are for training
    const letters = async (split: Split): Promise<string> =>
      (await targetsOf(split)).map((code) => vocabulary[code]).join("");
    expect(await letters(data.train)).toBe("bbaabbaabb");
    expect(await letters(data.validation)).toBe("ab");
    expect(await letters(data.test)).toBe("ab");
  });

  it("fit nothing to what stands behind the training part", () => {
    const character = fc.constantFrom("a", "b", "c", "d", "\u00e9");
    const part = (length: number) => fc.array(character, { minLength: length, maxLength: length });
    const property = fc.property(part(24), part(16), (start, end) => {
      const fitted = (tail: string) =>
        loadText(options(start.join("") + tail, { fraction: 0.25 }), () => undefined).fitted;
      // Each part has a character that the training part has, or it is refused.
      expect(fitted(`${start[0]}${end.slice(2).join("")}${start[0]}`)).toEqual(fitted(start.slice(0, 16).join("")));
    });
    fc.assert(property, { numRuns: 100, seed: 3 });
  });
});

describe("the splits of samples", () => {
  it("of generated digits are drawn from the training images alone, each class alike", async () => {
    const options = { trainSamples: 200, testSamples: 50, seed: 1, scale: 255 };
    const whole = loadDigits({ ...options, validation: "test" });
    const data = loadDigits({ ...options, validation: { fraction: 0.2, seed: 42 } });
    expect([data.train.count, data.validation.count, data.test.count]).toEqual([160, 40, 50]);
    expect(data.checksums).toEqual(whole.checksums);
    const counts = countOf(await targetsOf(data.validation), Array(40).keys());
    expect([...counts.values()]).toEqual(Array(10).fill(4));
    expect(await targetsOf(data.test)).toEqual(await targetsOf(whole.test));
    const all = [...(await targetsOf(data.train)), ...(await targetsOf(data.validation))].sort();
    expect(all).toEqual((await targetsOf(whole.train)).sort());
  });

  it("of images can have files of their own", async () => {
    const images = (name: string, count: number): string =>
      write(
        folder,
        name,
        idx(
          [count, 2, 2],
          Uint8Array.from({ length: 4 * count }, (_, k) => k),
        ),
      );
    const labels = (name: string, values: number[]): string => write(folder, name, idx([values.length], values));
    const log: string[] = [];
    const data = loadIdx({
      ...{ rows: 2, columns: 2, classes: 3, scale: 1, log: (line: string) => log.push(line) },
      ...{ trainImages: images("xi", 3), trainLabels: labels("yi", [0, 1, 0]) },
      validation: { images: images("vi", 2), labels: labels("vl", [2, 1]) },
      ...{ testImages: images("ti", 1), testLabels: labels("tl", [1]) },
    });
    expect([data.train.count, await targetsOf(data.validation), data.test.count]).toEqual([3, [2, 1], 1]);
    expect(Object.keys(data.checksums)).toEqual(["ti", "tl", "vi", "vl", "xi", "yi"]);
    expect(log).toEqual([expect.stringMatching(/vl has the class 2, which never occurs in .*yi/)]);
  });

  const npy = (name: string, values: number[], shape = [values.length]): string =>
    write(folder, name, formatNpy(Float32Array.from(values), shape));

  it("of arrays keep input, target and weight together, stratified by labels", async () => {
    const labels = Array.from({ length: 40 }, (_, k) => (k < 30 ? 0 : 1));
    const [x, y] = [npy("x.npy", [...labels.keys()], [40, 1]), npy("y.npy", labels)];
    const w = npy(
      "w.npy",
      labels.map((label, k) => 1 + label + k / 100),
    );
    const data = loadArrays({
      inputs: [{ name: "input", shape: [1], train: x, test: x }],
      targets: { kind: "labels", classes: 2, shape: [], train: y, test: y },
      sampleWeights: { train: w },
      validation: { fraction: 0.1, seed: 42 },
    });
    for (const [split, zeros] of [
      [data.train, 27],
      [data.validation, 3],
    ] as const) {
      const { inputs, targets, weights } = await split.read(Int32Array.from({ length: split.count }, (_, k) => k));
      expect([...targets].filter((label) => label === 0)).toHaveLength(zeros);
      for (const [k, position] of inputs.input.entries()) {
        expect(targets[k]).toBe(labels[position]);
        expect(weights![k]).toBe(Math.fround(1 + labels[position]! + position / 100));
      }
    }
  });

  it("of arrays can have files of their own", async () => {
    const [a, b] = [npy("a.npy", [1, 2, 3], [3, 1]), npy("b.npy", [5, 6], [2, 1])];
    const data = loadArrays({
      inputs: [{ name: "input", shape: [1], train: a, validation: b, test: b }],
      targets: { kind: "numbers", shape: [1], train: a, validation: b, test: b },
      sampleWeights: { train: npy("aw.npy", [1, 2, 3]) },
      validation: "files",
    });
    expect([await targetsOf(data.train), await targetsOf(data.validation)]).toEqual([
      [1, 2, 3],
      [5, 6],
    ]);
    expect((await data.validation.read(Int32Array.of(0, 1))).weights).toEqual(Float32Array.of(1, 1));
    expect(data.validation).not.toBe(data.test);
  });
});
