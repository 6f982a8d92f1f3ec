import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { averagePooling1dBackward, averagePooling1dForward } from "../../../src/support/nn/average-pooling1d.ts";
import {
  batchNormalizationBackward,
  batchNormalizationForward,
  batchNormalizationInference,
  batchNormalizationInferenceBackward,
  updateMovingStatistics,
} from "../../../src/support/nn/batch-normalization.ts";
import { convLstm2dBackward, convLstm2dForward } from "../../../src/support/nn/conv-lstm2d.ts";
import { conv1dBackward, conv1dForward } from "../../../src/support/nn/conv1d.ts";
import { embeddingBackward, embeddingForward } from "../../../src/support/nn/embedding.ts";
import { flattenBackward, flattenForward } from "../../../src/support/nn/flatten.ts";
import {
  globalAveragePooling1dBackward,
  globalAveragePooling1dForward,
} from "../../../src/support/nn/global-average-pooling1d.ts";
import { globalMaxPooling1dBackward, globalMaxPooling1dForward } from "../../../src/support/nn/global-max-pooling1d.ts";
import { layerNormalizationBackward, layerNormalizationForward } from "../../../src/support/nn/layer-normalization.ts";
import { leakyReluBackward, leakyReluForward } from "../../../src/support/nn/leaky-relu.ts";
import { matMulTransposedA, matMulTransposedB } from "../../../src/support/nn/matmul.ts";
import { maxPooling1dBackward, maxPooling1dForward } from "../../../src/support/nn/max-pooling1d.ts";
import {
  type NormalizationOptions,
  normalizationBackward,
  normalizationForward,
} from "../../../src/support/nn/normalization.ts";
import { type PreluWeights, preluBackward, preluForward } from "../../../src/support/nn/prelu.ts";
import { repeatVectorBackward, repeatVectorForward } from "../../../src/support/nn/repeat-vector.ts";
import { type RescalingOptions, rescalingBackward, rescalingForward } from "../../../src/support/nn/rescaling.ts";
import { reshapeBackward, reshapeForward } from "../../../src/support/nn/reshape.ts";
import type { Features, Sequence } from "../../../src/support/nn/sequence.ts";
import * as activations from "./all/activations.ts";
import {
  BACKENDS,
  expectNear,
  type Fixture,
  fixturesOf,
  fromFeatures,
  toFeatures,
  toTensor,
  useBackend,
} from "./layer-fixtures.ts";

const OUTPUT = 1e-5;
const GRADIENT = 5e-5;
const ASKED = { inputGradient: true } as const;

type Weights = Record<string, tf.Variable>;
interface Run {
  y: Features;
  backward(dy: Features): { dx?: Features; dw?: Record<string, tf.Tensor> };
}

