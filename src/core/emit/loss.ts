import { type FunctionDeclarationStructure, StructureKind } from "ts-morph";
import type { LossPlan, MetricPlan } from "../plan/training.ts";
import type { Plan } from "../plan/types.ts";
import { type EmitContext, specLine } from "./context.ts";
import { batchShape, literal } from "./text.ts";

/** Imported names by support file; a type's name begins with "type ". */
export type Imports = Readonly<Record<string, readonly string[]>>;

interface LossFunction {
  readonly name: string;
  readonly module: string;
}

const CROSS_ENTROPY = "./support/nn/losses/cross-entropy.ts";
const REGRESSION = "./support/nn/losses/regression.ts";
const SIMILARITY = "./support/nn/losses/similarity.ts";
const CTC = "./support/nn/losses/ctc.ts";
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
    case "ctc":
      return { name: "ctcLoss", module: CTC };
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

/** Whether labels become one-hot rows, since the loss compares outputs with outputs. */
function needsDenseTargets({ dataset, training }: Plan): boolean {
  return dataset.targets.kind === "labels" && training.loss.type !== "sparseCategoricalCrossentropy";
}

function outputs(plan: Plan): number {
  return plan.layers.at(-1)!.outputShape.at(-1)!;
}

/** "Sequence" or "tf.Tensor2D": what the last layer gives. */
export function outputType(plan: Plan): string {
  return plan.layers.at(-1)!.outputShape.length === 2 ? "Sequence" : "tf.Tensor2D";
}

/** TypeScript type of a batch's targets. */
export function targetsType({ dataset: { targets } }: Plan): string {
  if (targets.kind === "labels") return "tf.Tensor1D";
  if (targets.kind === "labelSequence") return "tf.Tensor2D";
  return targets.shape.length === 2 ? "tf.Tensor3D" : "tf.Tensor2D";
}

export function targetsLayout({ dataset: { targets } }: Plan): string {
  if (targets.kind === "labelSequence") return `[B, ${targets.shape[0]}] labels, padded with 0`;
  if (targets.kind !== "labels") return batchShape(targets.shape);
  return targets.perTimestep ? `[${targets.shape[0]} * B] labels, those of timestep 0 first` : "[B] labels";
}

/** The targets in the form of the output: as a sequence where they are numbers for each timestep. */
function targetsLike(plan: Plan, targets: string): string {
  return targetsType(plan) === "tf.Tensor3D" ? `Sequence.fromTensor(${targets})` : targets;
}

/** Whether samples have weights of their own, from the dataset. */
export function hasSampleWeights({ dataset }: Plan): boolean {
  return "weightFiles" in dataset && dataset.weightFiles !== undefined;
}

/** The layer whose mask goes with the output, a sequence. */
export function outputMask(plan: Plan): string | undefined {
  const last = plan.layers.at(-1)!;
  return last.outputShape.length === 2 ? last.outputMask : undefined;
}

function isWeighted(plan: Plan): boolean {
  return hasSampleWeights(plan) || plan.training.classWeight !== undefined;
}

/** lossOf: the loss of a batch and its gradient with respect to the output. */
export function lossDeclaration(context: EmitContext): FunctionDeclarationStructure {
  const { plan } = context;
  const { loss } = plan.training;
  const given = targetsLike(plan, "targets");
  const dense = needsDenseTargets(plan) ? `classTargets(${given}, ${outputs(plan)})` : given;
  const options = lossOptions(loss);
  const weighting = [...(isWeighted(plan) ? ["weights"] : []), ...(outputMask(plan) === undefined ? [] : ["mask"])];
  const rest = weighting.length === 0 ? [options] : [options ?? "{}", `{ ${weighting.join(", ")} }`];
  const all = ["output", dense, ...rest.filter((argument) => argument !== undefined)];
  return {
    kind: StructureKind.Function,
    isExported: true,
    name: "lossOf",
    docs: [
      `The loss of a batch and its gradient: ${specLine(context, plan.training.lines.loss)}.\noutput: ${batchShape(plan.layers.at(-1)!.outputShape)}${loss.fusion === "none" ? "" : " logits"}; targets: ${targetsLayout(plan)}.`,
    ],
    parameters: [
      { name: "output", type: outputType(plan) },
      { name: "targets", type: targetsType(plan) },
      // The mask comes before the weights: evaluation has no class weights.
      ...(outputMask(plan) === undefined ? [] : [{ name: "mask", type: "Mask" }]),
      ...(isWeighted(plan) ? [{ name: "weights", type: "tf.Tensor1D", hasQuestionToken: true }] : []),
    ],
    returnType: `LossOutput<${outputType(plan)}>`,
    statements: [`return ${lossFunction(loss).name}(${all.join(", ")});`],
  };
}

/** The call of lossOf. Class weights count while training only, as in Keras. */
export function lossCall(plan: Plan, mode: { training: boolean }): string {
  const classWeighted = plan.training.classWeight !== undefined && mode.training;
  const labels = plan.dataset.targets.kind === "labels" ? "targets" : `classLabels(${targetsLike(plan, "targets")})`;
  const byClass = `classWeights(${labels}, CLASS_WEIGHT)`;
  const sampled = hasSampleWeights(plan);
  const weights = classWeighted
    ? [sampled ? `timesClassWeights(weights, ${byClass})` : byClass]
    : sampled
      ? ["weights"]
      : [];
  const mask = outputMask(plan) === undefined ? [] : ["mask"];
  return `lossOf(${["output", "targets", ...mask, ...weights].join(", ")})`;
}

