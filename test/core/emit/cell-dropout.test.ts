import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RandomStream } from "../../../src/support/nn/random.ts";
import { compileChecked, Workspace } from "../../parity/program.ts";
import * as activations from "../../support/nn/all/activations.ts";
import { activate, expectClose, randomVariable } from "../../support/nn/fixtures.ts";
import { type CellName, type ReferenceWeights, referenceForward } from "../../support/nn/recurrent-reference.ts";

const [T, B, I, U] = [3, 4, 5, 6];
const RATE = { dropout: 0.25, recurrentDropout: 0.5 };

const workspace = new Workspace();
beforeAll(() => activate("wasm"));
afterAll(() => workspace.remove());

/** Numbers that the name of a stream decides. */
function numbers(name: string, count: number): Float32Array {
  const stream = new RandomStream(1, name);
  return Float32Array.from({ length: count }, (_, k) => stream.uniform(k));
}

/** The masks that a cell draws from a stream, one [B, features] below the other. */
function masks(name: string, count: number, features: number, rate: number): tf.Tensor2D[] {
  const kept = numbers(name, count * B * features).map((u) => (Math.fround(u + (1 - rate)) >= 1 ? 1 / (1 - rate) : 0));
  return Array.from({ length: count }, (_, g) =>
    tf.tensor2d(kept.slice(g * B * features, (g + 1) * B * features), [B, features]),
  );
}

/** A program of this layer and an output layer: its output of a training step, and the streams that the step drew from. */
async function trainingOutput(layer: object, x: tf.Tensor3D) {
  const spec = {
    specVersion: 1,
    name: "dropout",
    dataset: {
      type: "arrays",
      inputs: [{ shape: [T, I], train: "x.npy", test: "x.npy" }],
      targets: { encoding: "numbers", train: "y.npy", test: "y.npy" },
    },
    layers: [
      { ...layer, name: "cell" },
      { type: "dense", units: 1 },
    ],
    optimizer: { type: "sgd" },
    training: { loss: "meanSquaredError" },
  };
  const { model } = await workspace.load(compileChecked(spec));
  const w = model.initializeWeights(1);
  const drawn: string[] = [];
  const random = {
    uniform(name: string, shape: [number, number]): tf.Tensor2D {
      drawn.push(`${name} ${shape.join("x")}`);
      return tf.tensor2d(numbers(name, shape[0] * shape[1]), shape);
    },
  };
  const lossOf = (output: tf.Tensor2D) => ({ total: tf.scalar(0), gradient: output });
  const { output } = model.computeGradients(w, { input: x }, { random }, lossOf);
  return { output: output as tf.Tensor2D, named: model.namedWeights(w), drawn };
}

function weightsOf(named: Readonly<Record<string, tf.Variable>>, prefix: string): ReferenceWeights {
  const of = (name: string): tf.Tensor => named[`cell/${prefix}${name}`]!;
  return {
    kernel: of("kernel") as tf.Tensor2D,
    recurrentKernel: of("recurrentKernel") as tf.Tensor2D,
    bias: of("bias"),
  };
}

const OPTIONS = {
  activation: activations.TANH,
  recurrentActivation: activations.SIGMOID,
  resetAfter: true,
  returnSequences: false,
  goBackwards: false,
};

const CELLS: [type: string, cell: CellName, gates: number][] = [
  ["lstm", "lstm", 4],
  ["gru", "gru", 3],
  ["simpleRNN", "simpleRnn", 1],
];

describe("dropout inside the cells of generated programs", () => {
  it.each(CELLS)("%s: of inputs and state, a mask for each gate", async (type, cell, gates) => {
    const x = randomVariable([T, B, I]) as tf.Tensor as tf.Tensor3D;
    const { output, named, drawn } = await trainingOutput({ type, units: U, ...RATE }, x);
    expect(drawn).toEqual([`cell/inputs ${gates * B}x${I}`, `cell/state ${gates * B}x${U}`]);
    const { y } = referenceForward(cell, x, weightsOf(named, ""), OPTIONS, {
      inputDropout: masks("cell/inputs", gates, I, RATE.dropout),
      recurrentDropout: masks("cell/state", gates, U, RATE.recurrentDropout),
    });
    expectOutput(output, y as tf.Tensor2D, named);
  });

  it.each(CELLS)("%s: of inputs alone, one mask", async (type, cell) => {
    const x = randomVariable([T, B, I]) as tf.Tensor as tf.Tensor3D;
    const { output, named, drawn } = await trainingOutput({ type, units: U, dropout: RATE.dropout }, x);
    expect(drawn).toEqual([`cell/inputs ${B}x${I}`]);
    const inputDropout = masks("cell/inputs", 1, I, RATE.dropout)[0];
    const { y } = referenceForward(cell, x, weightsOf(named, ""), OPTIONS, { inputDropout });
    expectOutput(output, y as tf.Tensor2D, named);
  });

  it("bidirectional: each direction has masks of its own", async () => {
    const x = randomVariable([T, B, I]) as tf.Tensor as tf.Tensor3D;
    const layer = { type: "bidirectional", mergeMode: "sum", layer: { type: "gru", units: U, ...RATE } };
    const { output, named } = await trainingOutput(layer, x);
    const direction = (name: string, goBackwards: boolean): tf.Tensor2D =>
      referenceForward(
        "gru",
        x,
        weightsOf(named, `${name}/`),
        { ...OPTIONS, goBackwards },
        {
          inputDropout: masks(`cell/${name}/inputs`, 3, I, RATE.dropout),
          recurrentDropout: masks(`cell/${name}/state`, 3, U, RATE.recurrentDropout),
        },
      ).y as tf.Tensor2D;
    expectOutput(output, tf.add(direction("forward", false), direction("backward", true)), named);
  });
});

/** The dense layer's output of what the cell gave. */
function expectOutput(output: tf.Tensor2D, y: tf.Tensor2D, named: Readonly<Record<string, tf.Variable>>): void {
  const expected = tf.add(tf.matMul(y, named["dense1/kernel"] as tf.Tensor2D), named["dense1/bias"]!);
  expectClose(output, { shape: expected.shape, data: [...expected.dataSync()] }, 1e-5, "output");
}
