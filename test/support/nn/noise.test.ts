import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { embeddingBackward, embeddingForward } from "../../../src/support/nn/embedding.ts";
import { gaussianNoiseBackward, gaussianNoiseForward } from "../../../src/support/nn/gaussian-noise.ts";
import { globalAveragePooling1dForward } from "../../../src/support/nn/global-average-pooling1d.ts";
import { globalMaxPooling1dBackward, globalMaxPooling1dForward } from "../../../src/support/nn/global-max-pooling1d.ts";
import { maskingBackward, maskingForward } from "../../../src/support/nn/masking.ts";
import { maxPooling1dBackward, maxPooling1dForward } from "../../../src/support/nn/max-pooling1d.ts";
import { normalNumbers } from "../../../src/support/nn/normal-numbers.ts";
import { RandomStream } from "../../../src/support/nn/random.ts";
import { Sequence } from "../../../src/support/nn/sequence.ts";
import type { StepRandom } from "../../../src/support/nn/step-random.ts";
import * as dropout from "./all/layers.ts";
import { BACKENDS, useBackend, variable } from "./layer-fixtures.ts";

const ASKED = { inputGradient: true } as const;
/** A step's numbers, one stream per name. */
const random: StepRandom = {
  uniform: (name, shape) => {
    const stream = new RandomStream(1, name);
    return tf.tensor2d(
      Float32Array.from({ length: shape[0] * shape[1] }, (_, i) => stream.uniform(i)),
      shape,
    );
  },
};
const source = { random, name: "layer1" };

function numbers(x: tf.Tensor): number[] {
  return [...x.dataSync()];
}

