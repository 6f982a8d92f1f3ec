import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ActivationFunction } from "../../../src/support/nn/activations/activation.ts";
import type { RecurrentKernel } from "../../../src/support/nn/bidirectional.ts";
import { bidirectionalBackward, bidirectionalForward, type MergeMode } from "../../../src/support/nn/bidirectional.ts";
import { GRU } from "../../../src/support/nn/cells/gru.ts";
import { LSTM } from "../../../src/support/nn/cells/lstm.ts";
import { SIMPLE_RNN } from "../../../src/support/nn/cells/simple-rnn.ts";
import { lstmBackward, lstmForward } from "../../../src/support/nn/lstm.ts";
import { type Features, rowsOf, Sequence } from "../../../src/support/nn/sequence.ts";
import * as activations from "./all/activations.ts";
import {
  activate,
  BACKENDS,
  expectClose,
  fixtureNames,
  GRADIENT_TOLERANCE,
  type LayerFixture,
  OUTPUT_TOLERANCE,
  randomVariable,
  readFixture,
} from "./fixtures.ts";
import { isRunnable, runChain } from "./layer-chain.ts";
import {
  type CellName,
  type ReferenceExtra,
  type ReferenceOptions,
  type ReferenceWeights,
  referenceForward,
} from "./recurrent-reference.ts";

const fixtures = fixtureNames("layer-")
  .map((name) => [name, readFixture<LayerFixture>(name)] as const)
  .filter(([, fixture]) => isRunnable(fixture));

const [T, B, I, U] = [4, 3, 2, 5];
const GATES = { lstm: 4, gru: 3, simpleRnn: 1 } as const;
// The tables below choose the layer at run time, which the types of the kernels are not made for.
// biome-ignore lint/suspicious/noExplicitAny: see above
type Untyped = any;
const LAYERS: Record<CellName, RecurrentKernel<Untyped, Untyped, Untyped, Untyped>> = {
  lstm: LSTM as Untyped,
  gru: GRU as Untyped,
  simpleRnn: SIMPLE_RNN as Untyped,
};

const DEFAULTS: ReferenceOptions = {
  activation: activations.TANH,
  recurrentActivation: activations.SIGMOID,
  resetAfter: true,
  returnSequences: true,
  goBackwards: false,
};

/** Starts late, has a gap, ends early: [T, B] of 0 and 1. */
function someMask(): tf.Tensor2D {
  return tf.tensor2d([0, 1, 1, 1, 0, 1, 0, 1, 1, 1, 1, 0], [T, B]);
}

function dropoutMasks(): Required<Pick<ReferenceExtra, "inputDropout" | "recurrentDropout">> {
  return {
    inputDropout: tf.tensor2d([2, 0, 0, 2, 2, 2], [B, I]),
    recurrentDropout: tf.tensor2d([2, 0, 2, 2, 0, 0, 2, 2, 0, 2, 2, 2, 0, 0, 2], [B, U]),
  };
}

/** As many masks of each kind as the cell has gates, of 0, 2 and 1.5, so that no two of them are alike. */
function masksByGate(cell: CellName): Pick<ReferenceExtra, "inputDropout" | "recurrentDropout"> {
  const masks = (features: number): tf.Tensor2D[] =>
    Array.from({ length: GATES[cell] }, (_, gate) =>
      tf.tensor2d(
        Array.from({ length: B * features }, (_, k) => [0, 2, 1.5][(k + gate + (k % 2) * (gate + 1)) % 3]!),
        [B, features],
      ),
    );
  return { inputDropout: masks(I), recurrentDropout: masks(U) };
}

/** Small ones: with `exponential` in a cell larger ones leave the range of float32 after a few steps. */
function someWeights(cell: CellName, { resetAfter }: ReferenceOptions, useBias: boolean): ReferenceWeights {
  const columns = GATES[cell] * U;
  return {
    kernel: randomVariable<tf.Rank.R2>([I, columns], 0.4),
    recurrentKernel: randomVariable<tf.Rank.R2>([U, columns], 0.2),
    ...(useBias ? { bias: randomVariable(cell === "gru" && resetAfter ? [2, columns] : [columns], 0.4) } : {}),
  };
}

