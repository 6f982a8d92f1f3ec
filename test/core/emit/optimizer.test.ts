import { readdirSync } from "node:fs";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import "@tensorflow/tfjs-core/dist/register_all_gradients.js";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { NamedWeights } from "../../../src/support/nn/weights.ts";
import {
  applyStep,
  emittedOptimizer,
  type FixtureTensor,
  readFixture,
  removeFolder,
  type TrainingFixture,
  writeOptimizer,
} from "./emitted-optimizer.ts";

afterAll(removeFolder);

function expectClose(actual: ArrayLike<number>, expected: readonly number[], tolerance: number, what: string): void {
  expect(actual.length, what).toBe(expected.length);
  for (const [k, value] of expected.entries()) {
    const error = Math.abs(actual[k]! - value) / (1 + Math.abs(value));
    expect(error, `${what}[${k}]: ${actual[k]} against ${value}`).toBeLessThanOrEqual(tolerance);
  }
}

const STEPS = [0, 1, 2, 3, 5, 7, 8, 9, 10, 15, 20, 21, 29, 30, 31, 50, 70, 100];

/** Learning rates at STEPS as keras.optimizers.schedules of Keras 3.15.0 (TensorFlow 2.21) gives them. */
const SCHEDULES: [schedule: object, rates: number[]][] = [
  [
    { schedule: "exponentialDecay", initialLearningRate: 0.02, decaySteps: 8, decayRate: 0.5, staircase: true },
    [
      0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.01, 0.01, 0.01, 0.01, 0.005, 0.005, 0.0025, 0.0025, 0.0025, 0.0003125,
      7.8125e-5, 4.882812e-6,
    ],
  ],
  [
    { schedule: "inverseTimeDecay", initialLearningRate: 0.1, decaySteps: 10, decayRate: 0.5 },
    [
      0.1, 0.0952381, 0.09090909, 0.08695652, 0.08, 0.07407407, 0.07142857, 0.06896552, 0.06666667, 0.05714286, 0.05,
      0.04878049, 0.04081633, 0.04, 0.03921569, 0.02857143, 0.02222222, 0.01666667,
    ],
  ],
  [
    { schedule: "inverseTimeDecay", initialLearningRate: 0.1, decaySteps: 10, decayRate: 0.5, staircase: true },
    [
      0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.06666667, 0.06666667, 0.05, 0.05, 0.05, 0.04, 0.04, 0.02857143,
      0.02222222, 0.01666667,
    ],
  ],
  [
    {
      schedule: "cosineDecay",
      initialLearningRate: 0.001,
      decaySteps: 20,
      alpha: 0.1,
      warmupTarget: 0.01,
      warmupSteps: 8,
    },
    [
      0.001, 0.002125, 0.00325, 0.004375, 0.006625, 0.008874999, 0.01, 0.009944597, 0.009779754, 0.007542957,
      0.004109423, 0.003457043, 0.001, 0.001, 0.001, 0.001, 0.001, 0.001,
    ],
  ],
  [
    { schedule: "cosineDecay", initialLearningRate: 0.01, decaySteps: 20 },
    [
      0.01, 0.009938441, 0.009755282, 0.009455032, 0.008535534, 0.007269952, 0.006545085, 0.005782173, 0.004999999,
      0.001464466, 0, 0, 0, 0, 0, 0, 0, 0,
    ],
  ],
  [
    { schedule: "cosineDecayRestarts", initialLearningRate: 0.01, firstDecaySteps: 10 },
    [
      0.01, 0.009755282, 0.009045085, 0.007938926, 0.004999999, 0.002061074, 0.0009549147, 0.0002447176, 0.01,
      0.008535534, 0.004999999, 0.004217828, 6.155819e-5, 0.01, 0.009984586, 0.004999999, 0.01, 0.006913417,
    ],
  ],
  [
    {
      schedule: "cosineDecayRestarts",
      initialLearningRate: 0.01,
      firstDecaySteps: 10,
      tMul: 1,
      mMul: 0.9,
      alpha: 0.2,
    },
    [
      0.01, 0.009804226, 0.009236068, 0.008351141, 0.006, 0.003648859, 0.002763932, 0.002195774, 0.009199999, 0.0056,
      0.008479999, 0.008321423, 0.002158576, 0.007831999, 0.00768928, 0.006723919, 0.005826375, 0.004789427,
    ],
  ],
  [
    {
      schedule: "cosineDecayRestarts",
      initialLearningRate: 0.01,
      firstDecaySteps: 8,
      tMul: 1.5,
      mMul: 0.8,
      alpha: 0.1,
    },
    [
      0.01, 0.009657457, 0.008681981, 0.007222075, 0.003777924, 0.001342542, 0.0082, 0.008077333, 0.007717691,
      0.003668251, 0.00676, 0.006716246, 0.00388, 0.003379893, 0.002894982, 0.003704085, 0.004549494, 0.001165219,
    ],
  ],
  [
    { schedule: "polynomialDecay", initialLearningRate: 0.01, decaySteps: 20 },
    [
      0.01, 0.009505, 0.009009999, 0.008515, 0.007525, 0.006535, 0.00604, 0.005545, 0.00505, 0.002575, 0.0001, 0.0001,
      0.0001, 0.0001, 0.0001, 0.0001, 0.0001, 0.0001,
    ],
  ],
  [
    {
      schedule: "polynomialDecay",
      initialLearningRate: 0.01,
      decaySteps: 10,
      endLearningRate: 0.001,
      power: 2,
      cycle: true,
    },
    [
      0.01, 0.008289999, 0.00676, 0.00541, 0.00325, 0.00181, 0.00136, 0.00109, 0.001, 0.0015625, 0.001, 0.00181,
      0.00101, 0.001, 0.001455625, 0.001, 0.001, 0.001,
    ],
  ],
  [
    { schedule: "piecewiseConstant", boundaries: [7, 20], values: [0.1, 0.01, 0.001] },
    [0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.01, 0.01, 0.01, 0.01, 0.01, 0.001, 0.001, 0.001, 0.001, 0.001, 0.001, 0.001],
  ],
];

