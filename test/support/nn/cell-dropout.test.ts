import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { dropoutMask } from "../../../src/support/nn/dropout-mask.ts";
import { dropoutMasks } from "../../../src/support/nn/dropout-masks.ts";
import { gruForward } from "../../../src/support/nn/gru.ts";
import { lstmForward } from "../../../src/support/nn/lstm.ts";
import { Sequence } from "../../../src/support/nn/sequence.ts";
import * as activations from "./all/activations.ts";
import { activate } from "./fixtures.ts";

const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));

beforeAll(() => activate("wasm"));

describe("dropoutMasks", () => {
  it("are independent: every gate, sample and feature has a number of its own", () => {
    const asked: [string, number[]][] = [];
    const random = {
      uniform(name: string, shape: [number, number]): tf.Tensor2D {
        asked.push([name, shape]);
        return tf.tensor2d([0.9, 0.1, 0.3, 0.2, 0.8, 0.05, 0.24, 0.26, 0.5, 0.6, 0.7, 0.25], shape);
      },
    };
    const masks = dropoutMasks(3, [2, 2], 0.75, { random, name: "gru1/state" });
    // kept where the number is at least the rate: u + 0.25 ≥ 1; then 1 / 0.25
    expect(masks.map((mask) => [...mask.dataSync()])).toEqual([
      [4, 0, 0, 0],
      [4, 0, 0, 0],
      [0, 0, 0, 0],
    ]);
    expect(masks.map(({ shape }) => shape)).toEqual([
      [2, 2],
      [2, 2],
      [2, 2],
    ]);
    expect(asked).toEqual([["gru1/state", [6, 2]]]);
    expect(dropoutMask([6, 2], 0.75, { random, name: "gru1/state" }).shape).toEqual([6, 2]);
  });
});

describe("cells of one unit, computed by hand", () => {
  const options = {
    activation: activations.TANH,
    recurrentActivation: activations.SIGMOID,
    returnSequences: false,
  } as const;
  const x = (): Sequence => Sequence.fromTensor(tf.tensor3d([0.5, -1.5], [2, 1, 1]));
  const masks = (values: number[]): tf.Tensor2D[] => values.map((value) => tf.tensor2d([value], [1, 1]));
  const [x1, x2] = [0.5, -1.5];

  it("an lstm multiplies what gate g reads by the mask of gate g", () => {
    const [k, u, b] = [
      [0.1, 0.2, 0.3, 0.4],
      [-0.5, 0.6, 0.7, -0.8],
      [0.01, 1, -0.02, 0.03],
    ] as const;
    const [mx, mh] = [
      [2, 0, 2, 2],
      [0, 2, 2, 0],
    ] as const;
    const z = (g: 0 | 1 | 2 | 3, input: number, h: number): number => input * mx[g] * k[g] + h * mh[g] * u[g] + b[g];
    const step = (input: number, { h, c }: { h: number; c: number }): { h: number; c: number } => {
      const next = sigmoid(z(1, input, h)) * c + sigmoid(z(0, input, h)) * Math.tanh(z(2, input, h));
      return { h: sigmoid(z(3, input, h)) * Math.tanh(next), c: next };
    };
    const expected = step(x2, step(x1, { h: 0, c: 0 }));
    const w = { kernel: tf.tensor2d([[...k]]), recurrentKernel: tf.tensor2d([[...u]]), bias: tf.tensor1d([...b]) };
    const { state } = lstmForward(x(), w, options, {
      inputDropout: masks([...mx]),
      recurrentDropout: masks([...mh]),
    });
    expect(state.h.dataSync()[0]).toBeCloseTo(expected.h, 6);
    expect(state.c.dataSync()[0]).toBeCloseTo(expected.c, 6);
  });

  it.each([true, false])("a gru does so, and keeps the whole state in z·h; resetAfter %s", (resetAfter) => {
    const [k, u] = [
      [0.1, 0.2, 0.3],
      [-0.5, 0.6, 0.7],
    ] as const;
    const [mx, mh] = [
      [2, 0, 2],
      [0, 2, 1.5],
    ] as const;
    const step = (input: number, h: number): number => {
      const z = sigmoid(input * mx[0] * k[0] + h * mh[0] * u[0]);
      const r = sigmoid(input * mx[1] * k[1] + h * mh[1] * u[1]);
      const g = Math.tanh(input * mx[2] * k[2] + r * h * mh[2] * u[2]); // without bias both variants are this
      return z * h + (1 - z) * g;
    };
    const w = { kernel: tf.tensor2d([[...k]]), recurrentKernel: tf.tensor2d([[...u]]) };
    const extra = {
      inputDropout: masks([...mx]),
      recurrentDropout: masks([...mh]),
      initialState: { h: tf.tensor2d([0.4], [1, 1]) },
    };
    const { state } = gruForward(x(), w, { ...options, resetAfter }, extra);
    expect(state.h.dataSync()[0]).toBeCloseTo(step(x2, step(x1, 0.4)), 6);
  });
});
