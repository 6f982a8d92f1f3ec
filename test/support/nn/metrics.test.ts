import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { classTargets } from "../../../src/support/nn/losses/class-targets.ts";
import { type Features, rowsOf, Sequence } from "../../../src/support/nn/sequence.ts";
import * as metrics from "./all/metrics.ts";
import { difference, ENGINES, type Fixture, fixtures, kernelValue, useEngine } from "./loss-fixtures.ts";

type State = (p: Features, y: never, options: never, mask?: Sequence) => tf.Tensor1D;
type Value = (sums: readonly number[], samples: number, options: never) => number;

const METRICS: Readonly<Record<string, [State, Value]>> = {
  auc: [metrics.aucState, metrics.aucValue],
  binaryAccuracy: [metrics.binaryAccuracyState, metrics.meanValue],
  categoricalAccuracy: [metrics.categoricalAccuracyState, metrics.meanValue],
  sparseCategoricalAccuracy: [metrics.categoricalAccuracyState, metrics.meanValue],
  topKCategoricalAccuracy: [metrics.topKCategoricalAccuracyState, metrics.meanValue],
  sparseTopKCategoricalAccuracy: [metrics.topKCategoricalAccuracyState, metrics.meanValue],
  f1: [metrics.f1State, metrics.f1Value],
  precision: [metrics.precisionState, metrics.precisionValue],
  recall: [metrics.recallState, metrics.recallValue],
  meanAbsoluteError: [metrics.meanAbsoluteErrorState, metrics.meanValue],
  meanSquaredError: [metrics.meanSquaredErrorState, metrics.meanValue],
  meanAbsolutePercentageError: [metrics.meanAbsolutePercentageErrorState, metrics.meanValue],
  rootMeanSquaredError: [metrics.meanSquaredErrorState, metrics.rootMeanValue],
};

/** The value over batches that end at these samples. */
function accumulated({ metric, config, yTrue, yPred }: Fixture, ends: readonly number[]): number {
  const [state, value] = METRICS[metric!]!;
  let sums: number[] | undefined;
  const rows = ({ shape, data, dtype }: Fixture["yTrue"], start: number, end: number) => {
    const width = data.length / shape[0]!;
    const part = { shape: [end - start, ...shape.slice(1)], data: data.slice(start * width, end * width) };
    return kernelValue(dtype === undefined ? part : { ...part, dtype });
  };
  for (const [k, end] of ends.entries()) {
    const start = ends[k - 1] ?? 0;
    const batch = state(rows(yPred, start, end) as Features, rows(yTrue, start, end) as never, config as never);
    const added = [...batch.dataSync()];
    sums = sums?.map((sum, index) => sum + added[index]!) ?? added;
  }
  return value(sums!, yPred.shape[0]!, config as never);
}

describe.each(ENGINES)("metrics on the %s engine", (engine) => {
  beforeAll(() => useEngine(engine));

  it.each(fixtures("metric-"))("%s: the value of Keras, however it is batched", (_file, fixture) => {
    for (const ends of [[24], [8, 16, 24], [1, 2, 23, 24], [7, 24]])
      expect(difference(accumulated(fixture, ends), fixture.value), `batches to ${ends}`).toBeLessThan(1e-5);
  });

  const scores = () => tf.tensor2d([0.2, 0.5, 0.3, 0.5, 0.5, 0, 0.1, 0.1, 0.8], [3, 3]);
  const labels = () => tf.tensor1d([0, 1, 2], "int32");

  it("top-k counts a label unless k outputs are strictly greater", () => {
    const hits = (k: number) => metrics.topKCategoricalAccuracyState(scores(), labels(), { k }).dataSync()[0];
    expect([hits(1), hits(2), hits(3)]).toEqual([2, 2, 3]);
  });

  it("labels and one-hot targets give the same sums", () => {
    const oneHot = classTargets(labels(), 3);
    const both = (state: State, options: object) =>
      [labels(), oneHot].map((targets) => [...state(scores(), targets as never, options as never).dataSync()]);
    for (const [state, options] of [
      [metrics.categoricalAccuracyState, {}],
      [metrics.topKCategoricalAccuracyState, { k: 2 }],
      [metrics.f1State, { average: "macro" }],
      [metrics.crossEntropyState, {}],
      [metrics.precisionState, { threshold: 0.4 }],
      [metrics.binaryAccuracyState, { threshold: 0.4 }],
      [metrics.aucState, { numThresholds: 20 }],
      [metrics.confusionMatrixState, {}],
    ] as [State, object][]) {
      const [sparse, dense] = both(state, options);
      expect(sparse).toEqual(dense);
    }
  });

  it("counts the confusion matrix by true class and predicted class", () => {
    const sums = [...metrics.confusionMatrixState(scores(), labels()).dataSync()];
    expect(metrics.confusionMatrixValue(sums)).toEqual([
      [0, 1, 0],
      [1, 0, 0],
      [0, 0, 1],
    ]);
  });

  it("perplexity is e to the mean cross-entropy", () => {
    const sums = [...metrics.crossEntropyState(scores(), labels()).dataSync()];
    expect(metrics.perplexityValue(sums, 3)).toBeCloseTo((0.2 * 0.5 * 0.8) ** (-1 / 3), 4);
  });

  it("a sequence counts as the mean of its steps, and a mask leaves steps out", () => {
    const p = Sequence.fromRows(tf.tensor2d([1, 2, 3, 4], [4, 1]), 2);
    const y = Sequence.fromRows(tf.zeros([4, 1]) as tf.Tensor2D, 2);
    const mask = Sequence.fromRows(tf.tensor2d([1, 1, 0, 1], [4, 1]), 2);
    expect(metrics.meanValue([...metrics.meanAbsoluteErrorState(p, y).dataSync()], 2)).toBeCloseTo(2.5, 5);
    const sums = [...metrics.meanAbsoluteErrorState(p, y, {}, mask).dataSync()];
    expect(sums).toEqual([7, 3]);
    expect(metrics.meanValue(sums, 2)).toBeCloseTo(7 / 3, 5);
    expect([
      ...metrics.precisionState(p, Sequence.fromRows(tf.ones([4, 1]), 2), { threshold: 1.5 }, mask).dataSync(),
    ]).toEqual([2, 2, 3]);
    expect(rowsOf(p).shape).toEqual([4, 1]);
  });

  it("a quotient without cases is 0, as in Keras", () => {
    expect(metrics.precisionValue([0, 0, 4])).toBe(0);
    expect(metrics.recallValue([0, 2, 0])).toBe(0);
    expect(metrics.f1Value([0, 0, 0], 5, { average: "macro" })).toBe(0);
    expect(metrics.aucValue([0, 0, 3, 1])).toBe(0);
    expect(metrics.prAucValue([0, 0, 3, 1])).toBe(0);
  });
});
