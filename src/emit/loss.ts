import type { LossPlan, MetricPlan } from "../plan/training.ts";
import type { Plan } from "../plan/types.ts";
import { literal } from "./text.ts";

/** Imported names by support file; a type's name begins with "type ". */
export type Imports = Readonly<Record<string, readonly string[]>>;

interface LossFunction {
  readonly name: string;
  readonly module: string;
}

const CROSS_ENTROPY = "./support/nn/losses/cross-entropy.ts";
const REGRESSION = "./support/nn/losses/regression.ts";
const SIMILARITY = "./support/nn/losses/similarity.ts";
const LOSSES = "./support/nn/losses.ts";
const METRICS = "./support/nn/metrics.ts";

function lossFunction(loss: LossPlan): LossFunction {
  const logits = loss.fusion !== "none" || ("fromLogits" in loss && loss.fromLogits);
  switch (loss.type) {
    case "sparseCategoricalCrossentropy":
      return { name: logits ? "softmaxCrossEntropy" : loss.type, module: CROSS_ENTROPY };
    case "categoricalCrossentropy":
      return { name: logits ? "softmaxCategoricalCrossEntropy" : loss.type, module: CROSS_ENTROPY };
    case "binaryCrossentropy":
      return { name: logits ? "sigmoidCrossEntropy" : loss.type, module: CROSS_ENTROPY };
    case "kullbackLeiblerDivergence":
    case "cosineSimilarity":
    case "hinge":
    case "squaredHinge":
    case "categoricalHinge":
      return { name: loss.type, module: SIMILARITY };
    default:
      return { name: loss.type, module: REGRESSION };
  }
}

/** The options that the loss function takes, without those that are at no effect. */
function lossOptions(loss: LossPlan): string | undefined {
  switch (loss.type) {
    case "categoricalCrossentropy":
    case "binaryCrossentropy":
      return loss.labelSmoothing === 0 ? undefined : `{ labelSmoothing: ${literal(loss.labelSmoothing)} }`;
    case "huber":
      return `{ delta: ${literal(loss.delta)} }`;
    case "quantile":
      return `{ quantiles: ${literal(loss.quantiles)} }`;
    default:
      return undefined;
  }
}

function needsDenseTargets({ dataset, training }: Plan): boolean {
  return dataset.classes !== undefined && training.loss.type !== "sparseCategoricalCrossentropy";
}

function outputs(plan: Plan): number {
  return plan.layers.at(-1)!.outputShape.at(-1)!;
}

/**
 * The expression of a batch's loss: `output` is what the last layer gives (logits where the loss is fused), `targets` the batch's
 * labels or numbers. Class weights count while training only, as in Keras.
 */
export function lossCall(plan: Plan, output: string, targets: string, mode: { training: boolean }): string {
  const { loss, classWeight } = plan.training;
  const dense = needsDenseTargets(plan) ? `classTargets(${targets}, ${outputs(plan)})` : targets;
  const options = lossOptions(loss);
  const weighting =
    classWeight !== undefined && mode.training ? `{ weights: classWeights(${targets}, CLASS_WEIGHT) }` : undefined;
  const rest = weighting === undefined ? [options] : [options ?? "{}", weighting];
  const all = [output, dense, ...rest.filter((argument) => argument !== undefined)];
  return `${lossFunction(loss).name}(${all.join(", ")})`;
}

/** What {@link lossCall} needs at the top of its file. */
export function lossImports(plan: Plan): Imports {
  const { name, module } = lossFunction(plan.training.loss);
  const helpers = [
    ...(needsDenseTargets(plan) ? ["classTargets"] : []),
    ...(plan.training.classWeight === undefined ? [] : ["classWeights"]),
  ];
  return { [module]: [name], ...(helpers.length > 0 ? { [LOSSES]: helpers } : {}) };
}

/** The constant of {@link lossCall}; empty where all classes count alike. */
export function classWeightConstant({ training }: Plan): string[] {
  return training.classWeight === undefined
    ? []
    : [`const CLASS_WEIGHT = ${literal(training.classWeight)}; // weight of each class in the loss`];
}

/** The last layer's output as people read it: `tf.softmax(output)` where the loss took the softmax over. */
export function predictionExpression({ training }: Plan, output: string): string {
  return training.loss.fusion === "none" ? output : `tf.${training.loss.fusion}(${output})`;
}

/** Probabilities of the classes from the model's prediction: it may be logits, or the scores of a hinge loss. */
export function probabilityExpression({ training: { loss } }: Plan, prediction: string): string {
  if ("fromLogits" in loss && loss.fromLogits)
    return `tf.${loss.type === "binaryCrossentropy" ? "sigmoid" : "softmax"}(${prediction})`;
  return ["hinge", "squaredHinge", "categoricalHinge"].includes(loss.type) ? `tf.softmax(${prediction})` : prediction;
}