/** A layer of a fixture: options as the fixture names them. Types are loose here: the fixture decides the shapes. */
const runners: Record<string, (x: never, w: never, options: never, training: boolean) => Run> = {
  embedding(ids: tf.Tensor2D, w: { embeddings: tf.Variable<tf.Rank.R2> }): Run {
    const options = { maskZero: false };
    const forward = embeddingForward(ids, w, options);
    return { y: forward.y, backward: (dy) => embeddingBackward(dy as Sequence, forward, w, options) };
  },
  conv1d(
    x: Sequence,
    w: { kernel: tf.Variable<tf.Rank.R3>; bias: tf.Variable<tf.Rank.R1> },
    layer: { strides: number; padding: "same"; dilationRate?: number; activation: string },
  ): Run {
    const activation = Object.values(activations).find(({ name }) => name === layer.activation)!;
    const options = { ...layer, dilationRate: layer.dilationRate ?? 1, activation };
    const forward = conv1dForward(x, w, options);
    return { y: forward.y, backward: (dy) => conv1dBackward(dy as Sequence, forward, w, options, ASKED) };
  },
  maxPooling1d(x: Sequence, _w: object, options: { poolSize: number; strides: number; padding: "same" }): Run {
    const forward = maxPooling1dForward(x, options);
    return { y: forward.y, backward: (dy) => maxPooling1dBackward(dy as Sequence, forward, options, ASKED) };
  },
  averagePooling1d(x: Sequence, _w: object, options: { poolSize: number; strides: number; padding: "same" }): Run {
    const forward = averagePooling1dForward(x, options);
    return { y: forward.y, backward: (dy) => averagePooling1dBackward(dy as Sequence, forward, options, ASKED) };
  },
  globalMaxPooling1d(x: Sequence): Run {
    const forward = globalMaxPooling1dForward(x);
    return { y: forward.y, backward: (dy) => globalMaxPooling1dBackward(dy as tf.Tensor2D, forward, ASKED) };
  },
  globalAveragePooling1d(x: Sequence): Run {
    const forward = globalAveragePooling1dForward(x);
    return { y: forward.y, backward: (dy) => globalAveragePooling1dBackward(dy as tf.Tensor2D, forward, ASKED) };
  },
  layerNormalization(
    x: Features,
    w: { gamma: tf.Variable<tf.Rank.R1>; beta: tf.Variable<tf.Rank.R1> },
    options: { epsilon: number },
  ): Run {
    const forward = layerNormalizationForward(x, w, options);
    return { y: forward.y, backward: (dy) => layerNormalizationBackward(dy, forward, w, options, ASKED) };
  },
  batchNormalization(
    x: Features,
    w: Record<"gamma" | "beta" | "movingMean" | "movingVariance", tf.Variable<tf.Rank.R1>>,
    options: { epsilon: number; momentum: number },
    training: boolean,
  ): Run {
    if (!training) {
      const forward = batchNormalizationInference(x, w, options);
      return { y: forward.y, backward: (dy) => batchNormalizationInferenceBackward(dy, forward, w, options, ASKED) };
    }
    const forward = batchNormalizationForward(x, w, options);
    updateMovingStatistics(forward, w, options);
    return { y: forward.y, backward: (dy) => batchNormalizationBackward(dy, forward, w, options, ASKED) };
  },
  leakyRelu(x: Features, _w: object, options: { negativeSlope: number }): Run {
    const forward = leakyReluForward(x, options);
    return { y: forward.y, backward: (dy) => leakyReluBackward(dy, forward, options, ASKED) };
  },
  prelu(x: Features, w: PreluWeights): Run {
    const forward = preluForward(x, w);
    return { y: forward.y, backward: (dy) => preluBackward(dy, forward, w, ASKED) };
  },
  rescaling(x: Features, _w: object, options: RescalingOptions): Run {
    const forward = rescalingForward(x, options);
    return { y: forward.y, backward: (dy) => rescalingBackward(dy, forward, options, ASKED) };
  },
  normalization(x: Features, _w: object, options: NormalizationOptions): Run {
    const forward = normalizationForward(x, options);
    return { y: forward.y, backward: (dy) => normalizationBackward(dy, forward, options, ASKED) };
  },
  convLstm2d(
    x: Sequence,
    w: { kernel: tf.Variable<tf.Rank.R4>; recurrentKernel: tf.Variable<tf.Rank.R4>; bias?: tf.Variable<tf.Rank.R1> },
    layer: Record<"activation" | "recurrentActivation", string> & { padding: "valid" | "same"; goBackwards?: boolean },
  ): Run {
    const named = (name = "sigmoid") => Object.values(activations).find((activation) => activation.name === name)!;
    const options = {
      ...{ strides: [1, 1] as const, dilationRate: [1, 1] as const, padding: "valid" as const, returnSequences: false },
      ...layer,
      activation: named(layer.activation ?? "tanh"),
      recurrentActivation: named(layer.recurrentActivation?.replace("hard_s", "hardS")),
    };
    const forward = convLstm2dForward(x, w, options);
    return { y: forward.y, backward: (dy) => convLstm2dBackward(dy as Sequence, forward, w, options, ASKED) };
  },
  flatten(x: Sequence): Run {
    const forward = flattenForward(x);
    return { y: forward.y, backward: (dy) => flattenBackward(dy as tf.Tensor2D, forward, ASKED) };
  },
  reshape(x: Features, _w: object, options: { targetShape: [number, number] }): Run {
    const forward = reshapeForward(x, options);
    return { y: forward.y, backward: (dy) => reshapeBackward(dy as Sequence, forward, options, ASKED) };
  },
  repeatVector(x: tf.Tensor2D, _w: object, options: { n: number }): Run {
    const forward = repeatVectorForward(x, options);
    return { y: forward.y, backward: (dy) => repeatVectorBackward(dy as Sequence, forward, options, ASKED) };
  },
  /** Stands in for a linear dense layer, which follows flatten in a fixture. */
  dense(x: tf.Tensor2D, w: { kernel: tf.Variable<tf.Rank.R2>; bias: tf.Variable<tf.Rank.R1> }): Run {
    return {
      y: tf.add<tf.Tensor2D>(tf.matMul(x, w.kernel), w.bias),
      backward: (dy) => ({
        dx: matMulTransposedB(dy as tf.Tensor2D, w.kernel),
        dw: { kernel: matMulTransposedA(x, dy as tf.Tensor2D), bias: tf.sum(dy as tf.Tensor2D, 0) },
      }),
    };
  },
};

