import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import * as batchNormalization from "../../../src/support/nn/batch-normalization.ts";
import type { ConstraintFunction } from "../../../src/support/nn/constraints/constraint.ts";
import { maxNorm } from "../../../src/support/nn/constraints/max-norm.ts";
import { minMaxNorm } from "../../../src/support/nn/constraints/min-max-norm.ts";
import { nonNeg } from "../../../src/support/nn/constraints/non-neg.ts";
import { unitNorm } from "../../../src/support/nn/constraints/unit-norm.ts";
import { conv1dBackward, conv1dForward } from "../../../src/support/nn/conv1d.ts";
import { type DotOptions, dotBackward, dotForward } from "../../../src/support/nn/dot.ts";
import { layerNormalizationBackward, layerNormalizationForward } from "../../../src/support/nn/layer-normalization.ts";
import { joinMasks, maskingBackward, maskingForward, unionOfMasks } from "../../../src/support/nn/masking.ts";
import { l1 } from "../../../src/support/nn/regularizers/l1.ts";
import { l1l2 } from "../../../src/support/nn/regularizers/l1l2.ts";
import { l2 } from "../../../src/support/nn/regularizers/l2.ts";
import type { RegularizerFunction } from "../../../src/support/nn/regularizers/regularizer.ts";
import type { Features, Mask, Sequence } from "../../../src/support/nn/sequence.ts";
import * as activations from "./all/activations.ts";
import * as layers from "./all/layers.ts";
import {
  BACKENDS,
  type Derived,
  expectGradients,
  expectNear,
  type FixtureTensor,
  fromFeatures,
  toFeatures,
  toTensor,
  useBackend,
} from "./layer-fixtures.ts";

interface Case {
  name: string;
  config: Record<string, unknown>;
  inputs: FixtureTensor[];
  masks: (FixtureTensor | null)[] | null;
  weights: FixtureTensor[];
  output: FixtureTensor;
  outputMask: FixtureTensor | null;
  movingAfter?: [FixtureTensor, FixtureTensor];
}

const { cases } = JSON.parse(readFileSync(new URL("keras-options.json", import.meta.url), "utf8")) as { cases: Case[] };

type Vector = tf.Variable<tf.Rank.R1>;
interface Result {
  y: Features;
  mask?: Mask | undefined;
  backward(dy: Features): { dx: readonly Features[]; dw?: object };
}
type Runner = (
  x: readonly Sequence[],
  w: readonly tf.Variable[],
  options: never,
  masks: readonly (Mask | undefined)[],
) => Result;

const ASKED = { inputGradient: true } as const;
/** The reference has no more digits than float32; a softmax or a normalisation loses some. */
const TOLERANCE = 2e-5;

/** Gradients of a layer of one input, as a list. */
function single(gradients: { dx: Features; dw?: object }): { dx: readonly Features[]; dw?: object } {
  return { ...gradients, dx: [gradients.dx] };
}

function elementwise(
  forward: (x: readonly Sequence[], extra: layers.MergeMasks) => { y: Features },
  backward: (dy: never, forward: never, request: typeof ASKED) => { dx: Features[] },
): Runner {
  return (x, _w, _options, masks) => {
    const output = forward(x, { masks });
    const complete = masks.filter((mask) => mask !== undefined);
    return {
      y: output.y,
      mask: complete.length === x.length ? unionOfMasks(complete) : undefined,
      backward: (dy) => backward(dy as never, output as never, ASKED),
    };
  };
}