describe("an emitted learning rate", () => {
  it.each(SCHEDULES)("%j is that of Keras", async (learningRate, rates) => {
    const emitted = await emittedOptimizer({ type: "sgd", learningRate });
    for (const [k, step] of STEPS.entries()) {
      const error = Math.abs(emitted.learningRate(step) - rates[k]!);
      expect(error, `step ${step}`).toBeLessThanOrEqual(1e-9 + 1e-5 * rates[k]!); // Keras computes in float32
    }
  });
});

/**
 * The two weights below after five and after six steps, with the gradients of `run`, by the optimizers of Keras 3.15.0
 * (TensorFlow 2.21). Where averages are kept, `averaged` has the weights after finalize_variable_values.
 */
const RUNS: { optimizer: object; five: number[]; six: number[]; averaged?: number[] }[] = [
  {
    optimizer: { type: "sgd", learningRate: 0.1, momentum: 0.9, weightDecay: 0.02, clipNorm: 0.5 },
    five: [0.37962052, -1.0538367, 2.0265403, 0.051344741, -0.16166107, 0.38394782, 0.45361239],
    six: [0.38924229, -1.0340347, 2.0312269, 0.062757023, -0.15057911, 0.3832908, 0.44206634],
  },
  {
    optimizer: { type: "sgd", learningRate: 0.1, momentum: 0.8, nesterov: true },
    five: [0.19070727, -1.1420548, 2.1557879, -0.060762733, -0.12456861, 0.54227436, 0.58637124],
    six: [0.32328689, -1.0489024, 2.1238692, 0.072874904, -0.076443307, 0.46064115, 0.45003271],
  },
  {
    optimizer: { type: "adamw", learningRate: 0.01, amsgrad: true, weightDecay: 0.1 },
    five: [0.47516355, -1.0076435, 1.9877942, 0.086748332, -0.18228133, 0.31298953, 0.4111203],
    six: [0.47528726, -1.0054719, 1.9864814, 0.087691784, -0.17939468, 0.3125743, 0.40981692],
  },
  {
    optimizer: { type: "adam", learningRate: 0.05, amsgrad: true, globalClipNorm: 0.7, ema: { momentum: 0.8 } },
    five: [0.38828748, -1.0634995, 1.9890382, 0.034902796, -0.1152833, 0.373772, 0.46692702],
    six: [0.39102983, -1.0578666, 1.9924935, 0.039612368, -0.10192995, 0.37370613, 0.46291858],
    averaged: [0.41557181, -1.0549629, 1.9743583, 0.044489842, -0.12800178, 0.36176172, 0.45676798],
  },
  {
    optimizer: { type: "nadam", learningRate: 0.02, weightDecay: 0.05 },
    five: [0.46877062, -1.0066392, 1.9852794, 0.079220682, -0.18647824, 0.31782737, 0.41821262],
    six: [0.48112574, -0.99807501, 1.9779074, 0.090861097, -0.1746407, 0.31040284, 0.40671784],
  },
  {
    optimizer: { type: "adamax", learningRate: 0.03, beta1: 0.8, beta2: 0.9, clipValue: 0.4 },
    five: [0.42445788, -1.0114322, 1.9624561, 0.059756223, -0.15795115, 0.34024382, 0.44024381],
    six: [0.4212037, -0.99842501, 1.9538528, 0.063089557, -0.15049452, 0.33691049, 0.43691048],
  },
  {
    optimizer: { type: "rmsprop", learningRate: 0.01, rho: 0.8, momentum: 0.7, epsilon: 1e-3, centered: true },
    five: [0.43084222, -1.0367008, 1.972418, 0.052109808, -0.1580556, 0.34873307, 0.4483209],
    six: [0.43575159, -1.0276605, 1.9699918, 0.057389759, -0.14589521, 0.34608024, 0.44338232],
  },
  {
    optimizer: { type: "adagrad", learningRate: 0.1, initialAccumulatorValue: 0.3 },
    five: [0.40257901, -1.0351039, 2.0393152, 0.038698476, -0.17676719, 0.36805499, 0.46526083],
    six: [0.45566064, -1.0057454, 2.0151272, 0.08639013, -0.14313166, 0.33778116, 0.41974124],
  },
  {
    optimizer: { type: "adadelta", learningRate: 1, rho: 0.9, epsilon: 1e-4 },
    five: [0.44954175, -1.002004, 2.0002317, 0.06223711, -0.19463657, 0.3289642, 0.43628502],
    six: [0.48706487, -0.97920734, 1.9764122, 0.10879889, -0.16756906, 0.30387059, 0.39337],
  },
  {
    optimizer: { type: "sgd", learningRate: 0.1, ema: { momentum: 0.6, overwriteFrequency: 2 } },
    five: [0.40408796, -1.0279472, 2.0657122, -0.033316057, -0.17427056, 0.46111944, 0.54837692],
    six: [0.45892382, -1.026069, 2.0129058, 0.037658408, -0.15834148, 0.40735799, 0.47435299],
    averaged: [0.45892382, -1.026069, 2.0129058, 0.037658408, -0.15834148, 0.40735799, 0.47435299],
  },
];

