import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { selectBackend } from "../../../src/support/backends/select.ts";
import { RELU } from "../../../src/support/nn/activations/relu.ts";
import { SIGMOID } from "../../../src/support/nn/activations/sigmoid.ts";
import { TANH } from "../../../src/support/nn/activations/tanh.ts";
import { dropoutMask } from "../../../src/support/nn/dropout-mask.ts";
import { transposedOnce } from "../../../src/support/nn/matmul.ts";
import { stepRandom } from "../../../src/support/nn/step-random.ts";
import { BACKENDS } from "../../installed.ts";

describe.each(BACKENDS)("on %s%s", (backend, skipped) => {
  it.skipIf(skipped !== "")("the gradients of relu, sigmoid and tanh are right", async () => {
    await selectBackend(backend);
    const z = Float32Array.of(-2, -0.5, 0, 0.25, 3);
    const dy = tf.tensor1d([1, -2, 3, -4, 5]);
    const cases = [
      [RELU.gradient(dy, tf.relu(tf.tensor1d(z)), undefined), (x: number) => (x > 0 ? 1 : 0)],
      [
        SIGMOID.gradient(dy, tf.sigmoid(tf.tensor1d(z)), undefined),
        (x: number) => Math.exp(-x) / (1 + Math.exp(-x)) ** 2,
      ],
      [TANH.gradient(dy, tf.tanh(tf.tensor1d(z)), undefined), (x: number) => 1 - Math.tanh(x) ** 2],
    ] as const;
    for (const [gradient, derivative] of cases) {
      const expected = [...z].map((x, i) => derivative(x) * [1, -2, 3, -4, 5][i]!);
      for (const [i, value] of gradient.dataSync().entries()) expect(value).toBeCloseTo(expected[i]!, 5);
    }
  });

  it.skipIf(skipped !== "")("transposes a matrix", async () => {
    await selectBackend(backend);
    const transposed = transposedOnce(tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]));
    expect(transposed.shape).toEqual([3, 2]);
    expect([...transposed.dataSync()]).toEqual([1, 4, 2, 5, 3, 6]);
  });

  it.skipIf(skipped !== "")("dropout masks keep 1 - rate of the units, scaled", async () => {
    await selectBackend(backend);
    for (const rate of [0, 0.2, 0.5, 0.9]) {
      const random = stepRandom(1, tf.scalar(4, "int32"));
      const mask = dropoutMask([200, 100], rate, { random, name: "dropout1" }).dataSync();
      const uniform = random.uniform("dropout1", [200, 100]).dataSync();
      expect(new Set(mask).size).toBe(rate === 0 ? 1 : 2);
      const kept = mask.filter((m) => m !== 0);
      expect(kept.every((m) => Math.abs(m - 1 / (1 - rate)) < 1e-6)).toBe(true);
      expect(Math.abs(kept.length / 20000 - (1 - rate))).toBeLessThan(
        4 * Math.sqrt((rate * (1 - rate)) / 20000) + 1e-9,
      );
      const wrong = mask.findIndex((m, i) => Math.abs(uniform[i]! - rate) > 1e-6 && (m !== 0) !== uniform[i]! > rate);
      expect(rate === 0 ? -1 : wrong).toBe(-1);
    }
  });
});