const runners: Record<string, Runner> = {
  add: elementwise(layers.addForward, layers.addBackward),
  subtract: elementwise(layers.subtractForward, layers.subtractBackward),
  multiply: elementwise(layers.multiplyForward, layers.multiplyBackward),
  average: elementwise(layers.averageForward, layers.averageBackward),
  maximum: elementwise(layers.maximumForward, layers.maximumBackward),
  minimum: elementwise(layers.minimumForward, layers.minimumBackward),
  concatenate(x, _w, options: layers.ConcatenateOptions, masks) {
    const forward = layers.concatenateForward(x, options);
    return {
      y: forward.y,
      mask: options.axis === 1 ? joinMasks(x, masks) : unionOfMasks(masks as Mask[]),
      backward: (dy) => layers.concatenateBackward(dy as Sequence, forward, options, ASKED),
    };
  },
  dot(x, _w, options: DotOptions) {
    const forward = dotForward(x as readonly [Features, Features], options);
    return { y: forward.y, backward: (dy) => dotBackward(dy as tf.Tensor2D, forward, options, ASKED) };
  },
  attention(x, [scale], options: layers.AttentionOptions, [queryMask, valueMask]) {
    const w = scale === undefined ? {} : { scale: scale as tf.Scalar };
    const forward = layers.attentionForward(x as never, w, options, { queryMask, valueMask });
    return {
      y: forward.y,
      mask: queryMask,
      backward: (dy) => layers.attentionBackward(dy as Sequence, forward, w, options, ASKED),
    };
  },
  additiveAttention(x, [scale], options: layers.AttentionOptions, [queryMask, valueMask]) {
    const w = scale === undefined ? {} : { scale: scale as Vector };
    const forward = layers.additiveAttentionForward(x as never, w, options, { queryMask, valueMask });
    return {
      y: forward.y,
      mask: queryMask,
      backward: (dy) => layers.additiveAttentionBackward(dy as Sequence, forward, w, options, ASKED),
    };
  },
  batchNormalization([x], weights, options: batchNormalization.BatchNormalizationOptions, [mask]) {
    const [gamma, beta, movingMean, movingVariance] = weights as [Vector, Vector, Vector, Vector];
    const w = { gamma, beta, movingMean, movingVariance };
    const forward = batchNormalization.batchNormalizationForward(x!, w, options, { mask });
    return {
      y: forward.y,
      mask,
      backward: (dy) =>
        single(batchNormalization.batchNormalizationBackward(dy as Sequence, forward, w, options, ASKED)),
    };
  },
  layerNormalization([x], [weight], options: { epsilon: number; weights: ["gamma" | "beta"] }) {
    const w = { [options.weights[0]]: weight as Vector };
    const forward = layerNormalizationForward(x!, w, options);
    return {
      y: forward.y,
      backward: (dy) => single(layerNormalizationBackward(dy as Sequence, forward, w, options, ASKED)),
    };
  },
  globalAveragePooling1d([x], _w, _options, [mask]) {
    const forward = layers.globalAveragePooling1dForward(x!, { mask });
    return {
      y: forward.y,
      backward: (dy) => single(layers.globalAveragePooling1dBackward(dy as tf.Tensor2D, forward, ASKED)),
    };
  },
  maxPooling1d([x], _w, options: layers.PoolingOptions) {
    const forward = layers.maxPooling1dForward(x!, options);
    return {
      y: forward.y,
      backward: (dy) => single(layers.maxPooling1dBackward(dy as Sequence, forward, options, ASKED)),
    };
  },
  averagePooling1d([x], _w, options: layers.PoolingOptions) {
    const forward = layers.averagePooling1dForward(x!, options);
    return {
      y: forward.y,
      backward: (dy) => single(layers.averagePooling1dBackward(dy as Sequence, forward, options, ASKED)),
    };
  },
  masking([x], _w, options: { maskValue: number }) {
    const forward = maskingForward(x!, options);
    return {
      ...forward,
      backward: (dy) => single(maskingBackward(dy as Sequence, forward, options, ASKED)),
    };
  },
  conv1d([x], [kernel, bias], layer: { strides: number; padding: "same"; dilationRate: number; activation: string }) {
    const activation = Object.values(activations).find(({ name }) => name === layer.activation)!;
    const w = { kernel: kernel as tf.Tensor3D, ...(bias === undefined ? {} : { bias: bias as Vector }) };
    const options = { ...layer, activation };
    const forward = conv1dForward(x!, w, options);
    return { y: forward.y, backward: (dy) => single(conv1dBackward(dy as Sequence, forward, w, options, ASKED)) };
  },
  permute([x], _w, options: layers.PermuteOptions) {
    const forward = layers.permuteForward(x!, options);
    return {
      y: forward.y,
      backward: (dy) => single(layers.permuteBackward(dy as Sequence, forward, options, ASKED)),
    };
  },
  reshape([x], _w, options: { targetShape: [number] | [number, number] }) {
    const forward = layers.reshapeForward(x!, options);
    return {
      y: forward.y,
      backward: (dy) => single(layers.reshapeBackward(dy as never, forward as never, options, ASKED)),
    };
  },
  flatten([x]) {
    const forward = layers.flattenForward(x!);
    return { y: forward.y, backward: (dy) => single(layers.flattenBackward(dy as tf.Tensor2D, forward, ASKED)) };
  },
};

