import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { bestPaths, checkedPaths, ctcLoss, pathLabels } from "../../../src/support/nn/losses/ctc.ts";
import type { Weighting } from "../../../src/support/nn/losses/loss.ts";
import { RandomStream } from "../../../src/support/nn/random.ts";
import { Sequence } from "../../../src/support/nn/sequence.ts";
import { batchMajor, difference, ENGINES, type Fixture, labelSequences, useEngine } from "./loss-fixtures.ts";

interface CtcFixture extends Fixture {
  readonly perSample: { readonly data: readonly number[] };
  readonly gradient: NonNullable<Fixture["gradient"]>;
  readonly decoded: readonly (readonly number[])[];
  readonly lengths?: readonly number[];
}

function read(name: string): CtcFixture {
  return JSON.parse(readFileSync(`test/fixtures/ctc/${name}.json`, "utf8")) as CtcFixture;
}

type Shape3 = [number, number, number];

/** Batch-major values as a sequence. */
function sequence(data: readonly number[], shape: readonly number[]): Sequence {
  return Sequence.fromTensor(tf.transpose(tf.tensor3d([...data], shape as Shape3), [1, 0, 2]));
}

/** 1 in the first so many timesteps of each sample. */
function maskOf(lengths: readonly number[], timesteps: number): Sequence {
  const rows = lengths.map((length) => Array.from({ length: timesteps }, (_, t) => (t < length ? 1 : 0)));
  return sequence(rows.flat(), [lengths.length, timesteps, 1]);
}

function total(logits: Sequence, labels: tf.Tensor2D, weighting?: Weighting): number {
  return ctcLoss(logits, labels, {}, weighting).total.dataSync()[0]!;
}

const random = new RandomStream(5, "ctc tests");
const noise = (count: number, from: number): number[] =>
  Array.from({ length: count }, (_, k) => 4 * random.uniform(from + k) - 2);

/** The definition, summed over all paths. */
function bruteForce(logits: readonly number[][], label: readonly number[]): number {
  const probabilities = logits.map((row) => {
    const sum = row.reduce((s, z) => s + Math.exp(z), 0);
    return row.map((z) => Math.exp(z) / sum);
  });
  const classes = logits[0]!.length;
  let sum = 0;
  for (let code = 0; code < classes ** logits.length; code++) {
    const path = logits.map((_, t) => Math.floor(code / classes ** t) % classes);
    if (pathLabels(path).join() === label.join()) sum += path.reduce((p, k, t) => p * probabilities[t]![k]!, 1);
  }
  return -Math.log(sum);
}