/** What {@link lossCall} needs at the top of its file. */
export function lossImports(plan: Plan): Imports {
  const { name, module } = lossFunction(plan.training.loss);
  const helpers = [
    "type LossOutput",
    ...(needsDenseTargets(plan) ? ["classTargets"] : []),
    ...(plan.training.classWeight === undefined ? [] : ["classWeights", "classLabels"]),
    ...(plan.training.classWeight !== undefined && hasSampleWeights(plan) ? ["timesClassWeights"] : []),
  ];
  return { [module]: [name], [LOSSES]: helpers };
}

/** The constant of {@link lossCall}; empty where all classes count alike. */
export function classWeightConstant({ training }: Plan): string[] {
  return training.classWeight === undefined
    ? []
    : [`const CLASS_WEIGHT = ${literal(training.classWeight)}; // weight of each class in the loss`];
}

/** The last layer's output as people read it: `tf.softmax(output)` where the loss took the softmax over. */
export function predictionExpression(plan: Plan, output: string): string {
  const { fusion } = plan.training.loss;
  return fusion === "none" ? output : onRows(plan, `tf.${fusion}`, output);
}

/** A function of matrices on the output, which may be a sequence. */
function onRows(plan: Plan, name: string, output: string): string {
  return outputType(plan) === "Sequence" ? `withRows(${output}, ${name}(rowsOf(${output})))` : `${name}(${output})`;
}

/** Probabilities of the classes from the model's prediction: it may be logits, or the scores of a hinge loss. */
export function probabilityExpression(plan: Plan, prediction: string): string {
  const { loss } = plan.training;
  if ("fromLogits" in loss && loss.fromLogits) {
    return onRows(plan, loss.type === "binaryCrossentropy" ? "tf.sigmoid" : "tf.softmax", prediction);
  }
  const scores = ["hinge", "squaredHinge", "categoricalHinge"].includes(loss.type);
  return scores ? onRows(plan, "tf.softmax", prediction) : prediction;
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
export function metricStates(plan: Plan): string[] {
  const output = "output";
  const mask = outputMask(plan);
  return plan.training.metrics.map((metric) => {
    const prediction = BY_ORDER.has(metric.type)
      ? output
      : probabilityExpression(plan, predictionExpression(plan, output));
    const options = stateOptions(metric) ?? (mask === undefined ? undefined : "{}");
    const rest = [...(options === undefined ? [] : [options]), ...(mask === undefined ? [] : ["mask"])];
    return `${stateFunction(metric)}(${[prediction, targetsLike(plan, "targets"), ...rest].join(", ")})`;
  });
}

/** Imports of {@link metricStates}. */
export function metricStateImports({ training }: Plan): Imports {
  return training.metrics.length === 0 ? {} : { [METRICS]: training.metrics.map(stateFunction) };
}

/** All sums of a batch as one vector: those of the loss first. `total` is the expression of the loss's. */
export function batchSums(plan: Plan, total: string): string {
  const states = metricStates(plan);
  const loss = `tf.reshape(${total}, [1])`;
  return states.length === 0 ? `${loss} as tf.Tensor1D` : `tf.concat([${[loss, ...states].join(", ")}]) as tf.Tensor1D`;
}

/** "[loss, accuracy]", and "12 of f1" where a metric has several sums. */
export function sumNames({ training }: Plan): string {
  const metrics = training.metrics.map(({ name, size }) => (size === 1 ? name : `${size} of ${name}`));
  return `[${["loss", ...metrics].join(", ")}]`;
}

/** METRICS: what a step sums over its batch. */
export function metricsConstant(context: EmitContext): string {
  const { plan } = context;
  return [
    `/** ${specLine(context, plan.training.lines.metrics)}: what a step sums over its batch, and the value that the sums of an epoch give. */`,
    "export const METRICS: readonly MetricSums[] = [",
    ...metricValues(plan).map((entry) => `  ${entry}`),
    "];",
    "",
  ].join("\n");
}

function valueFunction(metric: MetricPlan): { name: string; expression: string } {
  switch (metric.type) {
    case "f1": {
      const expression = `(sums, samples) => f1Value(sums, samples, { average: ${literal(metric.average)} })`;
      return { name: "f1Value", expression };
    }
    case "auc": {
      const name = metric.curve === "PR" ? "prAucValue" : "aucValue";
      return { name, expression: name };
    }
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
function metricValues({ training }: Plan): string[] {
  const all = [{ name: "loss", size: 1, value: "meanValue" }].concat(
    training.metrics.map((metric) => ({
      name: metric.name,
      size: metric.size,
      value: valueFunction(metric).expression,
    })),
  );
  return all.map(({ name, size, value }) => `{ name: ${literal(name)}, size: ${size}, value: ${value} },`);
}

/** Imports of {@link metricsConstant}. */
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
