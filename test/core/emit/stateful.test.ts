import * as tf from "@tensorflow/tfjs-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { compileChecked, type Inputs, type Model, type Value, Workspace } from "../../parity/program.ts";
import * as activations from "../../support/nn/all/activations.ts";
import { activate, BACKENDS, expectClose, randomVariable } from "../../support/nn/fixtures.ts";
import { type CellName, type ReferenceWeights, referenceForward } from "../../support/nn/recurrent-reference.ts";

const [T, B, I, U] = [3, 2, 4, 5];

type Tensors = Readonly<Record<string, tf.Tensor2D>>;
/** States by layer; a bidirectional layer's by direction. */
type States = Readonly<Record<string, Tensors & { readonly forward?: Tensors; readonly backward?: Tensors }>>;

/** What programs with stateful layers have besides. */
interface StatefulModel extends Omit<Model, "forward" | "computeGradients"> {
  initializeStates(batch: number): States;
  namedStates(states: States): Readonly<Record<string, tf.Variable>>;
  forward(w: object, x: Inputs, states?: States): { output: Value; states: States };
  computeGradients(
    w: object,
    x: Inputs,
    states: States,
    step: object,
    lossOf: (output: tf.Tensor2D) => { total: tf.Scalar; gradient: tf.Tensor2D },
  ): { gradients: Readonly<Record<string, tf.Tensor>>; states: States };
}

function spec(layers: readonly object[], perTimestep = false): object {
  const targets = { encoding: "numbers", features: 1, ...(perTimestep ? { timesteps: T } : {}) };
  return {
    specVersion: 1,
    name: "stateful",
    dataset: {
      type: "arrays",
      inputs: [{ shape: [T, I], train: "x.npy", test: "x.npy" }],
      targets: { ...targets, train: "y.npy", test: "y.npy" },
    },
    layers: [...layers, { type: "dense", units: 1 }],
    optimizer: { type: "sgd", learningRate: 0.5 },
    training: { loss: "meanSquaredError", shuffle: false, batchSize: B },
  };
}

const CELLS: [string, CellName, object][] = [
  ["lstm", "lstm", { type: "lstm" }],
  ["gru", "gru", { type: "gru" }],
  ["gru, reset before", "gru", { type: "gru", resetAfter: false }],
  ["simpleRNN", "simpleRnn", { type: "simpleRNN" }],
];

const workspace = new Workspace();
afterAll(() => workspace.remove());

async function load(layers: readonly object[], perTimestep = false): Promise<StatefulModel> {
  const { model } = await workspace.load(compileChecked(spec(layers, perTimestep)));
  return model as unknown as StatefulModel;
}

function batch(timesteps = T): { readonly input: tf.Tensor3D } {
  return { input: randomVariable([timesteps, B, I]) as tf.Tensor as tf.Tensor3D };
}

function joined(first: { readonly input: tf.Tensor3D }, second: { readonly input: tf.Tensor3D }): Inputs {
  return { input: tf.concat([first.input, second.input], 0) };
}

/** Rows of a sequence's output, [T·B, 1]. */
function rows(value: Value): tf.Tensor2D {
  return (value as unknown as { rows: tf.Tensor2D }).rows;
}

function expectSame(actual: tf.Tensor, expected: tf.Tensor, what: string): void {
  expectClose(actual, { shape: expected.shape, data: [...expected.dataSync()] }, 1e-5, what);
}