describe.each(ENGINES)("ctcLoss on the %s engine", (engine) => {
  beforeAll(() => useEngine(engine));

  it.each(["keras/loss-ctc", "keras/loss-ctc-impossible", "keras/loss-ctc-sharp", "lengths"])(
    "%s: value and gradient of Keras",
    (name) => {
      const fixture = read(name);
      const [batch, timesteps] = fixture.yPred.shape as Shape3;
      const labels = labelSequences(fixture.yTrue);
      const logits = sequence(fixture.yPred.data, fixture.yPred.shape);
      const mask = fixture.lengths && maskOf(fixture.lengths, timesteps);
      const weighting = mask === undefined ? {} : { mask };
      const result = ctcLoss(logits, labels, {}, weighting);
      expect(difference(result.total.dataSync()[0]! / batch, fixture.value)).toBeLessThan(1e-5);
      const gradient = batchMajor(result.gradient);
      expect(gradient).toHaveLength(fixture.gradient.data.length);
      for (const [k, expected] of fixture.gradient.data.entries())
        expect(difference(gradient[k]!, expected), `gradient ${k}`).toBeLessThan(1e-5);
      for (const [b, expected] of fixture.perSample.data.entries()) {
        const weights = tf.cast(tf.oneHot(tf.scalar(b, "int32"), batch), "float32") as tf.Tensor1D;
        expect(difference(total(logits, labels, { ...weighting, weights }), expected), `sample ${b}`).toBeLessThan(
          1e-5,
        );
      }
      const paths = bestPaths(logits, mask).arraySync();
      expect(paths.map(pathLabels)).toEqual(fixture.decoded);
    },
  );

  it("tells outputs that are no finite numbers from paths", () => {
    const [B, T, C] = [3, 2, 3];
    const values = Array.from(noise(B * T * C, 7));
    values[T * C] = Number.NaN; // of the second sample
    values[2 * T * C] = Number.POSITIVE_INFINITY;
    const output = sequence(values, [B, T, C]);
    const paths = checkedPaths(output).arraySync();
    expect(paths.map((row) => Number.isFinite(row[T]))).toEqual([true, false, false]);
    expect(paths[0]!.slice(0, T)).toEqual(bestPaths(output).arraySync()[0]);
  });

  it("is minus the logarithm of the probability of all paths", () => {
    const [T, C] = [5, 3];
    const rows = Array.from({ length: T }, (_, t) => noise(C, C * t));
    for (const label of [[1, 2], [1, 1], [2, 2, 1], [2], []]) {
      const padded = tf.tensor2d([...label, 0, 0, 0].slice(0, 3), [1, 3], "int32");
      expect(total(sequence(rows.flat(), [1, T, C]), padded)).toBeCloseTo(bruteForce(rows, label), 4);
    }
    for (const label of [2, 0]) {
      const alone = bruteForce(rows.slice(0, 1), label === 0 ? [] : [label]);
      expect(total(sequence(rows[0]!, [1, 1, C]), tf.tensor2d([label], [1, 1], "int32"))).toBeCloseTo(alone, 4);
    }
  });

  it("has the gradient of the weighted mean, also with masked timesteps", () => {
    const [B, T, C] = [4, 6, 4];
    const shape: Shape3 = [B, T, C];
    const labels = tf.tensor2d([1, 2, 3, 2, 2, 0, 0, 0, 0, 3, 1, 0], [B, 3], "int32");
    const data = noise(B * T * C, 100);
    const weights = tf.tensor1d([0.5, 2, 1, 3]);
    const holes = [1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1, 0, 1, 1, 0, 1];
    for (const weighting of [{ weights }, { weights, mask: sequence(holes, [B, T, 1]) }]) {
      const gradient = batchMajor(ctcLoss(sequence(data, shape), labels, {}, weighting).gradient);
      const mean = (values: readonly number[]) => total(sequence(values, shape), labels, weighting) / B;
      const h = 0.01;
      let largest = 0;
      for (const [k, value] of data.entries()) {
        const numeric = (mean(data.with(k, value + h)) - mean(data.with(k, value - h))) / (2 * h);
        expect(difference(gradient[k]!, numeric), `entry ${k}`).toBeLessThan(1e-3);
        largest = Math.max(largest, Math.abs(numeric));
      }
      expect(largest).toBeGreaterThan(0.1);
    }
  });

  it("leaves masked timesteps out, wherever they are", () => {
    const [T, C] = [7, 4];
    const label = tf.tensor2d([1, 3, 3], [1, 3], "int32");
    for (const kept of [
      [0, 1, 2, 3, 4],
      [2, 3, 4, 5, 6],
      [0, 2, 3, 5, 6],
    ]) {
      const rows = Array.from({ length: T }, (_, t) => noise(C, 300 + C * t));
      const mask = sequence(
        rows.map((_, t) => (kept.includes(t) ? 1 : 0)),
        [1, T, 1],
      );
      const whole = ctcLoss(sequence(rows.flat(), [1, T, C]), label, {}, { mask });
      const cut = ctcLoss(
        sequence(
          kept.flatMap((t) => rows[t]!),
          [1, kept.length, C],
        ),
        label,
      );
      expect(whole.total.dataSync()[0]!).toBeCloseTo(cut.total.dataSync()[0]!, 4);
      const [gradient, shorter] = [batchMajor(whole.gradient), batchMajor(cut.gradient)];
      for (let t = 0; t < T; t++) {
        for (let c = 0; c < C; c++) {
          const expected = kept.includes(t) ? shorter[kept.indexOf(t) * C + c]! : 0;
          expect(gradient[t * C + c]!, `${t}, ${c}`).toBeCloseTo(expected, 5);
        }
      }
    }
    const nothing = ctcLoss(sequence(noise(T * C, 400), [1, T, C]), label, {}, { mask: maskOf([0], T) });
    expect(nothing.total.dataSync()[0]).toBeCloseTo(706.2, 2);
    expect(Math.max(...batchMajor(nothing.gradient).map(Math.abs))).toBe(0);
  });

  it("stays exact over many timesteps, and finite for huge logits", () => {
    const [T, C] = [300, 5];
    // Uniform probabilities: the paths to k labels, all different, are those of 2k + 1 runs or fewer: C(T + k, 2k).
    const label = tf.tensor2d([1, 2, 3, 4, 1, 2], [1, 6], "int32");
    let paths = 0;
    for (let k = 1; k <= 12; k++) paths += Math.log((T + 6 - 12 + k) / k);
    const even = ctcLoss(sequence(new Array<number>(T * C).fill(7), [1, T, C]), label);
    expect(difference(even.total.dataSync()[0]!, T * Math.log(C) - paths)).toBeLessThan(1e-6);
    const huge = ctcLoss(
      sequence(
        noise(T * C, 0).map((z) => 1e4 * z),
        [1, T, C],
      ),
      label,
    );
    expect([huge.total.dataSync()[0]!, ...batchMajor(huge.gradient)].every(Number.isFinite)).toBe(true);
  });
});

describe("best path decoding", () => {
  it("merges repeats, then removes blanks; masked timesteps are not there", () => {
    expect(pathLabels([0, 1, 1, 0, 1, 2, 2, 0, 0])).toEqual([1, 1, 2]);
    expect(pathLabels(Int32Array.of(-1, 3, -1, 3, 0, -1, 3, -1))).toEqual([3, 3]);
    expect(pathLabels([0, 0])).toEqual([]);
    expect(pathLabels([])).toEqual([]);
  });
});
