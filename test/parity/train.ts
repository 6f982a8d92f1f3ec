import * as tf from "@tensorflow/tfjs-core";
import { Comparison, TOLERANCE } from "./compare.ts";
import type { FixtureTensor, TrainFixture } from "./fixtures.ts";
import {
  assignWeights,
  batchMajor,
  callByName,
  checkRange,
  compileAnyModel,
  inputOf,
  type Model,
  specLayers,
  stepInputs,
  timeMajor,
  toTensor,
  type Workspace,
  weightOf,
} from "./program.ts";

export type Encoding = "labels" | "oneHot" | "numbers" | "binary" | "labelSequence";

/** How a dataset encodes the targets of a loss or metric. */
export function encodingOf(name: string): Encoding {
  if (name === "ctc") return "labelSequence";
  if (/^sparse/i.test(name)) return "labels";
  if (/^(categorical|topKCategorical|kullback)/.test(name)) return "oneHot";
  return /^binary/.test(name) ? "binary" : "numbers";
}

/** A whole training run. Returns what differs. */
export async function checkTraining(given: TrainFixture, workspace: Workspace): Promise<string | undefined> {
  const encoding = encodingOf(given.loss);
  const output = outputShape(given, encoding);
  const fixture = { ...given, y: alignTargets(given.y, output, encoding) };
  const problem = inconsistency(fixture, output, encoding);
  if (problem !== undefined) return problem;
  const { x, batchSize, finalMetric, sampleWeight } = fixture;
  const program = await workspace.load(
    compileAnyModel({
      specVersion: 1,
      name: "fixture",
      dataset: {
        validation: "test",
        type: "arrays",
        inputs: [{ ...inputOf(x, fixture.layers), train: "x.npy", test: "x.npy" }],
        targets: { ...targetsLike(output, encoding, fixture.y.shape), train: "y.npy", test: "y.npy" },
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

/** What of a fixture does not go together. */
function inconsistency(fixture: TrainFixture, output: readonly number[], encoding: Encoding): string | undefined {
  const { x, y, sampleWeight, initialWeights, finalWeights } = fixture;
  const samples = x.shape[0];
  if (samples === undefined || samples === 0) return "x has no samples";
  if (y.shape[0] !== samples) return `y has ${y.shape[0]} samples, x ${samples}`;
  const ofSteps = output.length === 3 ? [samples, output[1]!].join() : undefined;
  if (sampleWeight !== undefined && ![String(samples), ofSteps].includes(sampleWeight.shape.join())) {
    return `sampleWeight has shape [${sampleWeight.shape}] instead of [${samples}]`;
  }
  if (encoding === "labelSequence" && y.shape.length !== 2)
    return `y has shape [${y.shape}] instead of [samples, labels]`;
  const classes = encoding === "binary" ? 2 : output.at(-1)!;
  const unknown = Object.keys(fixture.classWeight ?? {}).find((label) => !(Number(label) < classes));
  if (unknown !== undefined) return `classWeight has the class ${unknown}, but there are ${classes}`;
  const final = new Set(finalWeights.map(({ name }) => name));
  const without = initialWeights.find(({ name }) => !final.has(name));
  if (without !== undefined) return `finalWeights lacks ${without.name}`;
  if (encoding === "labels" || encoding === "labelSequence") checkRange("y", y, output.at(-1)!);
  return undefined;
}

/** The shape of the model's output, with the samples, as far as a fixture tells. */
function outputShape({ x, y, initialWeights, finalPredictions }: TrainFixture, encoding: Encoding): readonly number[] {
  if (finalPredictions !== undefined) return finalPredictions.shape;
  const units = initialWeights.at(-1)?.shape.at(-1) ?? 0;
  if (encoding === "labels") return [...y.shape, units];
  if (encoding === "labelSequence") return [...x.shape.slice(0, 2), units];
  return y.shape.length === 1 ? [...y.shape, 1] : y.shape;
}

/** A spec's targets of this shape for a model whose output has that one. */
export function targetsLike(output: readonly number[], encoding: Encoding, shape: readonly number[]): object {
  const size = output.at(-1);
  if (encoding === "labelSequence") return { encoding, classes: size, length: shape[1] };
  const classified = encoding === "labels" || encoding === "oneHot";
  return {
    encoding,
    ...(classified ? { classes: size } : { features: size }),
    ...(output.length === 3 ? { timesteps: output[1] } : {}),
  };
}

function run(fixture: TrainFixture, model: Model, w: object, optimizer: object, comparison: Comparison): void {
  const encoding = encodingOf(fixture.loss);
  const { batchSize, passes, sampleWeight, float32Noise } = fixture;
  const samples = fixture.x.shape[0]!;
  const weightTolerance = Math.max(1e-4, 10 * (float32Noise?.weights ?? 0));
  const compareWeights = (when: string, wanted: readonly FixtureTensor[]): void => {
    const named = model.namedWeights(w);
    for (const weight of wanted) {
      comparison.tensor(`${weight.name} ${when}`, batchMajor(weightOf(named, weight.name!)), weight, weightTolerance);
    }
  };
  const losses: number[] = [];
  const rates: number[] = [];
  for (let pass = 0; pass < passes; pass++) {
    for (let start = 0; start < samples; start += batchSize) {
      const size = Math.min(batchSize, samples - start);
      const iteration = losses.length;
      const [loss] = tf.tidy(() => {
        const weights =
          sampleWeight === undefined ? undefined : timeMajorRows(rows(toTensor(sampleWeight), start, size));
        const batch = {
          x: { input: timeMajor(rows(toTensor(fixture.x), start, size)) },
          targets: targetsOf(rows(toTensor(fixture.y), start, size), encoding),
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
      const targets = targetsOf(toTensor(fixture.y), encoding);
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

/** Targets of the rank that goes with the output. As in Keras, labels may have a last axis of size 1, other targets may lack it. */
export function alignTargets(y: FixtureTensor, output: readonly number[], encoding: Encoding): FixtureTensor {
  if (encoding === "labelSequence") return y;
  const { shape } = y;
  if (encoding === "labels")
    return shape.length === output.length && shape.at(-1) === 1 ? { ...y, shape: shape.slice(0, -1) } : y;
  return shape.length === output.length - 1 && output.at(-1) === 1 ? { ...y, shape: [...shape, 1] } : y;
}

/** Targets as a batch has them: labels flat and time-major, sequences time-major. */
export function targetsOf(y: tf.Tensor, encoding: Encoding): tf.Tensor {
  if (encoding === "labelSequence") return tf.cast(y, "int32");
  if (encoding !== "labels") return timeMajor(tf.cast(y, "float32"));
  return tf.cast(timeMajorRows(y), "int32");
}

/** [B, T] → [T·B], all samples' timestep 0 first; [B] stays. */
function timeMajorRows(x: tf.Tensor): tf.Tensor {
  return x.rank === 2 ? tf.reshape(tf.transpose(x, [1, 0]), [-1]) : x;
}