describe.each(BACKENDS)("programs with stateful layers on %s%s", (backend, skipped) => {
  describe.skipIf(skipped !== "")("run", () => {
    beforeAll(() => activate(backend));
    beforeEach(() => tf.engine().startScope());
    afterEach(() => tf.engine().endScope());

    it.each(CELLS)("%s: two batches are one sequence of twice the length", async (_title, cell, layer) => {
      const model = await load(
        [
          { ...layer, units: U, returnSequences: true, stateful: true },
          { ...layer, units: U, returnSequences: true, stateful: true },
        ],
        true,
      );
      const w = model.initializeWeights(1);
      const [first, second] = [batch(), batch()];
      const whole = rows(model.forward(w, joined(first, second)).output);
      const targets = tf.zeros([T, B, 1]);

      const states = model.initializeStates(B);
      const outputs = [first, second].map((x) => model.evaluateStep(w, states, x, targets).predicted as tf.Tensor);
      expectSame(tf.reshape(tf.concat(outputs, 0), [-1, 1]), whole, "evaluateStep");

      // trainStep carries states, too: of a step that leaves the weights as they are, the same ones
      const trained = model.initializeStates(B);
      const step = { learningRate: tf.scalar(0), rate: tf.scalar(0) };
      for (const x of [first, second]) model.trainStep(w, {}, trained, x, targets, step);
      const named = model.namedStates(trained);
      expect(Object.keys(named)).toHaveLength(cell === "lstm" ? 4 : 2);
      for (const [name, state] of Object.entries(model.namedStates(states))) expectSame(named[name]!, state, name);
      // evaluation from states of its own does not see those of training
      const fresh = model.evaluateStep(w, model.initializeStates(B), first, targets).predicted as tf.Tensor;
      expectSame(fresh, outputs[0]!, "evaluation after training");
    });

    it.each(CELLS)("%s: gradients end at the states that a batch starts from", async (_title, cell, layer) => {
      const model = await load([{ ...layer, name: "cell", units: U, stateful: true }]);
      const w = model.initializeWeights(2);
      const [first, second] = [batch(), batch()];
      const { states } = model.forward(w, first);
      const named = model.namedWeights(w);
      const head = named["dense1/kernel"] as tf.Tensor2D;
      const names = ["kernel", "recurrentKernel", "bias"] as const;
      const dy = tf.ones<tf.Rank.R2>([B, 1]);
      const { gradients } = model.computeGradients(w, second, states, {}, () => ({
        total: tf.scalar(0),
        gradient: dy,
      }));

      const options = {
        activation: activations.TANH,
        recurrentActivation: activations.SIGMOID,
        resetAfter: !("resetAfter" in layer),
        returnSequences: false,
        goBackwards: false,
      };
      // Constants of the differentiation: nothing flows into them.
      const { h, c = h } = states.cell as Tensors as { h: tf.Tensor2D; c?: tf.Tensor2D };
      const expected = tf.grads((...values: tf.Tensor[]) => {
        const weights = Object.fromEntries(names.map((name, n) => [name, values[n]!])) as unknown as ReferenceWeights;
        const { y } = referenceForward(cell, second.input, weights, options, { initialState: { h, c } });
        return tf.sum(tf.matMul(y as tf.Tensor2D, head));
      })(names.map((name) => named[`cell/${name}`]!));
      for (const [n, name] of names.entries()) expectSame(gradients[`cell/${name}`]!, expected[n]!, name);
    });

    it("bidirectional: each direction continues from its own state", async () => {
      const inner = { type: "lstm", units: U, returnSequences: true, stateful: true };
      const model = await load([{ type: "bidirectional", name: "both", mergeMode: "concat", layer: inner }], true);
      const w = model.initializeWeights(3);
      const [first, second] = [batch(), batch()];
      const layers = (result: object): tf.Tensor2D => (result as { layers: { both: tf.Tensor2D } }).layers.both;
      const side = (x: tf.Tensor2D, from: number, column: number): tf.Tensor =>
        tf.slice(x, [from * B, column], [T * B, U]);
      const { states } = model.forward(w, first);
      const continued = layers(model.forward(w, second, states));
      // Forwards the second batch comes after the first. Backwards it does, too: it stands before it in time.
      expectSame(side(continued, 0, 0), side(layers(model.forward(w, joined(first, second))), T, 0), "forward");
      expectSame(side(continued, 0, U), side(layers(model.forward(w, joined(second, first))), 0, U), "backward");
    });
  });
});

describe("programs without stateful layers", () => {
  it("have no states", () => {
    const stateless = compileChecked(spec([{ type: "lstm", units: U }]));
    for (const file of ["model.ts", "train.ts"]) expect(stateless.files.get(file)).not.toMatch(/states/i);
    const stateful = compileChecked(spec([{ type: "lstm", units: U, stateful: true }]));
    for (const file of ["model.ts", "train.ts"]) expect(stateful.files.get(file)).toMatch(/states/i);
  });
});
