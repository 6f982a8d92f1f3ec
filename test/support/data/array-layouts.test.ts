import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { type ArrayInputOptions, type ArrayTargetsOptions, loadArrays } from "../../../src/support/data/arrays.ts";
import type { Dataset } from "../../../src/support/data/dataset.ts";
import { parseNpy } from "../../../src/support/data/npy.ts";
import { userError } from "./fixtures.ts";

const FOLDER = fileURLToPath(new URL("../../fixtures/npy-layouts", import.meta.url));
const file = (name: string): string => join(FOLDER, name);
const LABELS: ArrayTargetsOptions = { kind: "labels", classes: 2, shape: [] };
const ALL = Int32Array.from({ length: 40 }, (_, k) => k);

interface Choice {
  x?: string;
  y?: string;
  test?: string;
  targets?: ArrayTargetsOptions;
  input?: Partial<ArrayInputOptions>;
  weights?: string;
}

function read({ x = "x.npy", y = "y.npy", test = y, targets = LABELS, input = {}, weights }: Choice): {
  data: Dataset;
  log: string[];
} {
  const log: string[] = [];
  const data = loadArrays({
    inputs: [{ name: "input", shape: [5, 2], ...input, train: file(x), test: file(x) }],
    targets: { ...targets, train: file(y), test: file(test) },
    ...(weights && { sampleWeights: { train: file(weights) } }),
    validation: "test",
    log: (line) => log.push(line.replaceAll(`${FOLDER}/`, "")),
  });
  return { data, log };
}

const plain = (await read({}).data.train.read(ALL)).inputs.input;

describe("inputs", () => {
  it.each(["xF.npy", "xT.npy", "xbe.npy"])("reads %s as x.npy", async (x) => {
    const { data, log } = read({ x });
    expect((await data.train.read(ALL)).inputs.input).toEqual(plain);
    expect(log).toEqual([]);
  });

  it("reads 16-bit floats and 64-bit integers", async () => {
    const half = (await read({ x: "x16.npy" }).data.train.read(ALL)).inputs.input;
    for (const [k, value] of half.entries()) expect(value).toBeCloseTo(plain[k]!, 2);
    const whole = (await read({ x: "xu64.npy" }).data.train.read(ALL)).inputs.input;
    expect(whole).toEqual(plain.map((value) => Math.floor(Math.abs(value))));
  });

  it("warns of pixels without a scale", async () => {
    expect(read({ x: "xu8.npy" }).log).toEqual([
      "warning: xu8.npy: whole numbers up to 255, perhaps pixels, are read as they are; add `scale: 255` to `input`",
    ]);
    const { data, log } = read({ x: "xu8.npy", input: { scale: 255 } });
    expect(log).toEqual([]);
    expect(Math.max(...(await data.train.read(ALL)).inputs.input)).toBe(1);
  });

  it("warns of values far from 1", () => {
    const { log } = read({ input: { scale: 1e-3 } });
    expect(log).toEqual([
      expect.stringMatching(/^warning: x\.npy: the values divided by `scale` are about \d+ in size.*`scale: \d\.\d`/),
    ]);
  });

  it.each<[string, Choice, RegExp, string]>([
    ["an archive", { x: "x.npz" }, /a \.npz archive of several/, 'numpy.save("x.npy", numpy.load("x.npz")["x"])'],
    ["rows", { x: "x2d.npy" }, /\(200, 2\), but input `input`/, "array.reshape(40, 5, 2)"],
    ["one sample", { x: "xi.npy" }, /\(5, 2\), but/, "array[None]"],
    ["a gap", { x: "xnan.npy" }, /xnan\.npy\[3, 2, 1\] is NaN, but must be a finite/, "`masking`"],
    [
      "features before time",
      { input: { shape: [2, 5] } },
      /\(40, 5, 2\), but/,
      "axis 2 to be time: write array.transpose(0, 2, 1); or use `shape: [5, 2]`",
    ],
    [
      "time before samples",
      { input: { shape: [40, 2] } },
      /\(40, 5, 2\), but/,
      "axis 1 seems to count the samples and axis 0 to be time: write array.transpose(1, 0, 2)",
    ],
    ["other timesteps", { input: { shape: [6, 2] } }, /\(40, 5, 2\), but/, "use `shape: [5, 2]` in the spec"],
    [
      "a scale that makes infinities",
      { input: { scale: 1e-40 } },
      /x\.npy\[0, 0, 0\] is 0\.12.*, divided by `scale` 1e-40, which 32-bit floats do not hold \(\d+ such values, in 40 of 40 samples\)/,
      "larger unit",
    ],
  ])("refuses %s and says what to do", async (_name, choice, message, fix) => {
    const error = await userError(() => read(choice));
    expect(error).toMatchObject({ exitCode: 1, fix: expect.stringContaining(fix) });
    expect(error.message).toMatch(message);
  });
});

const labels = (await read({}).data.train.read(ALL)).targets;

