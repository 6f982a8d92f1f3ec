import * as tf from "@tensorflow/tfjs-core";
import { beforeEach, describe, expect, it } from "vitest";
import { selectBackend } from "../../../src/support/backends/select.ts";
import { capturedWhenRepeated } from "../../../src/support/capture/repeated.ts";
import { BACKENDS } from "../../installed.ts";

describe.each(BACKENDS)("a function that is captured when it is repeated, on %s%s", (backend, skipped) => {
  let calls = 0;
  let w: tf.Variable<tf.Rank.R2>;
  beforeEach(async () => {
    calls = 0;
    if (skipped !== "") return;
    await selectBackend(backend);
    w = tf.variable(tf.tensor2d([1, 2, 3, 4], [2, 2]));
  });

  it.skipIf(skipped !== "")("gives the same at every call, for every shape", () => {
    const run = capturedWhenRepeated({ w }, ({ x }: { x: tf.Tensor2D }) => {
      calls++;
      return tf.matMul<tf.Tensor2D>(tf.add(x, 1), w);
    });
    for (let k = 0; k < 5; k++) {
      for (const rows of [1, 3]) {
        const x = tf.tensor2d(
          Array.from({ length: rows * 2 }, (_, i) => i + k),
          [rows, 2],
        );
        const expected = Array.from({ length: rows }, (_, r) => {
          const [a, b] = [2 * r + k + 1, 2 * r + 1 + k + 1];
          return [a + 3 * b, 2 * a + 4 * b];
        });
        const before = tf.memory().numTensors;
        const y = run({ x });
        expect(y.arraySync()).toEqual(expected);
        y.dispose();
        expect(tf.memory().numTensors).toBe(before);
        expect(x.isDisposed).toBe(false);
        x.dispose();
      }
    }
    // Of each shape: once eagerly and once to capture it; without a graph every time.
    expect(calls).toBe(backend === "cpu" ? 4 : 10);
  });

  it.skipIf(skipped !== "")("goes on eagerly where it cannot be captured", () => {
    const run = capturedWhenRepeated({}, ({ x }: { x: tf.Tensor1D }) => {
      calls++;
      return tf.mul<tf.Tensor1D>(x, tf.sum(x).dataSync()[0]!);
    });
    for (let k = 1; k < 4; k++) {
      expect([...tf.tidy(() => run({ x: tf.tensor1d([k, 1]) }).dataSync())]).toEqual([k * (k + 1), k + 1]);
    }
    expect(calls).toBeGreaterThanOrEqual(3);
  });
});