function kernelExtra({ mask, ...rest }: ReferenceExtra): object {
  return {
    ...rest,
    ...(mask === undefined ? {} : { mask: Sequence.fromTensor(tf.expandDims(mask, 2) as tf.Tensor3D) }),
  };
}

function expectSame(actual: tf.Tensor, expected: tf.Tensor, tolerance: number, what: string): void {
  expectClose(actual, { shape: expected.shape, data: [...expected.dataSync()] }, tolerance, what);
}

/** y as the references have it: [T, B, F] or [B, F]. */
function tensorOfFeatures(y: Features): tf.Tensor {
  return y instanceof Sequence ? y.tensor : y;
}

/** A gradient for y, with numbers of its own. */
function cotangentFor(y: Features): { dy: Features; tensor: tf.Tensor } {
  const tensor = randomVariable(tensorOfFeatures(y).shape as [number, number]) as tf.Tensor;
  return { dy: y instanceof Sequence ? Sequence.fromTensor(tensor as tf.Tensor3D) : (tensor as tf.Tensor2D), tensor };
}

/** Gradients of sum(y · cotangent) by automatic differentiation, of x and of the weights by name. */
function automatic(
  y: (x: tf.Tensor3D, w: ReferenceWeights) => tf.Tensor,
  cotangent: tf.Tensor,
  x: tf.Tensor3D,
  w: ReferenceWeights,
): { dx: tf.Tensor; dw: Record<string, tf.Tensor> } {
  const names = Object.keys(w);
  const [dx, ...dws] = tf.grads((input: tf.Tensor, ...values: tf.Tensor[]) => {
    const weights = Object.fromEntries(names.map((name, n) => [name, values[n]!])) as unknown as ReferenceWeights;
    return tf.sum(tf.mul(y(input as tf.Tensor3D, weights), cotangent));
  })([x, ...(Object.values(w) as tf.Tensor[])]);
  return { dx: dx!, dw: Object.fromEntries(names.map((name, n) => [name, dws[n]!])) };
}

function expectReference(
  cell: CellName,
  changes: Partial<ReferenceOptions>,
  extra: ReferenceExtra = {},
  { useBias = true, timesteps = T } = {},
): void {
  const options = { ...DEFAULTS, ...changes };
  const w = someWeights(cell, options, useBias);
  const x = randomVariable([timesteps, B, I]) as tf.Tensor as tf.Tensor3D;
  const forward = LAYERS[cell].forward(Sequence.fromTensor(x), w, options, kernelExtra(extra));
  const expected = referenceForward(cell, x, w, options, extra);
  expectSame(tensorOfFeatures(forward.y), expected.y, OUTPUT_TOLERANCE, "y");
  expectSame(forward.state.h, expected.state.h, OUTPUT_TOLERANCE, "state h");
  if (cell === "lstm") expectSame(forward.state.c, expected.state.c, OUTPUT_TOLERANCE, "state c");

  const { dy, tensor } = cotangentFor(forward.y);
  const { dw, dx } = LAYERS[cell].backward(dy, forward, w, options, { inputGradient: true });
  const gradients = automatic((input, v) => referenceForward(cell, input, v, options, extra).y, tensor, x, w);
  expectSame(dx!.tensor, gradients.dx, GRADIENT_TOLERANCE, "dx");
  expect(Object.keys(dw)).toEqual(Object.keys(w));
  for (const [name, gradient] of Object.entries(gradients.dw)) expectSame(dw[name], gradient, GRADIENT_TOLERANCE, name);
}

const CELLS: [string, CellName, Partial<ReferenceOptions>][] = [
  ["lstm", "lstm", {}],
  ["gru, resetAfter", "gru", { resetAfter: true }],
  ["gru, reset before", "gru", { resetAfter: false }],
  ["simpleRnn", "simpleRnn", {}],
];
/** Elementwise activations have their derivatives at once, others step by step: masks and dropout must hold in both. */
const KINDS: [string, Partial<ReferenceOptions>][] = [
  ["elementwise", {}],
  ["elementwise from the preactivation", { activation: activations.SWISH, recurrentActivation: activations.SOFTPLUS }],
  ["softmax", { activation: activations.SOFTMAX, recurrentActivation: activations.SOFTMAX }],
];

