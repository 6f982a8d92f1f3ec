import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { meanValue } from "../../../src/support/nn/metrics/mean.ts";
import type { Callback } from "../../../src/support/run/callback.ts";
import { loadCheckpoint, newState } from "../../../src/support/run/checkpoint.ts";
import { DivergedError } from "../../../src/support/run/diverged.ts";
import { epochMetrics } from "../../../src/support/run/metrics.ts";
import type { Session } from "../../../src/support/run/session.ts";
import { restore, TrainingLoop, zeroTotals } from "../../../src/support/run/training-loop.ts";
import { activate } from "../nn/fixtures.ts";

const METRICS = [{ name: "loss", size: 1, value: meanValue }];
const STEPS = 5;
const RATE = 0.1;

let folder: string;
beforeAll(() => activate("wasm"));
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "loop-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Nothing is captured: the variables have their values themselves. */
const captured = { pull() {}, push() {} };

/**
 * The loop of a train.ts, for one weight that goes down the gradient of w², with the callbacks that `own` gives and checkpoints after each
 * epoch. Returns the weight and the rate of each step. `pause`: the step of all after which it is left, once it is saved.
 */
async function train(own: () => Callback[], { epochs = 4, pause = Number.POSITIVE_INFINITY, resume = false } = {}) {
  const session = {
    run: { path: folder },
    options: { epochs },
    program: { definition: { data: "d", model: "m", training: "t" } },
    note: () => undefined,
  } as unknown as Session;
  const checkpoint = resume ? loadCheckpoint(folder) : undefined;
  const state = checkpoint?.state ?? newState(1);
  const w = tf.variable(tf.scalar(1));
  const totals = zeroTotals(METRICS);
  const variables = { weights: { w }, optimizer: {}, totals };
  const callbacks: Callback[] = [...own(), { epochEnd: (training) => training.save() }];
  if (checkpoint !== undefined) restore(session, checkpoint, variables, callbacks);
  const diverged = async () => new DivergedError("diverged", "");
  const interrupt = { requested: false };
  const batch = { samples: STEPS, batchSize: 1, metrics: METRICS };
  const training = new TrainingLoop({
    ...batch,
    ...{ session, state, variables, captured, callbacks, interrupt, data: {}, diverged },
  });
  const rates: number[] = [];
  while (training.goesOn) {
    await training.epochStart();
    while (state.step < STEPS) {
      const rate = state.rateScale * RATE;
      rates.push(rate);
      tf.tidy(() => {
        totals.assign(tf.add(totals, tf.reshape(tf.square(w), [1])));
        w.assign(tf.sub(w, tf.mul(w, 2 * rate)));
      });
      state.step++;
      state.iteration++;
      await training.stepEnd();
      if (state.iteration === pause) {
        await training.save();
        return { w: w.dataSync()[0]!, rates };
      }
    }
    const trained = await training.values();
    const rest = { epoch: state.epoch, learningRate: 0, seconds: 1, samplesPerSecond: 1 };
    training.nextEpoch();
    await training.epochEnd(epochMetrics(METRICS, trained, trained, rest));
  }
  await training.trainEnd();
  return { w: w.dataSync()[0]!, rates };
}

/** Halves the learning rate where the loss is not below a tenth of the best so far. */
function plateau(): Callback {
  const numbers = { best: Number.POSITIVE_INFINITY };
  return {
    keeps: { name: "plateau", numbers },
    epochEnd({ state }, { loss }) {
      if (loss > numbers.best / 10) state.rateScale /= 2;
      numbers.best = Math.min(numbers.best, loss);
    },
  };
}

/** A running mean of the weight over the steps, as a tensor. */
function average(): Callback & { readonly mean: tf.Variable } {
  const mean = tf.variable(tf.scalar(0));
  let w: tf.Variable | undefined;
  return {
    mean,
    keeps: { name: "average", tensors: { mean } },
    stepEnd(training) {
      w = training.variables.weights.w!;
      tf.tidy(() => mean.assign(tf.add(tf.mul(mean, 0.9), tf.mul(w!, 0.1))));
    },
  };
}

/** Changes the learning rate after each step. */
function rates(change: (scale: number) => number): Callback {
  return {
    stepEnd({ state }) {
      state.rateScale = change(state.rateScale);
    },
  };
}