const constraints: Record<string, (...args: never[]) => ConstraintFunction> = {
  maxNorm,
  minMaxNorm,
  unitNorm,
  nonNeg: () => nonNeg,
};
const regularizers: Record<string, (...args: never[]) => RegularizerFunction> = { l1, l2, l1l2 };

function toMask(mask: FixtureTensor): Mask {
  return toFeatures(tf.expandDims(toTensor(mask), 2)) as Mask;
}

const layerCases = cases
  .filter(({ name }) => name in runners)
  .map((layer): [string, Case] => {
    const masks = layer.masks?.map((mask) => (mask === null ? "none" : "mask")).join(" ");
    return [`${layer.name} ${JSON.stringify(layer.config)}${masks === undefined ? "" : `, masks: ${masks}`}`, layer];
  });

describe.each(BACKENDS)("options and masks on %s%s", (backend, skipped) => {
  describe.skipIf(skipped !== "")("as in Keras", () => {
    beforeAll(() => useBackend(backend));
    beforeEach(() => tf.engine().startScope());
    afterEach(() => tf.engine().endScope());

    it("knows every case", () => {
      expect(new Set(cases.map(({ name }) => name))).toEqual(
        new Set([...Object.keys(runners), "constraint", "regularizer"]),
      );
    });

    it.each(layerCases)("%s", (_title, { name, config, inputs, masks, weights, output, outputMask, movingAfter }) => {
      const x = inputs.map((input) => tf.variable(toTensor(input)));
      const w = weights.map((weight) => tf.variable(toTensor(weight)));
      const m = inputs.map((_, i) => (masks?.[i] ? toMask(masks[i]) : undefined));
      const run = (): Result => runners[name]!(x.map(toFeatures) as Sequence[], w, config as never, m);

      const result = run();
      expectNear(fromFeatures(result.y), output, TOLERANCE, "output");
      if (outputMask === null) expect(result.mask).toBeUndefined();
      else expectNear(tf.squeeze(fromFeatures(result.mask!), [2]), outputMask, 0, "mask");

      // The masking layer itself jumps where a step becomes equal to maskValue: its gradient is tested below.
      if (name !== "masking")
        expectGradients(
          () => run().y,
          (dy) => {
            const { dx, dw } = run().backward(dy);
            expect(dx.length).toBe(x.length);
            const gradients = Object.values(dw ?? {}) as tf.Tensor[];
            expect(gradients.length).toBe(name === "batchNormalization" ? 2 : w.length);
            return [
              ...dx.map((gradient, i): Derived => [`input ${i}`, fromFeatures(gradient), x[i]!]),
              ...gradients.map((gradient, i): Derived => [`weight ${i}`, gradient, w[i]!]),
            ];
          },
        );

      if (movingAfter !== undefined) {
        const [movingMean, movingVariance] = [w[2] as Vector, w[3] as Vector];
        const weightsOf = { movingMean, movingVariance };
        const options = config as unknown as batchNormalization.BatchNormalizationOptions;
        const forward = batchNormalization.batchNormalizationForward(toFeatures(x[0]!), weightsOf, options, {
          mask: m[0],
        });
        batchNormalization.updateMovingStatistics(forward, weightsOf, options);
        expectNear(movingMean, movingAfter[0], TOLERANCE, "moving mean");
        expectNear(movingVariance, movingAfter[1], TOLERANCE, "moving variance");
      }
    });

    it.each(
      cases.filter(({ name }) => name === "constraint").map((c): [string, Case] => [JSON.stringify(c.config), c]),
    )("constraint %s", (_title, { config, inputs, output }) => {
      const { name, args } = config as { name: string; args: never[] };
      const constraint = constraints[name]!(...args);
      expectNear(constraint(toTensor(inputs[0]!)), output, TOLERANCE);
    });

    it.each(
      cases.filter(({ name }) => name === "regularizer").map((c): [string, Case] => [JSON.stringify(c.config), c]),
    )("regularizer %s", (_title, { config, inputs, output }) => {
      const { name, args } = config as { name: string; args: never[] };
      const regularizer = regularizers[name]!(...args);
      const w = tf.variable(toTensor(inputs[0]!));
      expectNear(regularizer.penalty(w), output, TOLERANCE);
      expectGradients(
        () => tf.reshape<tf.Rank.R2>(regularizer.penalty(w), [1, 1]),
        (dy) => [["w", tf.mul(regularizer.gradient(w as tf.Tensor), tf.reshape(dy, [])), w]],
      );
    });
  });
});
