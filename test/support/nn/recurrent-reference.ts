import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-layers"; // registers the gradients of the operations
import type { ActivationFunction } from "../../../src/support/nn/activations/activation.ts";

// Recurrent layers as their formulas read: gate by gate, step by step. TensorFlow.js differentiates them automatically, so
// that outputs and gradients of the kernels can be compared with something that shares no code with them but the activations.

export type CellName = "lstm" | "gru" | "simpleRnn";

export interface ReferenceWeights {
  kernel: tf.Tensor2D;
  recurrentKernel: tf.Tensor2D;
  bias?: tf.Tensor;
}

export interface ReferenceOptions {
  activation: ActivationFunction;
  recurrentActivation: ActivationFunction;
  resetAfter: boolean;
  returnSequences: boolean;
  goBackwards: boolean;
  zeroMaskedOutputs?: boolean;
}

export interface ReferenceExtra {
  /** [T, B] */
  mask?: tf.Tensor2D | undefined;
  initialState?: { h: tf.Tensor2D; c: tf.Tensor2D } | undefined;
  /** One mask for all gates, or one for each. */
  inputDropout?: tf.Tensor2D | tf.Tensor2D[] | undefined;
  recurrentDropout?: tf.Tensor2D | tf.Tensor2D[] | undefined;
}

interface State {
  h: tf.Tensor2D;
  c: tf.Tensor2D;
}

/** x: [T, B, I] → y [T, B, units] or [B, units], and the last state. */
export function referenceForward(
  cell: CellName,
  x: tf.Tensor3D,
  w: ReferenceWeights,
  options: ReferenceOptions,
  { mask, initialState, inputDropout, recurrentDropout }: ReferenceExtra,
): { y: tf.Tensor; state: State } {
  const [T, B, I] = x.shape;
  const zeros = tf.zeros<tf.Rank.R2>([B, w.recurrentKernel.shape[0]]);
  let state = initialState ?? { h: zeros, c: zeros };
  let output: tf.Tensor2D = zeros;
  const outputs: tf.Tensor2D[] = [];
  for (let k = 0; k < T; k++) {
    const t = options.goBackwards ? T - 1 - k : k;
    const input = tf.reshape(tf.slice(x, [t, 0, 0], [1, B, I]), [B, I]) as tf.Tensor2D;
    const next = CELLS[cell](dropped(input, inputDropout), dropped(state.h, recurrentDropout), state, w, options);
    if (mask === undefined) {
      state = next;
      output = next.h;
    } else {
      const m = tf.reshape(tf.slice(mask, [t, 0], [1, B]), [B, 1]);
      const choose = (a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D => tf.add(tf.mul(a, m), tf.mul(b, tf.sub(1, m)));
      state = { h: choose(next.h, state.h), c: choose(next.c, state.c) };
      output = choose(next.h, options.zeroMaskedOutputs ? zeros : output);
    }
    outputs.push(output);
  }
  return { y: options.returnSequences ? tf.stack(outputs) : output, state };
}

/** What gate n sees of a value. */
type ByGate = (n: number) => tf.Tensor2D;

function dropped(value: tf.Tensor2D, masks: tf.Tensor2D | tf.Tensor2D[] | undefined): ByGate {
  return (n) => (masks === undefined ? value : tf.mul(value, Array.isArray(masks) ? masks[n]! : masks));
}

type Cell = (x: ByGate, entered: ByGate, before: State, w: ReferenceWeights, options: ReferenceOptions) => State;

/** Columns of gate n. */
function gate(weights: tf.Tensor2D, n: number, units: number): tf.Tensor2D {
  return tf.slice(weights, [0, n * units], [weights.shape[0], units]);
}

const CELLS: Record<CellName, Cell> = {
  simpleRnn(x, entered, before, w, { activation }) {
    const z = tf.add(tf.matMul(x(0), w.kernel), tf.matMul(entered(0), w.recurrentKernel));
    return { h: activation.apply((w.bias === undefined ? z : tf.add(z, w.bias)) as tf.Tensor2D), c: before.c };
  },

  lstm(x, entered, before, w, { activation, recurrentActivation }) {
    const units = before.h.shape[1];
    const z = (n: number): tf.Tensor2D => {
      const ofInput = tf.matMul(x(n), gate(w.kernel, n, units));
      const sum = tf.add(ofInput, tf.matMul(entered(n), gate(w.recurrentKernel, n, units)));
      return (w.bias === undefined ? sum : tf.add(sum, tf.slice(w.bias, [n * units], [units]))) as tf.Tensor2D;
    };
    const i = recurrentActivation.apply(z(0));
    const f = recurrentActivation.apply(z(1));
    const c = tf.add<tf.Tensor2D>(tf.mul(f, before.c), tf.mul(i, activation.apply(z(2))));
    return { h: tf.mul(recurrentActivation.apply(z(3)), activation.apply(c)), c };
  },

  gru(x, entered, before, w, { activation, recurrentActivation, resetAfter }) {
    const units = before.h.shape[1];
    const bias = (row: number, n: number): tf.Tensor =>
      w.bias === undefined
        ? tf.scalar(0)
        : tf.reshape(tf.slice(tf.reshape(w.bias, [-1, 3 * units]), [row, n * units], [1, units]), [units]);
    const input = (n: number): tf.Tensor2D => tf.add(tf.matMul(x(n), gate(w.kernel, n, units)), bias(0, n));
    const product = (state: tf.Tensor2D, n: number): tf.Tensor2D => {
      const plain = tf.matMul<tf.Tensor2D>(state, gate(w.recurrentKernel, n, units));
      return resetAfter ? tf.add(plain, bias(1, n)) : plain;
    };
    const z = recurrentActivation.apply(tf.add<tf.Tensor2D>(input(0), product(entered(0), 0)));
    const r = recurrentActivation.apply(tf.add<tf.Tensor2D>(input(1), product(entered(1), 1)));
    const recurrent: tf.Tensor2D = resetAfter ? tf.mul(r, product(entered(2), 2)) : product(tf.mul(r, entered(2)), 2);
    const g = activation.apply(tf.add<tf.Tensor2D>(input(2), recurrent));
    return { h: tf.add(tf.mul(z, before.h), tf.mul(tf.sub(1, z), g)), c: before.c };
  },
};