describe("a callback", () => {
  it("lowers the learning rate by what has happened, and a resumed run goes on with it, bit for bit", async () => {
    const whole = await train(() => [plateau()]);
    expect([...new Set(whole.rates)]).toEqual([RATE, RATE / 2, RATE / 4]);
    rmSync(join(folder, "checkpoint"), { recursive: true });
    const first = await train(() => [plateau()], { pause: 12 });
    expect(loadCheckpoint(folder).parts).toHaveProperty("plateau");
    const second = await train(() => [plateau()], { resume: true });
    expect([...first.rates, ...second.rates]).toEqual(whole.rates);
    expect(second.w).toBe(whole.w);
  });

  it("has its tensors back", async () => {
    const whole = average();
    await train(() => [whole]);
    rmSync(join(folder, "checkpoint"), { recursive: true });
    await train(() => [average()], { pause: 7 });
    const resumed = average();
    await train(() => [resumed], { resume: true });
    expect(resumed.mean.dataSync()).toEqual(whole.mean.dataSync());
    expect(whole.mean.dataSync()[0]).not.toBe(0);
  });

  it("ends the training, and a resumed run does not begin again", async () => {
    const stop = (): Callback[] => [
      {
        epochEnd({ state }) {
          state.stopped = state.epoch > 2;
        },
      },
    ];
    expect((await train(stop)).rates).toHaveLength(2 * STEPS);
    expect((await train(stop, { resume: true })).rates).toEqual([]);
  });

  it("is told of everything in order, after those before it in the list", async () => {
    const told: string[] = [];
    const listener = (name: string): Callback => ({
      epochStart: ({ state }) => void told.push(`${name} epoch ${state.epoch}`),
      stepEnd: ({ state }) => void told.push(`${name} step ${state.step}`),
      epochEnd: ({ state }, { epoch }) => void told.push(`${name} ended ${epoch}, next ${state.epoch}`),
      trainEnd: async () => void told.push(`${name} end`),
    });
    await train(() => [listener("a"), listener("b")], { epochs: 1 });
    expect(told.filter((line) => line.startsWith("a"))).toEqual([
      "a epoch 1",
      ...Array.from({ length: STEPS }, (_, k) => `a step ${k + 1}`),
      "a ended 1, next 2",
      "a end",
    ]);
    expect(told.slice(0, 4)).toEqual(["a epoch 1", "b epoch 1", "a step 1", "b step 1"]);
  });

  it("whose state the run does not have, or has beside the list, is refused (2)", async () => {
    await train(() => [plateau()], { epochs: 1 });
    await expect(train(() => [], { resume: true })).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining("keeps a state of plateau"),
    });
    await expect(train(() => [plateau(), average()], { resume: true })).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining("keeps a state of average"),
    });
    const other = { ...plateau(), keeps: { name: "plateau", numbers: { worst: 0 } } };
    await expect(train(() => [other], { resume: true })).rejects.toMatchObject({ exitCode: 2 });
  });

  it("needs a name of its own, and tensors that checkpoints can hold", async () => {
    await expect(train(() => [plateau(), plateau()])).rejects.toThrow("two callbacks");
    const ids = { keeps: { name: "ids", tensors: { ids: tf.variable(tf.tensor1d([1], "int32")) } } };
    await expect(train(() => [ids])).rejects.toThrow("float32");
  });

  it.each<[string, string, () => Callback]>([
    ["a rate that is no number", "to NaN", () => rates((scale) => scale - Number.NaN)],
    ["a rate without bounds", "to Infinity", () => rates((scale) => scale / 0)],
    ["a rate that goes up the gradient", "to -1", () => rates((scale) => -scale)],
    [
      "a metric that is not measured",
      "best: best is undefined",
      () => {
        const numbers = { best: 0 };
        const epochEnd: Callback["epochEnd"] = (_, metrics) => {
          numbers.best = metrics.valAccuracy!;
        };
        return { keeps: { name: "best", numbers }, epochEnd };
      },
    ],
  ])("that leaves %s is refused before that is saved", async (_name, message, own) => {
    await train(() => [], { epochs: 1 });
    await expect(train(() => [own()])).rejects.toThrow(message);
    expect(loadCheckpoint(folder).state).toMatchObject({ epoch: 2, iteration: STEPS });
  });
});

describe("a loss that is no number", () => {
  it("is refused before it is saved", async () => {
    await train(() => [], { epochs: 1 });
    const explode: Callback = {
      async stepEnd(training) {
        training.variables.totals.assign(tf.tensor1d([Number.NaN]));
        await training.save();
      },
    };
    await expect(train(() => [explode])).rejects.toBeInstanceOf(DivergedError);
    expect(loadCheckpoint(folder).state).toMatchObject({ epoch: 2, iteration: STEPS });
  });
});