const FIXTURES = "test/fixtures/keras";
/** What these show is the loss: weights, penalties, one-hot targets. */
const ABOUT_LOSSES = /train-adam-(categorical|classweight|sampleweight|l2)\.json/;
const fixtures = readdirSync(FIXTURES).filter((file) => /^train-.*\.json$/.test(file) && !ABOUT_LOSSES.test(file));

describe.each(["cpu", "wasm"])("an emitted optimizer on the %s engine", (engine) => {
  beforeAll(async () => {
    await tf.setBackend(engine);
    await tf.ready();
  });

  it.each(RUNS)("$optimizer updates weights as Keras does", async ({ optimizer, five, six, averaged }) => {
    const emitted = await emittedOptimizer(optimizer);
    const before = tf.memory().numTensors;
    const w: NamedWeights = {
      a: tf.variable(tf.tensor([0.5, -1, 2])),
      b: tf.variable(tf.tensor([0.1, -0.2, 0.3, 0.4], [2, 2])),
      "normalization/movingMean": tf.variable(tf.tensor([7]), false), // not trainable: has no gradient
    };
    const values = (): number[] => [...w.a!.dataSync(), ...w.b!.dataSync()];
    const state = emitted.initializeOptimizer(w);
    let tensors: number | undefined;
    for (let t = 0; t < 6; t++) {
      const a = [0, 1, 2].map((i) => Math.sin(1 + i + 2 * t));
      const b = [0, 1, 2, 3].map((i) => Math.cos(1 + i + 3 * t));
      applyStep(emitted, w, { a: tf.tensor(a), b: tf.tensor(b, [2, 2]) }, state, t);
      if (t === 4) expectClose(values(), five, 1e-6, "after five steps");
      tensors ??= tf.memory().numTensors;
      expect(tf.memory().numTensors, "tensors in memory").toBe(tensors);
    }
    expectClose(values(), six, 1e-6, "after six steps");
    expect("useAveragedWeights" in emitted).toBe(averaged !== undefined);
    if (averaged !== undefined) {
      emitted.useAveragedWeights!(w, state);
      expectClose(values(), averaged, 1e-6, "averaged");
    }
    expect(w["normalization/movingMean"]!.dataSync()[0]).toBe(7);
    expect(Object.values(state).every((slot) => Object.keys(slot).join() === "a,b")).toBe(true);
    tf.dispose([w, state]);
    expect(tf.memory().numTensors - before).toBeLessThanOrEqual(3); // the tensors that made the weights
  });

  it.each(fixtures)("follows the training run of %s", async (file) => {
    const fixture = readFixture(join(FIXTURES, file));
    const emitted = await emittedOptimizer(fixture.optimizer);
    const { losses, rates, first, last } = train(fixture, emitted);
    expectClose(rates, fixture.learningRates, 1e-6, "learning rate");
    expectClose(losses, fixture.losses, 2e-5, "loss");
    const tolerance = Math.max(1e-4, 10 * fixture.float32Noise.weights);
    for (const [k, { name, data }] of fixture.weightsAfterFirstStep.entries())
      expectClose(first[k]!, data, 2e-5, `${name} after the first step`);
    for (const [k, { name, data }] of fixture.finalWeights.entries())
      expectClose(last[k]!, data, tolerance, `${name} at the end`);
  });
});