describe("targets", () => {
  it.each(["yb.npy", "yf.npy", "yn.npy"])("reads the labels of %s as y.npy", async (y) => {
    const { data, log } = read({ y });
    expect((await data.train.read(ALL)).targets).toEqual(labels);
    expect(log).toEqual([]);
  });

  it("reads one-hot rows and truth values", async () => {
    const oneHot = (
      await read({ y: "y1h.npy", targets: { kind: "oneHot", classes: 2, shape: [2] } }).data.train.read(ALL)
    ).targets;
    for (const [k, label] of labels.entries())
      expect([...oneHot.subarray(2 * k, 2 * k + 2)]).toEqual([1 - label, label]);
    const binary = (await read({ y: "yb.npy", targets: { kind: "binary", shape: [1] } }).data.train.read(ALL)).targets;
    expect(binary).toEqual(Float32Array.from(labels));
  });

  const numbers: ArrayTargetsOptions = { kind: "numbers", shape: [2] };
  it.each<[string, Choice, RegExp, string]>([
    [
      "labels from 1",
      { y: "y1.npy" },
      /y1\.npy\[0\] is 2, but labels are whole numbers in 0\.\.1/,
      "subtract 1: numpy.save(path, array - 1), or use `classes: 3`",
    ],
    [
      "one-hot rows as labels",
      { y: "y1h.npy" },
      /\(40, 2\), but the targets in the spec have shape \(samples,\)/,
      "use `encoding: oneHot`",
    ],
    [
      "labels as one-hot rows",
      { targets: { kind: "oneHot", classes: 2, shape: [2] } },
      /\(40,\), but/,
      "use `encoding: labels`",
    ],
    ["labels -1 and 1", { y: "ym.npy" }, /ym\.npy\[1\] is -1/, "(array > 0).astype('int32')"],
    [
      "-1 and 1 as truth values",
      { y: "ym.npy", targets: { kind: "binary", shape: [1] } },
      /is -1, but must be in 0\.\.1 \(20 such values, in 20 of 40 samples\)/,
      "(array > 0)",
    ],
    [
      "fractions as labels",
      { y: "x.npy", targets: { kind: "labels", classes: 2, shape: [5] } },
      /\(40, 5, 2\)/,
      "`encoding: oneHot`",
    ],
    ["objects", { y: "yobj.npy" }, /"\|O" holds Python objects/, "numpy.array(list(array)"],
    ["text", { y: "ystr.npy" }, /"<U1" holds text/, "numpy.unique(array, return_inverse=True)[1]"],
    ["fewer labels", { y: "ysmall.npy" }, /ysmall\.npy: 39 samples, but .*x\.npy has 40 samples/, "belong together"],
    [
      "labels per timestep that are not",
      { targets: { kind: "labels", classes: 2, shape: [5] } },
      /\(40,\), but/,
      "remove `timesteps`",
    ],
    ["timesteps that the spec lacks", { y: "x.npy", targets: numbers }, /\(40, 5, 2\), but/, "use `timesteps: 5`"],
    ["more numbers", { y: "y1h.npy", targets: { kind: "numbers", shape: [1] } }, /\(40, 2\), but/, "use `features: 2`"],
  ])("refuses %s and says what to do", async (_name, choice, message, fix) => {
    const error = await userError(() => read(choice));
    expect(error).toMatchObject({ exitCode: 1, fix: expect.stringContaining(fix) });
    expect(error.message).toMatch(message);
  });
});

describe("weights", () => {
  const targets: ArrayTargetsOptions = { kind: "numbers", shape: [5, 2] };
  const choice = (weights: string): Choice => ({ y: "x.npy", targets, weights });

  it("may be of timesteps where the targets are", async () => {
    expect((await read(choice("wt.npy")).data.train.read(ALL)).weights!).toEqual(new Float32Array(200).fill(1));
  });

  it.each<[string, Choice, RegExp, string]>([
    ["nothing that counts", choice("w0.npy"), /w0\.npy: all 40 weights are 0, so that no sample counts/, "from 0 up"],
    ["negative ones", choice("wneg.npy"), /wneg\.npy\[0\] is -1, but must be at least 0 \(40 such values/, "from 0 up"],
    [
      "timesteps of one label",
      { weights: "wt.npy" },
      /\(40, 5\), but sample weights have shape \(samples,\)/,
      "`timesteps`",
    ],
    ["another shape", choice("x.npy"), /\(40, 5, 2\), but sample weights have/, "or (samples, 5), one per timestep"],
  ])("refuses %s", async (_name, wrong, message, fix) => {
    const error = await userError(() => read(wrong));
    expect(error).toMatchObject({ exitCode: 1, fix: expect.stringContaining(fix) });
    expect(error.message).toMatch(message);
  });
});

it("the layouts are what their names say", () => {
  const types = ["x16", "xu64", "xbe", "xF", "xu8"].map(
    (name) => parseNpy(readFileSync(file(`${name}.npy`)), name).dtype,
  );
  expect(types).toEqual(["float16", "uint64", "float32", "float32", "uint8"]);
  expect(readFileSync(file("xF.npy"), "latin1")).toContain("'fortran_order': True");
  expect(readFileSync(file("xbe.npy"), "latin1")).toContain(">f4");
});