describe.each(BACKENDS)("on %s%s", (backend, skipped) => {
  describe.skipIf(skipped !== "")("kernels", () => {
    beforeAll(() => activate(backend));
    beforeEach(() => tf.engine().startScope());
    afterEach(() => tf.engine().endScope());

    describe("agree with Keras 3", () => {
      it("in all chains of layers that there are kernels for", () => {
        expect(fixtures.length).toBeGreaterThan(70);
      });

      it.each(fixtures)("%s", (_name, fixture) => {
        const { output, inputGradient, weightGradients } = runChain(fixture);
        expectClose(output, fixture.output, OUTPUT_TOLERANCE, "output");
        expectClose(inputGradient, fixture.inputGradient!, GRADIENT_TOLERANCE, "gradient of the input");
        for (const expected of fixture.weightGradients!) {
          expectClose(weightGradients[expected.name]!, expected, GRADIENT_TOLERANCE, `gradient of ${expected.name}`);
        }
      });
    });

    describe.each(CELLS)("%s agrees with its formulas, differentiated automatically", (_title, cell, changes) => {
      const all = Object.values(activations) as ActivationFunction[];
      it.each(all.map((activation) => [activation.name, activation] as const))(
        "with %s as activation",
        (_name, activation) => expectReference(cell, { ...changes, activation }),
      );
      it.each(all.map((activation) => [activation.name, activation] as const))(
        "with %s as recurrentActivation",
        (_name, recurrentActivation) => expectReference(cell, { ...changes, recurrentActivation }),
      );

      describe.each(KINDS)("%s", (_kind, kind) => {
        const options = { ...changes, ...kind };
        it.each([true, false])("with dropout of input and state, returnSequences %s", (returnSequences) =>
          expectReference(cell, { ...options, returnSequences }, dropoutMasks()),
        );
        it.each([true, false])("backwards, masked, with dropout, returnSequences %s", (returnSequences) =>
          expectReference(
            cell,
            { ...options, returnSequences, goBackwards: true },
            { ...dropoutMasks(), mask: someMask() },
          ),
        );
        it.each([true, false])("from an initial state, masked, returnSequences %s", (returnSequences) =>
          expectReference(
            cell,
            { ...options, returnSequences },
            {
              initialState: { h: randomVariable<tf.Rank.R2>([B, U]), c: randomVariable<tf.Rank.R2>([B, U]) },
              mask: someMask(),
            },
          ),
        );
        it.runIf(cell !== "simpleRnn").each([true, false])(
          "with a dropout mask for each gate, returnSequences %s",
          (returnSequences) => {
            expectReference(cell, { ...options, returnSequences }, masksByGate(cell));
            expectReference(
              cell,
              { ...options, returnSequences, goBackwards: true },
              {
                ...masksByGate(cell),
                mask: someMask(),
                initialState: { h: randomVariable<tf.Rank.R2>([B, U]), c: randomVariable<tf.Rank.R2>([B, U]) },
              },
            );
            // One kind of dropout by gate, the other one for all.
            const { inputDropout } = masksByGate(cell);
            expectReference(cell, { ...options, returnSequences }, { ...dropoutMasks(), inputDropout });
          },
        );
        it("with 0 at masked steps", () =>
          expectReference(cell, { ...options, zeroMaskedOutputs: true }, { mask: someMask() }));
        it("with one step, without bias", () =>
          expectReference(cell, options, dropoutMasks(), { timesteps: 1, useBias: false }));
      });

      it("continues from the state that it returned as if there had been no break", () => {
        const options = { ...DEFAULTS, ...changes };
        const w = someWeights(cell, options, true);
        const x = Sequence.fromTensor(randomVariable([T, B, I]) as tf.Tensor as tf.Tensor3D);
        const { forward } = LAYERS[cell];
        const whole = forward(x, w, options).y as Sequence;
        const first = forward(Sequence.fromSteps(x.steps.slice(0, 1)), w, options);
        const rest = forward(Sequence.fromSteps(x.steps.slice(1)), w, options, { initialState: first.state });
        expectSame(tf.concat([first.y.rows, rest.y.rows]), whole.rows, OUTPUT_TOLERANCE, "y");
      });

      const modes: MergeMode[] = ["concat", "sum", "mul", "ave"];
      const variants = modes.flatMap((mergeMode) =>
        [true, false].flatMap((returnSequences) =>
          [true, false].map((masked) => [mergeMode, returnSequences, masked] as const),
        ),
      );
      it.each(variants)("bidirectional, %s, returnSequences %s, masked %s", (mergeMode, returnSequences, masked) => {
        const cellOptions = { ...DEFAULTS, ...changes, returnSequences };
        const w = { forward: someWeights(cell, cellOptions, true), backward: someWeights(cell, cellOptions, true) };
        const mask = masked ? someMask() : undefined;
        const x = randomVariable([T, B, I]) as tf.Tensor as tf.Tensor3D;
        const options = { layer: LAYERS[cell], cell: cellOptions, mergeMode };
        const extra = { forward: dropoutMasks(), ...kernelExtra({ mask }) };
        const forward = bidirectionalForward(Sequence.fromTensor(x), w, options, extra);

        const there = { ...cellOptions, zeroMaskedOutputs: returnSequences };
        const reference = (input: tf.Tensor3D, a: ReferenceWeights, b: ReferenceWeights): tf.Tensor => {
          const f = referenceForward(cell, input, a, there, { mask, ...dropoutMasks() }).y;
          const g = referenceForward(cell, input, b, { ...there, goBackwards: true }, { mask }).y;
          const back = returnSequences ? tf.reverse(g, 0) : g;
          if (mergeMode === "concat") return tf.concat([f, back], -1);
          if (mergeMode === "mul") return tf.mul(f, back);
          return mergeMode === "sum" ? tf.add(f, back) : tf.div(tf.add(f, back), 2);
        };
        expectSame(tensorOfFeatures(forward.y), reference(x, w.forward, w.backward), OUTPUT_TOLERANCE, "y");

        const { dy, tensor } = cotangentFor(forward.y);
        const { dw, dx } = bidirectionalBackward(dy, forward, w, options, { inputGradient: true });
        const one = automatic((input, v) => reference(input, v, w.backward), tensor, x, w.forward);
        const other = automatic((input, v) => reference(input, w.forward, v), tensor, x, w.backward);
        expectSame(dx.tensor, one.dx, GRADIENT_TOLERANCE, "dx");
        for (const name of ["kernel", "recurrentKernel", "bias"] as const) {
          expectSame(dw.forward[name]!, one.dw[name]!, GRADIENT_TOLERANCE, `forward ${name}`);
          expectSame(dw.backward[name]!, other.dw[name]!, GRADIENT_TOLERANCE, `backward ${name}`);
        }
      });
    });
  });
});

