import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { classTargets } from "../../../src/support/nn/losses/class-targets.ts";
import { classLabels, classWeights } from "../../../src/support/nn/losses/class-weights.ts";
import { ctcLoss } from "../../../src/support/nn/losses/ctc.ts";
import type { LossOutput, Weighting } from "../../../src/support/nn/losses/loss.ts";
import { RandomStream } from "../../../src/support/nn/random.ts";
import { type Features, rowsOf, Sequence } from "../../../src/support/nn/sequence.ts";
import * as losses from "./all/losses.ts";
import { batchMajor, difference, ENGINES, fixtures, kernelValue, labelSequences, useEngine } from "./loss-fixtures.ts";

type Loss = (p: Features, y: never, options: object, weighting?: Weighting) => LossOutput<Features>;

const FROM_LOGITS: Readonly<Record<string, string>> = {
  sparseCategoricalCrossentropy: "softmaxCrossEntropy",
  categoricalCrossentropy: "softmaxCategoricalCrossEntropy",
  binaryCrossentropy: "sigmoidCrossEntropy",
};

const LOSSES = losses as unknown as Record<string, Loss>;
/** It takes other targets and is tested in ctc.test.ts. */
const WITH_CTC: Record<string, Loss> = { ...LOSSES, ctc: ctcLoss as unknown as Loss };

function call(loss: Loss, p: Features, y: Features | tf.Tensor1D, options: object, weighting?: Weighting) {
  return loss(p, y as never, options, weighting);
}

const random = new RandomStream(11, "loss tests");
let drawn = 0;
/** Values in low..high. */
function values(count: number, low: number, high: number): number[] {
  return Array.from({ length: count }, () => low + (high - low) * random.uniform(drawn++));
}

/** Compares the gradient with central differences of total / B. */
function expectGradient(
  loss: Loss,
  p: tf.Tensor2D,
  y: Features | tf.Tensor1D,
  options: object = {},
  { timesteps, ...weighting }: Weighting & { timesteps?: number } = {},
): void {
  const form = (rows: tf.Tensor2D): Features => (timesteps === undefined ? rows : Sequence.fromRows(rows, timesteps));
  const batch = p.shape[0] / (timesteps ?? 1);
  const mean = (data: number[]): number =>
    call(loss, form(tf.tensor2d(data, p.shape)), y, options, weighting).total.dataSync()[0]! / batch;
  const analytic = rowsOf(call(loss, form(p), y, options, weighting).gradient).dataSync();
  const data = [...p.dataSync()];
  const h = 2e-3;
  let largest = 0;
  for (let k = 0; k < data.length; k++) {
    const numeric = (mean(data.with(k, data[k]! + h)) - mean(data.with(k, data[k]! - h))) / (2 * h);
    expect(difference(analytic[k]!, numeric), `entry ${k}: ${analytic[k]} against ${numeric}`).toBeLessThan(4e-3);
    largest = Math.max(largest, Math.abs(numeric));
  }
  expect(largest).toBeGreaterThan(0.01);
}

