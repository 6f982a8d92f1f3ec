import * as tf from "@tensorflow/tfjs-core";
import { Comparison, TOLERANCE } from "./compare.ts";
import type { FixtureTensor, ScoreFixture } from "./fixtures.ts";
import {
  batchMajor,
  callByName,
  checkRange,
  compileAnyModel,
  type LoadedProgram,
  type Model,
  stepInputs,
  timeMajor,
  toTensor,
  type Workspace,
} from "./program.ts";
import { alignTargets, type Encoding, encodingOf, scores, targetsLike, targetsOf } from "./train.ts";

/** A loss with its gradient, or a metric, on given predictions: a model whose only layer hands on its input. */
export async function checkScore(fixture: ScoreFixture, workspace: Workspace): Promise<string | undefined> {
  const { yPred, value, edge } = fixture;
  const encoding = scoreEncoding(fixture);
  const yTrue = alignTargets(fixture.yTrue, yPred.shape, encoding);
  const classes = yPred.shape.at(-1)!;
  if (encoding === "labelSequence") {
    if (yTrue.shape.length !== 2 || yTrue.shape[0] !== yPred.shape[0]) {
      return `yTrue has shape [${yTrue.shape}] instead of [${yPred.shape[0]}, labels]`;
    }
  } else {
    const wanted = encoding === "labels" ? yPred.shape.slice(0, -1) : yPred.shape;
    if (yTrue.shape.join() !== wanted.join()) return `yTrue has shape [${yTrue.shape}] instead of [${wanted}]`;
  }
  if (encoding === "labels" || encoding === "labelSequence") checkRange("yTrue", yTrue, classes);
  const { config = {} } = fixture;
  const score = (type: string): unknown => (Object.keys(config).length === 0 ? type : { type, ...config });
  const program = await workspace.load(
    compileAnyModel(
      {
        specVersion: 1,
        name: "fixture",
        dataset: {
          type: "arrays",
          inputs: [{ shape: yPred.shape.slice(1), train: "x.npy", test: "x.npy" }],
          targets: { ...targetsLike(yPred.shape, encoding, yTrue.shape), train: "y.npy", test: "y.npy" },
        },
        layers: [{ type: "activation", activation: "linear" }],
        optimizer: { type: "adam" },
        training: {
          loss: fixture.loss === undefined ? lossFor(encoding) : score(fixture.loss),
          metrics: fixture.metric === undefined ? [] : [score(fixture.metric)],
        },
      },
      { of: "inference", inputGradient: true },
    ),
  );
  const comparison = new Comparison();
  const { model } = program;
  tf.tidy(() => {
    const w = model.initializeWeights(0);
    const x = { input: timeMajor(toTensor(yPred)) };
    const targets = targetsOf(toTensor(yTrue), encoding);
    const samples = yPred.shape[0]!;
    const { totals } = callByName(model.evaluateStep, { w, x, targets, weights: undefined, sampleWeights: undefined });
    const found = scores(model, totals, samples)[fixture.metric === undefined ? 0 : 1]!;
    const tolerance = edge === true ? TOLERANCE.edge : TOLERANCE.score;
    comparison.values(fixture.metric ?? fixture.loss!, [found], [value], tolerance);
    if (fixture.perSample !== undefined) comparePerSample(program, { w, fixture, comparison, tolerance });
    if (fixture.gradient !== undefined && edge !== true) compareGradient(model, { w, x, targets, fixture, comparison });
  });
  return comparison.failure;
}

/** The loss of each sample alone, of which `value` is the mean; of a sequence the mean over its timesteps. */
function comparePerSample(
  { model }: LoadedProgram,
  given: { w: object; fixture: ScoreFixture; comparison: Comparison; tolerance: number },
): void {
  const { w, fixture, comparison, tolerance } = given;
  const { yPred, yTrue, perSample } = fixture;
  const samples = yPred.shape[0]!;
  const of = (tensor: FixtureTensor, sample: number): tf.Tensor => tf.slice(toTensor(tensor), sample, 1);
  const all = Array.from({ length: samples }, (_, sample) => sample);
  const found = all.map((sample) => {
    const x = { input: timeMajor(of(yPred, sample)) };
    const targets = targetsOf(of(yTrue, sample), scoreEncoding(fixture));
    const { totals } = callByName(model.evaluateStep, { w, x, targets, weights: undefined, sampleWeights: undefined });
    return scores(model, totals, 1)[0]!;
  });
  const wanted = all.map((sample) => tf.mean(of(perSample!, sample)).dataSync()[0]!);
  comparison.values("perSample", found, wanted, tolerance);
}

function compareGradient(
  model: Model,
  given: { w: object; x: { input: tf.Tensor }; targets: tf.Tensor; fixture: ScoreFixture; comparison: Comparison },
): void {
  const { w, x, targets, fixture, comparison } = given;
  if (model.lossOf === undefined) throw new Error("the program's loss was not found in its trainStep");
  const result = model.computeGradients(w, x, stepInputs(model, 0), (output) => model.lossOf(output, targets));
  comparison.tensor("gradient", batchMajor(result.inputGradients!.input!), fixture.gradient!, TOLERANCE.gradient);
}

function scoreEncoding({ loss, metric, yTrue, yPred }: ScoreFixture): Encoding {
  if (loss !== undefined) return encodingOf(loss);
  if (/^(auc|precision|recall|f1)$/.test(metric!)) {
    if (yPred.shape.at(-1) === 1) return "binary";
    return yTrue.shape.length < yPred.shape.length ? "labels" : "oneHot";
  }
  if (metric === "accuracy") return yTrue.dtype === "int32" ? "labels" : "oneHot";
  return encodingOf(metric!);
}

/** A loss for a fixture of metrics, which says nothing about it; with all of these the output is taken as it is. */
function lossFor(encoding: Encoding): string {
  return encoding === "labels" ? "sparseCategoricalCrossentropy" : "meanSquaredError";
}