describe("types", () => {
  it("follow the options: a sequence or the last step, and gradients for the weights that are there", async () => {
    await activate("wasm");
    const SEQUENCES = {
      activation: activations.TANH,
      recurrentActivation: activations.SIGMOID,
      returnSequences: true,
    } as const;
    const LAST = { ...SEQUENCES, returnSequences: false } as const;
    const w = {
      kernel: randomVariable<tf.Rank.R2>([I, 4 * U]),
      recurrentKernel: randomVariable<tf.Rank.R2>([U, 4 * U]),
      bias: randomVariable<tf.Rank.R1>([4 * U]),
    };
    const x = Sequence.fromTensor(tf.ones<tf.Rank.R3>([T, B, I]));
    const both = bidirectionalForward(
      x,
      { forward: w, backward: w },
      { layer: LSTM, cell: SEQUENCES, mergeMode: "sum" },
    );
    const sequence: Sequence = both.y;
    const last = lstmForward(sequence, { ...w, kernel: randomVariable<tf.Rank.R2>([U, 4 * U]) }, LAST);
    const y: tf.Tensor2D = last.y;
    expect(rowsOf(y).shape).toEqual([B, U]);
    const gradients = lstmBackward(y, last, w, LAST, { inputGradient: false });
    const dx: undefined = gradients.dx;
    const dBias: tf.Tensor = gradients.dw.bias;
    expect([dx, dBias.shape]).toEqual([undefined, [4 * U]]);
  });
});