/** Trains a fixture's model, gradients by tf.grads of a plain forward pass: nothing of this project but the optimizer. */
function train(fixture: TrainingFixture, emitted: Awaited<ReturnType<typeof emittedOptimizer>>) {
  const tensor = ({ data, shape }: FixtureTensor): tf.Tensor => tf.tensor(data, shape);
  const w = Object.fromEntries(fixture.initialWeights.map((weight) => [weight.name!, tf.variable(tensor(weight))]));
  const names = Object.keys(w);
  const values = (): Float32Array[] => names.map((name) => Float32Array.from(w[name]!.dataSync()));
  const state = emitted.initializeOptimizer(w);
  const [samples, timesteps, features] = fixture.x.shape as [number, number, number];
  const size = timesteps * features;
  const result = {
    losses: [] as number[],
    rates: [] as number[],
    first: [] as Float32Array[],
    last: [] as Float32Array[],
  };
  for (let iteration = 0; iteration < (fixture.passes * samples) / fixture.batchSize; iteration++) {
    const start = (iteration * fixture.batchSize) % samples;
    const { value, gradients } = tf.tidy(() => {
      const x = tf.tensor3d(fixture.x.data.slice(start * size, (start + fixture.batchSize) * size), [
        fixture.batchSize,
        timesteps,
        features,
      ]);
      const labels = tf.tensor1d(fixture.y.data.slice(start, start + fixture.batchSize), "int32");
      const loss = (...weights: tf.Tensor[]): tf.Scalar =>
        meanLoss(Object.fromEntries(names.map((n, k) => [n, weights[k]!])), x, labels);
      const { value, grads } = tf.valueAndGrads(loss)(names.map((name) => w[name]!));
      return { value, gradients: Object.fromEntries(names.map((name, k) => [name, grads[k]!])) };
    });
    result.losses.push(value.dataSync()[0]!);
    result.rates.push(emitted.learningRate(iteration));
    value.dispose();
    applyStep(emitted, w, gradients, state, iteration);
    if (iteration === 0) result.first = values();
  }
  result.last = values();
  tf.dispose([w, state]);
  return result;
}

