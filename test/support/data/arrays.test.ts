import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import {
  type ArraysOptions,
  type ArrayTargetsOptions,
  loadArrayInputs,
  loadArrays,
} from "../../../src/support/data/arrays.ts";
import { formatNpy } from "../../../src/support/data/npy.ts";
import { temporaryFolder, userError, write } from "./fixtures.ts";

const folder = temporaryFolder();
let files = 0;

function floats(values: readonly number[], shape: readonly number[]): string {
  return write(folder, `${++files}.npy`, formatNpy(Float32Array.from(values), shape));
}

function integers(values: readonly number[], shape: readonly number[]): string {
  return write(folder, `${++files}.npy`, formatNpy(Int32Array.from(values), shape));
}

/** Two samples of [2, 3], the values 0..11. */
const X = floats([...Array(12).keys()], [2, 2, 3]);
const LABELS = integers([1, 0], [2]);
const LABEL_TARGETS = { kind: "labels", classes: 2, shape: [], train: LABELS, test: LABELS } as const;
const INPUT = { name: "input", shape: [2, 3], train: X, test: X } as const;

function options(more: Partial<ArraysOptions<"input">> = {}): ArraysOptions<"input"> {
  return { inputs: [INPUT], targets: LABEL_TARGETS, validation: "test", ...more };
}

function targets(file: string, more: ArrayTargetsOptions): ArraysOptions<"input"> {
  return options({ targets: { ...more, train: file, test: file } });
}

const BOTH = Int32Array.of(1, 0);