/** Metrics that the order of the outputs decides: logits do as well as probabilities. */
const BY_ORDER: ReadonlySet<MetricPlan["type"]> = new Set([
  "categoricalAccuracy",
  "sparseCategoricalAccuracy",
  "topKCategoricalAccuracy",
  "sparseTopKCategoricalAccuracy",
]);

function stateFunction(metric: MetricPlan): string {
  switch (metric.type) {
    case "sparseCategoricalAccuracy":
      return "categoricalAccuracyState";
    case "sparseTopKCategoricalAccuracy":
      return "topKCategoricalAccuracyState";
    case "rootMeanSquaredError":
      return "meanSquaredErrorState";
    case "perplexity":
      return "crossEntropyState";
    default:
      return `${metric.type}State`;
  }
}

function stateOptions(metric: MetricPlan): string | undefined {
  switch (metric.type) {
    case "binaryAccuracy":
    case "precision":
    case "recall":
      return `{ threshold: ${literal(metric.threshold)} }`;
    case "topKCategoricalAccuracy":
    case "sparseTopKCategoricalAccuracy":
      return `{ k: ${literal(metric.k)} }`;
    case "f1":
      return `{ average: ${literal(metric.average)}${metric.threshold === undefined ? "" : `, threshold: ${literal(metric.threshold)}`} }`;
    case "auc":
      return `{ numThresholds: ${literal(metric.numThresholds)} }`;
    default:
      return undefined;
  }
}

/** One expression for each metric: a vector of its `size` sums over the batch. Metrics read probabilities, never logits. */
export function metricStates(plan: Plan, output: string, targets: string): string[] {
  return plan.training.metrics.map((metric) => {
    const prediction = BY_ORDER.has(metric.type)
      ? output
      : probabilityExpression(plan, predictionExpression(plan, output));
    const options = stateOptions(metric);
    return `${stateFunction(metric)}(${prediction}, ${targets}${options === undefined ? "" : `, ${options}`})`;
  });
}

/** Imports of {@link metricStates}. */
export function metricStateImports({ training }: Plan): Imports {
  return training.metrics.length === 0 ? {} : { [METRICS]: training.metrics.map(stateFunction) };
}

/** All sums of a batch as one vector: those of the loss first. */
export function batchSums(plan: Plan, output: string, targets: string): string {
  const loss = "tf.reshape(loss.total, [1])";
  const states = metricStates(plan, output, targets);
  return states.length === 0 ? `${loss} as tf.Tensor1D` : `tf.concat([${[loss, ...states].join(", ")}]) as tf.Tensor1D`;
}

function valueFunction(metric: MetricPlan): { name: string; expression: string } {
  switch (metric.type) {
    case "f1": {
      const expression = `(sums, samples) => f1Value(sums, samples, { average: ${literal(metric.average)} })`;
      return { name: "f1Value", expression };
    }
    case "auc":
    case "precision":
    case "recall":
    case "perplexity":
      return { name: `${metric.type}Value`, expression: `${metric.type}Value` };
    case "rootMeanSquaredError":
      return { name: "rootMeanValue", expression: "rootMeanValue" };
    default:
      return { name: "meanValue", expression: "meanValue" };
  }
}

/** Entries of METRICS in train.ts: what a step sums over its batch, and the value that the sums of an epoch give. */
export function metricValues({ training }: Plan): string[] {
  const all = [{ name: "loss", size: 1, value: "meanValue" }].concat(
    training.metrics.map((metric) => ({
      name: metric.name,
      size: metric.size,
      value: valueFunction(metric).expression,
    })),
  );
  return all.map(({ name, size, value }) => `{ name: ${literal(name)}, size: ${size}, value: ${value} },`);
}

/** Imports of {@link metricValues}. */
export function metricValueImports({ training }: Plan): Imports {
  return { [METRICS]: [...new Set(["meanValue", ...training.metrics.map((metric) => valueFunction(metric).name)])] };
}

/** "huber (delta 0.5)": a loss or metric as people read it. */
export function describeChoice(choice: LossPlan | MetricPlan): string {
  const options = Object.entries(choice).filter(
    ([key, value]) => !["type", "name", "size", "fusion"].includes(key) && value !== false,
  );
  const text = options.map(([key, value]) => `${key} ${Array.isArray(value) ? value.join(" ") : value}`).join(", ");
  return text === "" ? choice.type : `${choice.type} (${text})`;
}