/** lstm 8 relu sequences → lstm 8 relu → dense 6 relu → dense 4, softmax cross-entropy: the model of all fixtures used here. */
function meanLoss(w: Record<string, tf.Tensor>, x: tf.Tensor3D, labels: tf.Tensor1D): tf.Scalar {
  let sequence = tf.unstack(x, 1) as tf.Tensor2D[];
  for (const layer of ["0", "1"]) sequence = lstm(w, layer, sequence);
  const hidden = tf.relu(
    tf.add(tf.matMul(sequence.at(-1)!, w["2/kernel"] as tf.Tensor2D), w["2/bias"]!),
  ) as tf.Tensor2D;
  const logits = tf.add(tf.matMul(hidden, w["3/kernel"] as tf.Tensor2D), w["3/bias"]!);
  const oneHot = tf.cast(tf.oneHot(labels, logits.shape[1]!), "float32");
  return tf.neg(tf.mean(tf.sum(tf.mul(oneHot, tf.logSoftmax(logits)), 1))) as tf.Tensor as tf.Scalar;
}

function lstm(w: Record<string, tf.Tensor>, layer: string, sequence: tf.Tensor2D[]): tf.Tensor2D[] {
  const kernel = w[`${layer}/kernel`] as tf.Tensor2D;
  const recurrent = w[`${layer}/recurrent_kernel`] as tf.Tensor2D;
  const units = recurrent.shape[0];
  let h = tf.zeros([sequence[0]!.shape[0], units]) as tf.Tensor2D;
  let c = h;
  return sequence.map((x) => {
    const z = tf.add(tf.add(tf.matMul(x, kernel), tf.matMul(h, recurrent)), w[`${layer}/bias`]!);
    const [i, f, g, o] = tf.split(z, 4, 1) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
    c = tf.add(tf.mul(tf.sigmoid(f), c), tf.mul(tf.sigmoid(i), tf.relu(g)));
    h = tf.mul(tf.sigmoid(o), tf.relu(c));
    return h;
  });
}

describe("the emitted code", () => {
  it("passes the strictest type checks, whatever the optimizer", () => {
    const optimizers = [
      ...RUNS.map(({ optimizer }) => optimizer),
      ...SCHEDULES.map(([learningRate]) => ({ type: "adam", learningRate })),
      ...["sgd", "adam", "adamw", "nadam", "adamax", "rmsprop", "adagrad", "adadelta"].map((type) => ({
        type,
        decay: 0.1,
      })),
      { type: "adagrad", initialAccumulatorValue: 0 },
    ];
    const program = ts.createProgram(optimizers.map(writeOptimizer), {
      noEmit: true,
      strict: true,
      noUncheckedIndexedAccess: true,
      noUnusedLocals: true,
      noUnusedParameters: true,
      exactOptionalPropertyTypes: true,
      erasableSyntaxOnly: true,
      skipLibCheck: true,
      types: [],
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
    });
    const problems = ts.getPreEmitDiagnostics(program).map(({ messageText, file }) => {
      return `${file?.fileName.split("/").pop()}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
    });
    expect(problems).toEqual([]);
  });
});