describe("loadArrays", () => {
  it("makes sequences time-major and divides by scale, in the order of the indices", async () => {
    const { train } = loadArrays(options({ inputs: [{ ...INPUT, scale: 2 }] }));
    expect(train.count).toBe(2);
    const expected = [6, 7, 8, 0, 1, 2, 9, 10, 11, 3, 4, 5].map((value) => value / 2);
    expect((await train.read(BOTH)).inputs.input).toEqual(Float32Array.from(expected));
    expect((await train.read(BOTH)).targets).toEqual(Int32Array.of(0, 1));
    expect((await train.read(BOTH)).weights).toBeUndefined();
  });

  it("leaves vectors and ids batch-major, and tells several inputs apart", async () => {
    const vector = floats([1, 2, 3, 4], [2, 2]);
    const ids = integers([4, 3, 2, 1, 0, 5], [2, 3]);
    const { train } = loadArrays({
      inputs: [
        { name: "place", shape: [2], train: vector, test: vector },
        { name: "words", shape: [3], vocabularySize: 6, train: ids, test: ids },
      ],
      targets: LABEL_TARGETS,
      validation: "test",
    });
    expect((await train.read(BOTH)).inputs.place).toEqual(Float32Array.of(3, 4, 1, 2));
    expect((await train.read(BOTH)).inputs.words).toEqual(Int32Array.of(1, 0, 5, 4, 3, 2));
  });

  it("reads every kind of targets, time-major where there is one per timestep", async () => {
    const read = async (file: string, more: ArrayTargetsOptions) =>
      (await loadArrays(targets(file, more)).train.read(BOTH)).targets;
    const steps = integers([0, 1, 2, 3], [2, 2]);
    expect(await read(steps, { kind: "labels", classes: 4, shape: [2] })).toEqual(Int32Array.of(2, 0, 3, 1));
    expect(await read(floats([0, 1, 1, 0], [2, 2]), { kind: "oneHot", classes: 2, shape: [2] })).toEqual(
      Float32Array.of(1, 0, 0, 1),
    );
    expect(await read(steps, { kind: "numbers", shape: [2, 1] })).toEqual(Float32Array.of(2, 0, 3, 1));
    expect(await read(floats([0.5, 1], [2, 1]), { kind: "binary", shape: [1] })).toEqual(Float32Array.of(1, 0.5));
    const sequences = integers([3, 3, 0, 0, 0, 0], [2, 3]);
    expect(await read(sequences, { kind: "labelSequence", classes: 4, shape: [3] })).toEqual(
      Int32Array.of(0, 0, 0, 3, 3, 0),
    );
  });

  it("reads int64, uint8 and .npy.gz alike", async () => {
    const header = (descr: string) => `{'descr': '${descr}', 'fortran_order': False, 'shape': (2,), }`.padEnd(117);
    const file = (descr: string, data: ArrayBufferView) => {
      const text = Buffer.from(`\x93NUMPY\x01\x00v\x00${header(descr)}\n`, "latin1");
      const bytes = Buffer.concat([text, new Uint8Array(data.buffer)]);
      write(folder, `${++files}.npy.gz`, gzipSync(bytes));
      return `${folder}/${files}.npy`;
    };
    for (const labels of [file("<i8", BigInt64Array.of(1n, 0n)), file("|u1", Uint8Array.of(1, 0))]) {
      const { train } = loadArrays(targets(labels, { kind: "labels", classes: 2, shape: [] }));
      expect((await train.read(BOTH)).targets).toEqual(Int32Array.of(0, 1));
    }
  });

  it("gives the weights of the samples, and 1 where the test part has none", async () => {
    const { train, test } = loadArrays(options({ sampleWeights: { train: floats([0.5, 2], [2]) } }));
    expect((await train.read(BOTH)).weights!).toEqual(Float32Array.of(2, 0.5));
    expect((await test.read(BOTH)).weights!).toEqual(Float32Array.of(1, 1));
  });

  it("gives the weights of timesteps, time-major, with those of samples beside them", async () => {
    const labels = integers([0, 1, 1, 0, 1, 0], [2, 3]);
    const choice = {
      ...options({}),
      targets: { kind: "labels", classes: 2, shape: [3], train: labels, test: labels },
    } as const;
    const weights = floats([1, 2, 3, 4, 5, 6], [2, 3]);
    const { train, test } = loadArrays({ ...choice, sampleWeights: { train: weights } });
    expect((await train.read(BOTH)).weights!).toEqual(Float32Array.of(4, 1, 5, 2, 6, 3));
    expect((await test.read(BOTH)).weights!).toEqual(Float32Array.of(1, 1));
    const bySample = loadArrays({ ...choice, sampleWeights: { train: floats([7, 8], [2, 1]) } });
    expect((await bySample.train.read(BOTH)).weights!).toEqual(Float32Array.of(8, 7));
  });

  it.each([
    ["left for training", [0, 0, 0, 1]],
    ["held out for validation", [1, 0, 2, 0]],
  ])("refuses weights of which none counts among the samples that are %s", async (drawn, values) => {
    const y = floats([0, 1, 2, 3], [4, 1]);
    const [x, weights] = [floats([0, 1, 2, 3], [4, 1]), floats(values, [4])];
    const given = (train: string): ArraysOptions<"input"> => ({
      inputs: [{ name: "input", shape: [1], train: x, test: x }],
      targets: { kind: "numbers", shape: [1], train: y, test: y },
      sampleWeights: { train },
      validation: { fraction: 0.25 }, // the last
    });
    expect(await userError(() => loadArrays(given(weights)))).toMatchObject({
      exitCode: 1,
      message: expect.stringContaining(`${weights}: of the samples that are ${drawn}`),
    });
    expect(loadArrays(given(floats([0, 0, 2, 1], [4]))).train.count).toBe(3);
  });

  it("warns of classes that the training part lacks, and of a single one", () => {
    const warnings = (train: string, test: string, kind: ArrayTargetsOptions): string[] => {
      const log: string[] = [];
      loadArrays({ ...options({}), targets: { ...kind, train, test }, log: (line) => log.push(line) });
      return log;
    };
    const labels = (...values: number[]): string => integers(values, [2]);
    const kind = { kind: "labels", classes: 20, shape: [] } as const;
    expect(warnings(labels(0, 1), labels(1, 0), kind)).toEqual([]);
    const [train, test] = [labels(3, 3), labels(7, 5)];
    expect(warnings(train, test, kind)).toEqual([
      `warning: ${test} has the classes 5, 7, which never occur in ${train}`,
      `warning: ${train}: every label is 3, so that there is nothing to tell apart`,
    ]);
    const [rows, others] = [floats([1, 0, 0, 1], [2, 2]), floats([0.4, 0.6, 0, 1], [2, 2])];
    const oneHot = { kind: "oneHot", classes: 2, shape: [2] } as const;
    expect(warnings(rows, others, oneHot)).toEqual([]);
    expect(warnings(others, rows, oneHot)[0]).toContain("has the class 0, which never occurs in");
    const padded = integers([1, 2, 0, 2, 0, 0], [2, 3]);
    expect(warnings(padded, padded, { kind: "labelSequence", classes: 3, shape: [3] })).toEqual([]);
  });

  it("warns of one-hot rows that are read as labels per timestep", () => {
    const rows = integers([0, 1, 0, 1, 0, 0], [2, 3]);
    const log: string[] = [];
    const kind = { kind: "labels", classes: 3, shape: [3], train: rows, test: rows } as const;
    loadArrays({ ...options({}), targets: kind, log: (line) => log.push(line) });
    expect(log).toEqual([expect.stringContaining("looks like one-hot rows of 3 classes")]);
  });

  it("reads a file once that stands twice", async () => {
    const { train, test } = loadArrays(options());
    expect((await train.read(BOTH)).inputs.input).toEqual((await test.read(BOTH)).inputs.input);
  });

  it.each<[string, number[], number, RegExp]>([
    ["more classes", [0, 3], 2, /^use `classes: 4`/],
    ["more classes from 1", [1, 3, 2, 3], 2, /^subtract 1.*and use `classes: 3`/],
    ["numbers of classes far apart", [10, 20], 2, /numpy\.unique\(array, return_inverse=True\)/],
    ["a number for padding", [0, -100], 2, /negative labels pad a sequence/],
  ])("says what to do about labels with %s", async (_name, values, classes, fix) => {
    const labels = integers(values, [values.length]);
    const error = await userError(() => loadArrays(targets(labels, { kind: "labels", classes, shape: [] })));
    expect(error.fix).toMatch(fix);
  });

  it("says what to do about ids out of range, and about what is no id", async () => {
    const fixOf = async (train: string): Promise<string> =>
      (await userError(() => loadArrays(options({ inputs: [{ ...INPUT, shape: [1], vocabularySize: 2, train }] }))))
        .fix;
    expect(await fixOf(integers([1, 4], [2]))).toMatch(/^use `vocabularySize: 5`/);
    expect(await fixOf(integers([1, -1], [2]))).toMatch(/^number the ids from 0/);
    expect(await fixOf(floats([0, 0.5], [2]))).toMatch(/leave out `vocabularySize`/);
  });

  it("lists checksums by file", () => {
    const { checksums, source } = loadArrays(options());
    expect(Object.keys(checksums)).toHaveLength(2);
    for (const name of Object.keys(checksums)) expect(source).toContain(name);
  });

  const number = Number.NaN;
  it.each<[string, ArraysOptions<"input">, RegExp]>([
    [
      "another shape",
      options({ inputs: [{ ...INPUT, shape: [3, 2] }] }),
      /shape \(2, 2, 3\), but input `input` .*\(samples, 3, 2\)/,
    ],
    ["no samples", options({ inputs: [{ ...INPUT, train: floats([], [0, 2, 3]) }] }), /\(0, 2, 3\) holds no samples/],
    [
      "fewer labels",
      targets(integers([1], [1]), { kind: "labels", classes: 2, shape: [] }),
      /: 1 sample, but .* has 2 samples/,
    ],
    [
      "not a number",
      options({ inputs: [{ ...INPUT, train: floats([0, 1, 2, 3, 4, 5, 6, number, 8, 9, 10, 11], [2, 2, 3]) }] }),
      /\.npy\[1, 0, 1\] is NaN/,
    ],
    [
      "a label too large",
      targets(integers([1, 2], [2]), { kind: "labels", classes: 2, shape: [] }),
      /\[1\] is 2, but labels are whole numbers in 0\.\.1/,
    ],
    ["half a label", targets(floats([0.5, 1], [2]), { kind: "labels", classes: 2, shape: [] }), /\[0\] is 0\.5/],
    [
      "an id too large",
      options({ inputs: [{ ...INPUT, shape: [1], vocabularySize: 1, train: LABELS }] }),
      /\[0\] is 1, but ids .* 0\.\.0/,
    ],
    [
      "two hot",
      targets(floats([0, 1, 1, 1], [2, 2]), { kind: "oneHot", classes: 2, shape: [2] }),
      /\[1, 0\]: this row sums to 2/,
    ],
    [
      "a negative probability",
      targets(floats([0, 1, -1, 2], [2, 2]), { kind: "oneHot", classes: 2, shape: [2] }),
      /\[1, 0\] is -1, but must be in 0\.\.1/,
    ],
    [
      "a binary target of 2",
      targets(floats([0, 2], [2]), { kind: "binary", shape: [1] }),
      /\[1\] is 2, but must be in 0\.\.1/,
    ],
    [
      "a label too large in a sequence",
      targets(integers([1, 0, 3, 4], [2, 2]), { kind: "labelSequence", classes: 4, shape: [2] }),
      /\[1, 1\] is 4, but labels are whole numbers in 0\.\.3/,
    ],
    [
      "padding in front of a sequence",
      targets(integers([1, 0, 0, 3], [2, 2]), { kind: "labelSequence", classes: 4, shape: [2] }),
      /\[1, 1\] is the label 3, but a 0 stands before it/,
    ],
    [
      "sequences of another length",
      targets(integers([1, 0, 0, 3], [2, 2]), { kind: "labelSequence", classes: 4, shape: [3] }),
      /shape \(2, 2\), but the targets .*\(samples, 3\)/,
    ],
    [
      "a negative weight",
      options({ sampleWeights: { train: floats([1, -1], [2]) } }),
      /\[1\] is -1, but must be at least 0/,
    ],
  ])("refuses %s", async (_name, wrong, message) => {
    const error = await userError(() => loadArrays(wrong));
    expect(error.exitCode).toBe(1);
    expect(error.message).toMatch(message);
  });

  it("names a missing file", async () => {
    const missing = await userError(() => loadArrays(options({ inputs: [{ ...INPUT, test: `${folder}/none.npy` }] })));
    expect(missing).toMatchObject({ exitCode: 3, message: expect.stringContaining("none.npy") });
  });
});

describe("loadArrayInputs", () => {
  it("reads inputs without targets, which must agree in number", async () => {
    const { count, read } = loadArrayInputs([{ name: "a", shape: [2, 3], file: X }]);
    expect(count).toBe(2);
    expect((await read(Int32Array.of(0))).inputs.a).toEqual(Float32Array.of(0, 1, 2, 3, 4, 5));
    const other = floats([1], [1, 1]);
    const wrong = await userError(() =>
      loadArrayInputs([
        { name: "a", shape: [2, 3], file: X },
        { name: "b", shape: [1], file: other },
      ]),
    );
    expect(wrong.message).toMatch(/1 sample, but .* has 2 samples/);
  });

  it("advises nothing about the spec of a trained model", async () => {
    const fixOf = async (input: { shape: number[]; vocabularySize?: number }, file: string): Promise<string> =>
      (await userError(() => loadArrayInputs([{ name: "a", ...input, file }]))).fix;
    expect(await fixOf({ shape: [9, 9] }, X)).toBe("reshape the array");
    expect(await fixOf({ shape: [2], vocabularySize: 3 }, integers([0, 1, 2, 3], [2, 2]))).not.toContain("the spec");
  });
});