/** "0/moving_mean" → ["0", "movingMean"] */
function weightName(name: string): [layer: string, weight: string] {
  const [layer, weight] = name.split("/") as [string, string];
  return [layer, weight.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase())];
}

function run({ layers, weights, input, training }: Fixture) {
  const w: Weights[] = layers.map(() => ({}));
  for (const tensor of weights) {
    const [layer, name] = weightName(tensor.name);
    w[Number(layer)]![name] = tf.variable(toTensor(tensor));
  }
  const ids = input.dtype === "int32";
  let x: unknown = ids ? toTensor(input) : toFeatures(toTensor(input));
  const runs = layers.map(({ type, ...options }, i) => {
    const layer = runners[type]!(x as never, w[i] as never, options as never, training);
    x = layer.y;
    return layer;
  });
  return { output: runs.at(-1)!.y, runs, w };
}

const fixtures = fixturesOf(Object.keys(runners)).filter(([, { layers }]) =>
  layers.some(({ type }) => type !== "dense"),
);

describe.each(BACKENDS)("layers on %s%s", (backend, skipped) => {
  describe.skipIf(skipped !== "")("as in Keras", () => {
    beforeAll(() => useBackend(backend));
    beforeEach(() => tf.engine().startScope());
    afterEach(() => tf.engine().endScope());

    it("finds the fixtures", () => {
      expect(fixtures.length).toBeGreaterThanOrEqual(25);
    });

    it.each(fixtures)("%s", (_name, fixture) => {
      const { output, runs, w } = run(fixture);
      expectNear(fromFeatures(output), fixture.output, OUTPUT, "output");

      let dy = toFeatures(toTensor(fixture.cotangent));
      const gradients: Record<string, tf.Tensor> = {};
      for (const [i, layer] of [...runs.entries()].toReversed()) {
        const { dx, dw } = layer.backward(dy);
        for (const [name, gradient] of Object.entries(dw ?? {})) gradients[`${i}/${name}`] = gradient;
        dy = dx!;
      }
      expect(Object.keys(gradients).sort()).toEqual(
        fixture.weightGradients.map(({ name }) => weightName(name).join("/")).sort(),
      );
      for (const expected of fixture.weightGradients)
        expectNear(gradients[weightName(expected.name).join("/")]!, expected, GRADIENT, expected.name);
      if (fixture.inputGradient !== undefined)
        expectNear(fromFeatures(dy), fixture.inputGradient, GRADIENT, "input gradient");

      for (const after of fixture.weightsAfter ?? []) {
        const [layer, name] = weightName(after.name);
        expectNear(w[Number(layer)]![name]!, after, OUTPUT, `${after.name} after the step`);
      }
    });
  });
});