describe.each(ENGINES)("losses on the %s engine", (engine) => {
  beforeAll(() => useEngine(engine));

  it.each(fixtures("loss-"))("%s has the value and the gradient of Keras", (_file, fixture) => {
    const { fromLogits, quantile, ...options } = fixture.config as { fromLogits?: boolean; quantile?: number };
    const name = fromLogits === true ? FROM_LOGITS[fixture.loss!]! : fixture.loss!;
    const result = call(
      WITH_CTC[name]!,
      kernelValue(fixture.yPred) as Features,
      name === "ctc" ? labelSequences(fixture.yTrue) : kernelValue(fixture.yTrue),
      quantile === undefined ? options : { quantiles: [quantile] },
    );
    const batch = fixture.yPred.shape[0]!;
    expect(difference(result.total.dataSync()[0]! / batch, fixture.value)).toBeLessThan(fixture.edge ? 2e-2 : 1e-5);
    const gradient = batchMajor(result.gradient);
    expect(gradient.every(Number.isFinite)).toBe(true);
    if (fixture.edge) return;
    for (const [k, expected] of fixture.gradient!.data.entries())
      expect(difference(gradient[k]!, expected), `gradient ${k}`).toBeLessThan(5e-5);
  });

  const [R, F] = [6, 3];
  const numbers = () => tf.tensor2d(values(R * F, -2, 2), [R, F]);
  const positive = () => tf.tensor2d(values(R * F, 0.2, 2), [R, F]);
  const probabilities = () => tf.tensor2d(values(R * F, 0.1, 0.9), [R, F]);
  const distribution = () => tf.softmax(numbers()) as tf.Tensor2D;
  const oneHot = () => classTargets(tf.tensor1d([0, 2, 1, 1, 0, 2], "int32"), F);
  const signs = () => tf.sub(tf.mul(oneHot(), 2), 1) as tf.Tensor2D;
  const labels = () => tf.tensor1d([0, 2, 1, 1, 0, 2], "int32");

  const cases: [string, () => tf.Tensor2D, () => Features | tf.Tensor1D, object?][] = [
    ["softmaxCrossEntropy", numbers, labels],
    ["softmaxCategoricalCrossEntropy", numbers, distribution, { labelSmoothing: 0.1 }],
    ["sparseCategoricalCrossentropy", probabilities, labels],
    ["categoricalCrossentropy", probabilities, distribution, { labelSmoothing: 0.1 }],
    ["sigmoidCrossEntropy", numbers, probabilities, { labelSmoothing: 0.2 }],
    ["binaryCrossentropy", probabilities, probabilities, { labelSmoothing: 0.2 }],
    ["meanSquaredError", numbers, numbers],
    ["meanAbsoluteError", numbers, numbers],
    ["meanAbsolutePercentageError", positive, () => tf.add(positive(), 3) as tf.Tensor2D],
    ["meanSquaredLogarithmicError", positive, positive],
    ["huber", numbers, numbers, { delta: 0.7 }],
    ["logcosh", numbers, numbers],
    ["poisson", positive, positive],
    ["quantile", numbers, numbers, { quantiles: [0.9] }],
    ["quantile", numbers, () => tf.tensor2d(values(R, -3, 3), [R, 1]), { quantiles: [0.1, 0.5, 0.9] }],
    ["kullbackLeiblerDivergence", probabilities, distribution],
    ["cosineSimilarity", numbers, numbers],
    ["hinge", numbers, oneHot],
    ["hinge", numbers, signs],
    ["squaredHinge", numbers, oneHot],
    ["categoricalHinge", numbers, oneHot],
  ];

  it.each(cases)("%s: weights, masks and sequences have the gradient of the mean", (name, p, y, options = {}) => {
    drawn = 0; // the same numbers on every engine: none lies at a kink
    const loss = LOSSES[name]!;
    const timesteps = 3; // R = 3 steps of 2 samples
    const weights = tf.tensor1d(values(2, 0.5, 2));
    const mask = Sequence.fromRows(tf.tensor2d([1, 1, 1, 0, 1, 0], [R, 1]), timesteps);
    expectGradient(loss, p(), y(), options);
    expectGradient(loss, p(), y(), options, { weights: tf.tensor1d(values(R, 0.5, 2)) });
    expectGradient(loss, p(), inSequence(y(), timesteps), options, { timesteps, weights });
    expectGradient(loss, p(), inSequence(y(), timesteps), options, { timesteps, weights, mask });
  });

  it("covers every loss by finite differences", () => {
    const exported = Object.keys(LOSSES);
    expect([...new Set(cases.map(([name]) => name))].sort()).toEqual(exported.sort());
  });

  it("a mask means over the real steps, and a batch without any has the loss 0", () => {
    const p = Sequence.fromRows(tf.tensor2d([1, 2, 3, 4], [4, 1]), 2);
    const y = Sequence.fromRows(tf.zeros([4, 1]) as tf.Tensor2D, 2);
    const total = (mask: number[]) =>
      losses.meanSquaredError(p, y, {}, { mask: Sequence.fromRows(tf.tensor2d(mask, [4, 1]), 2) }).total.dataSync()[0]!;
    expect(total([1, 1, 1, 0]) / 2).toBeCloseTo((1 + 4 + 9) / 3, 5);
    expect(total([0, 0, 0, 0])).toBe(0);
  });

  it("weights the mean over samples, and class weights come from the labels", () => {
    const weights = classWeights(tf.tensor1d([2, 0, 1], "int32"), [1, 3, 0.5]);
    expect([...weights.dataSync()]).toEqual([0.5, 1, 3]);
    const oneHot = Sequence.fromRows(tf.tensor2d([0, 0, 1, 1, 0, 0], [2, 3]), 2);
    expect([...classLabels(oneHot).dataSync()]).toEqual([2, 0]);
    expect([...classLabels(tf.tensor2d([0, 1, 1], [3, 1])).dataSync()]).toEqual([0, 1, 1]);
    const p = tf.tensor2d([1, 2, 3], [3, 1]);
    const { total } = losses.meanAbsoluteError(p, tf.zeros([3, 1]), {}, { weights });
    expect(total.dataSync()[0]).toBeCloseTo(0.5 + 2 + 9, 5);
  });

  it("cross-entropy from logits is stable for huge logits", () => {
    const huge = losses.softmaxCrossEntropy(tf.tensor2d([[1e4, -1e4, 0]]), tf.tensor1d([1], "int32"));
    expect(huge.total.dataSync()[0]).toBe(20000);
    expect([...huge.gradient.dataSync()]).toEqual([1, -1, 0]);
    const binary = losses.sigmoidCrossEntropy(tf.tensor2d([[-1e4], [1e4]]), tf.tensor2d([[1], [1]]));
    expect(binary.total.dataSync()[0]).toBe(1e4);
    expect([...binary.gradient.dataSync()]).toEqual([-0.5, 0]);
  });

  it("logcosh of huge errors is finite", () => {
    const { total, gradient } = losses.logcosh(tf.tensor2d([[1e4]]), tf.tensor2d([[0]]));
    expect(total.dataSync()[0]).toBeCloseTo(1e4 - Math.LN2, 1);
    expect(gradient.dataSync()[0]).toBe(1);
  });
});

function inSequence(y: Features | tf.Tensor1D, timesteps: number): Features | tf.Tensor1D {
  return y instanceof Sequence || y.rank === 1 ? y : Sequence.fromRows(y as tf.Tensor2D, timesteps);
}
