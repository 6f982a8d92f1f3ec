import * as tf from "@tensorflow/tfjs-core";
import { Comparison, TOLERANCE } from "./compare.ts";
import type { FixtureTensor, TrainFixture } from "./fixtures.ts";
import {
  assignWeights,
  batchMajor,
  callByName,
  compileChecked,
  type Model,
  specLayers,
  stepInputs,
  timeMajor,
  toTensor,
  type Workspace,
  weightName,
} from "./program.ts";

/** How a dataset encodes the targets of a loss or metric. */
export function encodingOf(name: string): "labels" | "oneHot" | "numbers" | "binary" | "labelSequence" {
  if (name === "ctc") return "labelSequence";
  if (/^sparse/i.test(name)) return "labels";
  if (/^(categorical|topKCategorical|kullback)/.test(name)) return "oneHot";
  return /^binary/.test(name) ? "binary" : "numbers";
}

/** A whole training run. Returns what differs. */
export async function checkTraining(fixture: TrainFixture, workspace: Workspace): Promise<string | undefined> {
  const { x, y, batchSize, finalMetric, sampleWeight } = fixture;
  const encoding = encodingOf(fixture.loss);
  const units = fixture.initialWeights.at(-1)!.shape.at(-1)!;
  const perTimestep = y.shape.length === (encoding === "labels" ? 2 : 3);
  const program = await workspace.load(
    compileChecked({
      specVersion: 1,
      name: "fixture",
      dataset: {
        type: "arrays",
        inputs: [{ shape: x.shape.slice(1), ...inputIds(fixture), train: "x.npy", test: "x.npy" }],
        targets: {
          encoding,
          ...targetSizes(encoding, units, y.shape, perTimestep),
          train: "y.npy",
          test: "y.npy",
        },
        ...(sampleWeight === undefined ? {} : { sampleWeights: { train: "w.npy" } }),
      },
      layers: specLayers(fixture.layers, fixture.hardSigmoid),
      optimizer: fixture.optimizer,
      training: {
        loss: fixture.lossConfig === undefined ? fixture.loss : { type: fixture.loss, ...fixture.lossConfig },
        ...(finalMetric === undefined ? {} : { metrics: [finalMetric.name] }),
        ...(fixture.classWeight === undefined ? {} : { classWeight: fixture.classWeight }),
        batchSize,
        epochs: fixture.passes,
        shuffle: false,
      },
    }),
  );
  const comparison = new Comparison();
  tf.engine().startScope();
  const w = program.model.initializeWeights(0);
  let optimizer: Readonly<Record<string, Readonly<Record<string, tf.Variable>>>> = {};
  try {
    assignWeights(program.model, w, fixture.initialWeights);
    optimizer = program.model.initializeOptimizer(w);
    run(fixture, program.model, w, optimizer, comparison);
  } finally {
    tf.dispose([program.model.namedWeights(w), optimizer]);
    tf.engine().endScope();
  }
  return comparison.failure;
}

/** What a spec says of the sizes of targets. */
export function targetSizes(
  encoding: ReturnType<typeof encodingOf>,
  units: number,
  shape: readonly number[],
  perTimestep: boolean,
): object {
  if (encoding === "labelSequence") return { classes: units, length: shape[1] };
  return {
    ...(encoding === "labels" || encoding === "oneHot" ? { classes: units } : { features: units }),
    ...(perTimestep ? { timesteps: shape[1] } : {}),
  };
}

function inputIds({ x, layers }: TrainFixture): object {
  return x.dtype === "int32" ? { vocabularySize: layers[0]!.inputDim } : {};
}

function run(fixture: TrainFixture, model: Model, w: object, optimizer: object, comparison: Comparison): void {
  const { batchSize, passes, sampleWeight, float32Noise } = fixture;
  const samples = fixture.x.shape[0]!;
  const weightTolerance = Math.max(1e-4, 10 * (float32Noise?.weights ?? 0));
  const compareWeights = (when: string, wanted: readonly FixtureTensor[]): void => {
    const named = model.namedWeights(w);
    for (const weight of wanted) {
      comparison.tensor(
        `${weight.name} ${when}`,
        batchMajor(named[weightName(weight.name!)]!),
        weight,
        weightTolerance,
      );
    }
  };
  const losses: number[] = [];
  const rates: number[] = [];
  for (let pass = 0; pass < passes; pass++) {
    for (let start = 0; start < samples; start += batchSize) {
      const size = Math.min(batchSize, samples - start);
      const iteration = losses.length;
      const [loss] = tf.tidy(() => {
        const weights = sampleWeight === undefined ? undefined : rows(toTensor(sampleWeight), start, size);
        const batch = {
          x: { input: timeMajor(rows(toTensor(fixture.x), start, size)) },
          targets: targetsOf(rows(toTensor(fixture.y), start, size), encodingOf(fixture.loss)),
          weights,
          sampleWeights: weights,
        };
        const step = stepInputs(model, iteration);
        return callByName(model.trainStep, { w, optimizer, state: optimizer, ...batch, step })
          .dataSync()
          .slice(0, 1);
      });
      rates.push(model.learningRate(iteration));
      losses.push(loss! / size);
      if (iteration === 0 && fixture.weightsAfterFirstStep !== undefined) {
        compareWeights("after the first step", fixture.weightsAfterFirstStep);
      }
    }
  }
  comparison.values("losses", losses, fixture.losses, TOLERANCE.trainingLoss);
  if (fixture.learningRates !== undefined)
    comparison.values("learningRates", rates, fixture.learningRates, TOLERANCE.rate);
  compareWeights("at the end", fixture.finalWeights);
  tf.tidy(() => {
    const x = { input: timeMajor(toTensor(fixture.x)) };
    if (fixture.finalPredictions !== undefined) {
      const tolerance = Math.max(1e-4, 10 * (float32Noise?.predictions ?? 0));
      comparison.tensor(
        "finalPredictions",
        batchMajor(model.forward(w, x).prediction),
        fixture.finalPredictions,
        tolerance,
      );
    }
    if (fixture.finalMetric !== undefined) {
      const weights = sampleWeight === undefined ? undefined : tf.ones([samples]);
      const targets = targetsOf(toTensor(fixture.y), encodingOf(fixture.loss));
      const { totals } = callByName(model.evaluateStep, { w, x, targets, weights, sampleWeights: weights });
      const found = scores(model, totals, samples)[1]!;
      comparison.values(
        `finalMetric (${fixture.finalMetric.name})`,
        [found],
        [fixture.finalMetric.value],
        TOLERANCE.score,
      );
    }
  });
}

/** Loss and metrics from the sums of a batch, as train.ts makes them. */
export function scores(model: Model, totals: tf.Tensor1D, samples: number): number[] {
  const sums = [...totals.dataSync()];
  return model.METRICS.map((metric) => {
    if (typeof metric === "string") return sums.shift()! / samples;
    return metric.value(sums.splice(0, metric.size), samples);
  });
}

function rows(x: tf.Tensor, start: number, size: number): tf.Tensor {
  return tf.slice(x, [start, ...x.shape.slice(1).map(() => 0)], [size, ...x.shape.slice(1)]);
}

/** Targets as a batch has them: labels flat and time-major, those without timesteps as they are, sequences time-major. */
export function targetsOf(y: tf.Tensor, encoding: ReturnType<typeof encodingOf>): tf.Tensor {
  if (encoding === "labelSequence") return y;
  if (y.dtype === "int32") return y.rank === 2 ? tf.reshape(tf.transpose(y, [1, 0]), [-1]) : y;
  return timeMajor(y);
}