describe.each(BACKENDS)("on %s%s", (backend, skipped) => {
  describe.skipIf(skipped !== "")("noise, masks, ties and requests", () => {
    beforeAll(() => useBackend(backend));
    beforeEach(() => tf.engine().startScope());
    afterEach(() => tf.engine().endScope());

    const ones = (): Sequence => Sequence.fromTensor(tf.ones([20, 10, 50]));

    it("dropout zeroes the asked share, scales the rest, and passes gradients alike", () => {
      const forward = dropout.dropoutForward(ones(), { rate: 0.2 }, source);
      const y = numbers(forward.y.rows);
      expect(y.filter((v) => v === 0).length / y.length).toBeCloseTo(0.2, 1);
      for (const v of y) expect(v === 0 || Math.abs(v - 1.25) < 1e-6).toBe(true);
      const { dx } = dropout.dropoutBackward(ones(), forward, { rate: 0.2 }, ASKED);
      expect(numbers(dx.rows)).toEqual(y);
      expect(forward.y.timesteps).toBe(20);
      expect(dropout.dropoutForward(tf.ones([4, 3]) as tf.Tensor2D, { rate: 0.5 }, source).y.shape).toEqual([4, 3]);
    });

    it("spatial dropout drops a feature at all steps or at none", () => {
      const forward = dropout.spatialDropout1dForward(ones(), { rate: 0.5 }, source);
      const [first, ...later] = forward.y.steps.map(numbers);
      expect(first!.filter((v) => v === 0).length / first!.length).toBeCloseTo(0.5, 1);
      expect(new Set(first)).toEqual(new Set([0, 2]));
      for (const step of later) expect(step).toEqual(first);
      const { dx } = dropout.spatialDropout1dBackward(ones(), forward, { rate: 0.5 }, ASKED);
      expect(numbers(dx.rows)).toEqual(numbers(forward.y.rows));
    });

    it("normal numbers have mean 0, variance 1 and normal tails", () => {
      const values = numbers(normalNumbers([200, 100], source));
      const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
      const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length;
      expect(Math.abs(mean)).toBeLessThan(0.03);
      expect(Math.abs(variance - 1)).toBeLessThan(0.05);
      expect(values.filter((v) => Math.abs(v) > 1.96).length / values.length).toBeCloseTo(0.05, 2);
      expect(values.every(Number.isFinite)).toBe(true);
    });

    it("gaussian noise adds stddev times normal numbers; gaussian dropout multiplies", () => {
      const x = ones();
      const normal = numbers(normalNumbers([200, 50], source));
      const noise = gaussianNoiseForward(x, { stddev: 0.1 }, source);
      for (const [i, v] of numbers(noise.y.rows).entries()) expect(v).toBeCloseTo(1 + 0.1 * normal[i]!, 5);
      expect(gaussianNoiseBackward(x, noise, { stddev: 0.1 }, ASKED).dx).toBe(x);

      const double = Sequence.fromRows(tf.mul<tf.Tensor2D>(x.rows, 2), 20);
      const forward = dropout.gaussianDropoutForward(double, { rate: 0.2 }, source);
      for (const [i, v] of numbers(forward.y.rows).entries()) expect(v).toBeCloseTo(2 * (1 + 0.5 * normal[i]!), 4);
      const { dx } = dropout.gaussianDropoutBackward(x, forward, { rate: 0.2 }, ASKED);
      for (const [i, v] of numbers(dx.rows).entries()) expect(v).toBeCloseTo(1 + 0.5 * normal[i]!, 5);
    });

    it("embedding: maskZero masks id 0, and repeated ids add their gradients", () => {
      const w = { embeddings: variable<tf.Rank.R2>([4, 2]) };
      const ids = tf.tensor2d([0, 3, 3, 1, 0, 3], [2, 3], "int32");
      const forward = embeddingForward(ids, w, { maskZero: true });
      expect(numbers(forward.mask.rows)).toEqual([0, 1, 1, 0, 1, 1]); // time-major
      expect(embeddingForward(ids, w, { maskZero: false }).mask).toBeUndefined();
      const dy = Sequence.fromTensor(tf.ones([3, 2, 2]));
      const { dw } = embeddingBackward(dy, forward, w, { maskZero: true });
      expect(numbers(dw.embeddings)).toEqual([2, 2, 1, 1, 0, 0, 3, 3]);
    });

    it("embedding: a large vocabulary takes its gradient in parts", () => {
      const depth = 2 ** 23; // two rows at a time
      const w = { embeddings: { shape: [depth, 1] } as unknown as tf.Tensor2D };
      const ids = tf.tensor1d([5, depth - 1, 5], "int32");
      const dy = Sequence.fromRows(tf.tensor2d([1, 10, 100], [3, 1]), 3);
      const { dw } = embeddingBackward(dy, { y: dy, mask: undefined, ids }, w, { maskZero: false });
      const gradient = (dw as { embeddings: tf.Tensor }).embeddings;
      expect(gradient.shape).toEqual([depth, 1]);
      const read = tf.gather(gradient, tf.tensor1d([4, 5, depth - 1], "int32"));
      expect(numbers(read)).toEqual([0, 101, 10]);
    });

    it("masking: no gradient at masked steps", () => {
      const x = Sequence.fromTensor(tf.tensor3d([1, 2, 0, 0, 0, 5, 0, 0], [4, 1, 2]));
      const forward = maskingForward(x, { maskValue: 0 });
      expect(numbers(forward.mask.rows)).toEqual([1, 0, 1, 0]);
      const dy = Sequence.fromTensor(tf.ones([4, 1, 2]));
      const { dx } = maskingBackward(dy, forward, { maskValue: 0 }, ASKED);
      expect(numbers(dx.rows)).toEqual([1, 1, 0, 0, 1, 1, 0, 0]);
    });

    it("of equal maxima the first of a window gets the gradient; over all steps they share it", () => {
      const x = Sequence.fromTensor(tf.tensor3d([3, 3, 1, 3], [4, 1, 1]));
      const options = { poolSize: 2, strides: 2, padding: "valid" } as const;
      const pooled = maxPooling1dForward(x, options);
      const dy = Sequence.fromTensor(tf.tensor3d([6, 9], [2, 1, 1]));
      expect(numbers(maxPooling1dBackward(dy, pooled, options, ASKED).dx.rows)).toEqual([6, 0, 0, 9]);
      const global = globalMaxPooling1dForward(x);
      expect(numbers(globalMaxPooling1dBackward(tf.tensor2d([[6]]), global, ASKED).dx.rows)).toEqual([2, 2, 0, 2]);
    });

    it("the mean over no steps is 0", () => {
      const x = Sequence.fromTensor(tf.ones([3, 2, 1]));
      const mask = Sequence.fromTensor(tf.tensor3d([1, 0, 0, 0, 1, 0], [3, 2, 1]));
      expect(numbers(globalAveragePooling1dForward(x, { mask }).y)).toEqual([1, 0]);
    });

    it("an input gradient that nobody asks for is not computed", () => {
      const x = Sequence.fromTensor(tf.ones([3, 2, 1]));
      const forward = globalMaxPooling1dForward(x);
      expect(globalMaxPooling1dBackward(forward.y, forward, { inputGradient: false }).dx).toBeUndefined();
    });
  });
});
