import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import { beforeAll, describe, expect, it } from "vitest";
import type { ActivationFunction } from "../../../src/support/nn/activations/activation.ts";
import { denseBackward, denseForward } from "../../../src/support/nn/dense.ts";
import { type LstmWeights, lstmBackward, lstmForward } from "../../../src/support/nn/lstm.ts";
import { RandomStream } from "../../../src/support/nn/random.ts";
import { rowsOf, Sequence } from "../../../src/support/nn/sequence.ts";
import * as activations from "./all/activations.ts";

const random = new RandomStream(7, "gradient tests");
let drawn = 0;
function values(count: number): Float32Array {
  return Float32Array.from({ length: count }, () => random.uniform(drawn++) * 2 - 1);
}

/** Compares a gradient with central differences of `loss` at some entries; values near a kink are avoided by the draw. */
function expectGradient(gradient: tf.Tensor, at: tf.Variable, loss: () => number, tolerance = 5e-3): void {
  const analytic = gradient.dataSync();
  const original = Float32Array.from(at.dataSync());
  const epsilon = 1e-2;
  for (let k = 0; k < original.length; k += Math.max(1, Math.floor(original.length / 7))) {
    const at_ = (delta: number): number => {
      const moved = Float32Array.from(original);
      moved[k] = moved[k]! + delta;
      at.assign(tf.tensor(moved, at.shape));
      return loss();
    };
    const numeric = (at_(epsilon) - at_(-epsilon)) / (2 * epsilon);
    expect(Math.abs(analytic[k]! - numeric), `entry ${k}: ${analytic[k]} against ${numeric}`).toBeLessThan(
      tolerance * (1 + Math.abs(numeric)),
    );
  }
  at.assign(tf.tensor(original, at.shape));
}

const elementwise: ActivationFunction[] = Object.values(activations).filter((a) => a.name !== "softmax");

describe.each(["cpu", "wasm"])("on the %s engine", (engine) => {
  beforeAll(async () => {
    await tf.setBackend(engine);
    await tf.ready();
  });

  describe("activations", () => {
    it.each(elementwise.map((a) => [a.name, a] as const))(
      "%s has the derivative of its values",
      (_name, activation) => {
        const z = tf.variable(tf.tensor1d([-3.7, -2.2, -0.9, -0.31, 0.27, 0.83, 1.9, 3.6]));
        const y = activation.apply(z as tf.Tensor);
        const gradient = activation.gradient(tf.onesLike(y), y, z);
        expectGradient(gradient, z, () => tf.sum(activation.apply(z as tf.Tensor)).dataSync()[0]!);
      },
    );

    it("softmax has the derivative of its values", () => {
      const z = tf.variable(tf.tensor2d(values(6), [2, 3]));
      const weight = tf.tensor2d(values(6), [2, 3]);
      const y = activations.SOFTMAX.apply(z as tf.Tensor);
      const gradient = activations.SOFTMAX.gradient(weight as tf.Tensor, y, undefined);
      expectGradient(
        gradient,
        z,
        () => tf.sum(tf.mul(activations.SOFTMAX.apply(z as tf.Tensor), weight)).dataSync()[0]!,
      );
    });
  });

  describe("lstm", () => {
    const cases: [string, ActivationFunction, ActivationFunction, boolean, boolean][] = [
      ["tanh, last output", activations.TANH, activations.SIGMOID, false, true],
      ["tanh, all outputs", activations.TANH, activations.SIGMOID, true, true],
      ["gelu and hardSigmoid, all outputs", activations.GELU, activations.HARD_SIGMOID, true, true],
      ["softsign, no bias", activations.SOFTSIGN, activations.SIGMOID, true, false],
    ];
    it.each(cases)(
      "%s: gradients agree with finite differences",
      (_name, activation, recurrentActivation, all, useBias) => {
        const [T, B, I, U] = [4, 3, 2, 5];
        const x = tf.variable(tf.tensor3d(values(T * B * I), [T, B, I]));
        const w: LstmWeights = {
          kernel: tf.variable(tf.tensor2d(values(I * 4 * U), [I, 4 * U])),
          recurrentKernel: tf.variable(tf.tensor2d(values(U * 4 * U), [U, 4 * U])),
          ...(useBias ? { bias: tf.variable(tf.tensor1d(values(4 * U))) } : {}),
        };
        const cotangent = tf.tensor2d(values((all ? T : 1) * B * U), [(all ? T : 1) * B, U]);
        const a = { activation, recurrentActivation, returnSequences: all };
        const loss = (): number => {
          const forward = lstmForward(Sequence.fromTensor(x as unknown as tf.Tensor3D), w, a);
          return tf.sum(tf.mul(rowsOf(forward.y), cotangent)).dataSync()[0]!;
        };
        const forward = lstmForward(Sequence.fromTensor(x as unknown as tf.Tensor3D), w, a);
        const dy = all ? Sequence.fromRows(cotangent, T) : cotangent;
        const { dw, dx } = lstmBackward(dy, forward, w, a, { inputGradient: true });
        expectGradient(dx!.tensor, x, loss);
        expectGradient(dw.kernel, w.kernel, loss);
        expectGradient(dw.recurrentKernel, w.recurrentKernel, loss);
        if (w.bias !== undefined) expectGradient(dw.bias!, w.bias, loss);
        else expect(dw.bias).toBeUndefined();
      },
    );
  });

  describe("dense", () => {
    it("gradients agree with finite differences", () => {
      const x = tf.variable(tf.tensor2d(values(12), [3, 4]));
      const w = {
        kernel: tf.variable(tf.tensor2d(values(20), [4, 5])),
        bias: tf.variable(tf.tensor1d(values(5))),
      };
      const cotangent = tf.tensor2d(values(15), [3, 5]);
      const run = () => denseForward(x as unknown as tf.Tensor2D, w, { activation: activations.SWISH });
      const loss = (): number => tf.sum(tf.mul(run().y, cotangent)).dataSync()[0]!;
      const { dw, dx } = denseBackward(cotangent, run(), w, { activation: activations.SWISH }, { inputGradient: true });
      expectGradient(dx, x, loss);
      expectGradient(dw.kernel, w.kernel, loss);
      expectGradient(dw.bias!, w.bias, loss);
    });
  });
});
