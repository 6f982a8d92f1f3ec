import { type FunctionDeclarationStructure, StructureKind } from "ts-morph";
import type { LossPlan, MetricPlan } from "../plan/training.ts";
import type { Plan } from "../plan/types.ts";
import { isSequence as isSequenceShape } from "../spec/shapes.ts";
import { specLine } from "./context.ts";
import { type Imports, kernelIn, kernels } from "./imports.ts";
import type { ModelContext } from "./model-context.ts";
import { batchShape, literal } from "./text.ts";

const CLASS_WEIGHTS = kernels("losses/class-weights");
const SEQUENCE = kernels("sequence");

/** The function of support/nn/losses. */
function lossFunction(loss: LossPlan): string {
  const logits = loss.fusion !== "none" || ("fromLogits" in loss && loss.fromLogits);
  if (loss.type === "ctc") return "ctcLoss";
  if (!logits) return loss.type;
  switch (loss.type) {
    case "sparseCategoricalCrossentropy":
      return "softmaxCrossEntropy";
    case "categoricalCrossentropy":
      return "softmaxCategoricalCrossEntropy";
    case "binaryCrossentropy":
      return "sigmoidCrossEntropy";
    default:
      return loss.type;
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

export function endsInSequence({ layers }: Plan): boolean {
  return isSequenceShape(layers.at(-1)!.outputShape);
}

/** "Sequence" or "tf.Tensor2D": what the last layer gives. */
export function outputType({ plan, imports }: ModelContext): string {
  return endsInSequence(plan) ? imports.type(SEQUENCE, "Sequence") : "tf.Tensor2D";
}

export function lossOutput(context: ModelContext): string {
  return `${context.imports.type(kernels("losses/loss"), "LossOutput")}<${outputType(context)}>`;
}

export function maskType({ imports }: ModelContext): string {
  return imports.type(SEQUENCE, "Mask");
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
function targetsLike({ plan, imports }: ModelContext, targets: string): string {
  if (targetsType(plan) !== "tf.Tensor3D") return targets;
  return `${imports.value(SEQUENCE, "Sequence")}.fromTensor(${targets})`;
}

/** Whether samples have weights of their own, from the dataset. */
export function hasSampleWeights({ dataset }: Plan): boolean {
  return "weightFiles" in dataset && dataset.weightFiles !== undefined;
}

/** The layer whose mask goes with the output, a sequence. */
export function outputMask(plan: Plan): string | undefined {
  const last = plan.layers.at(-1)!;
  return endsInSequence(plan) ? last.outputMask : undefined;
}

function isWeighted(plan: Plan): boolean {
  return hasSampleWeights(plan) || plan.training.classWeight !== undefined;
}

/** lossOf: the loss of a batch and its gradient with respect to the output. */
export function lossDeclaration(context: ModelContext): FunctionDeclarationStructure {
  const { plan, imports } = context;
  const { loss } = plan.training;
  const given = targetsLike(context, "targets");
  const dense = needsDenseTargets(plan)
    ? `${imports.value(kernels("losses/class-targets"), "classTargets")}(${given}, ${outputs(plan)})`
    : given;
  const name = lossFunction(loss);
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
      { name: "output", type: outputType(context) },
      { name: "targets", type: targetsType(plan) },
      // The mask comes before the weights: evaluation has no class weights.
      ...(outputMask(plan) === undefined ? [] : [{ name: "mask", type: maskType(context) }]),
      ...(isWeighted(plan) ? [{ name: "weights", type: "tf.Tensor1D", hasQuestionToken: true }] : []),
    ],
    returnType: lossOutput(context),
    statements: [`return ${imports.value(kernelIn("losses", name.replace(/Loss$/, "")), name)}(${all.join(", ")});`],
  };
}

/** The call of lossOf. Class weights count while training only, as in Keras. */
export function lossCall(context: ModelContext, mode: { training: boolean }): string {
  const { plan, imports } = context;
  const imported = (name: string): string => imports.value(CLASS_WEIGHTS, name);
  const weights = hasSampleWeights(plan) ? ["weights"] : [];
  if (plan.training.classWeight !== undefined && mode.training) {
    const labels =
      plan.dataset.targets.kind === "labels"
        ? "targets"
        : `${imported("classLabels")}(${targetsLike(context, "targets")})`;
    const byClass = `${imported("classWeights")}(${labels}, CLASS_WEIGHT)`;
    const [sampled] = weights;
    weights[0] = sampled === undefined ? byClass : `${imported("timesClassWeights")}(${sampled}, ${byClass})`;
  }
  const mask = outputMask(plan) === undefined ? [] : ["mask"];
  return `lossOf(${["output", "targets", ...mask, ...weights].join(", ")})`;
}

/** The constant of {@link lossCall}; empty where all classes count alike. */
export function classWeightConstant({ training }: Plan): string[] {
  return training.classWeight === undefined
    ? []
    : [`const CLASS_WEIGHT = ${literal(training.classWeight)}; // weight of each class in the loss`];
}

/** Of the file that an expression of the output stands in. */
type OutputContext = Pick<ModelContext, "plan" | "imports">;

/** The last layer's output as people read it: `tf.softmax(output)` where the loss took the softmax over. */
export function predictionExpression(context: OutputContext, output: string): string {
  const { fusion } = context.plan.training.loss;
  return fusion === "none" ? output : onRows(context, `tf.${fusion}`, output);
}

/** A function of matrices on the output, which may be a sequence. */
function onRows({ plan, imports }: OutputContext, name: string, output: string): string {
  if (!endsInSequence(plan)) return `${name}(${output})`;
  const [withRows, rowsOf] = [imports.value(SEQUENCE, "withRows"), imports.value(SEQUENCE, "rowsOf")];
  return `${withRows}(${output}, ${name}(${rowsOf}(${output})))`;
}

/** Probabilities of the classes from the model's prediction: it may be logits, or the scores of a hinge loss. */
export function probabilityExpression(context: OutputContext, prediction: string): string {
  const { loss } = context.plan.training;
  if ("fromLogits" in loss && loss.fromLogits) {
    return onRows(context, loss.type === "binaryCrossentropy" ? "tf.sigmoid" : "tf.softmax", prediction);
  }
  const scores = ["hinge", "squaredHinge", "categoricalHinge"].includes(loss.type);
  return scores ? onRows(context, "tf.softmax", prediction) : prediction;
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

/** A state or value function of support/nn/metrics. */
function metricImport(imports: Imports, name: string): string {
  return imports.value(kernelIn("metrics", name.replace(/(State|Value)$/, "")), name);
}

/** One expression for each metric: a vector of its `size` sums over the batch. Metrics read probabilities, never logits. */
function metricStates(context: ModelContext): string[] {
  const { plan, imports } = context;
  const output = "output";
  const mask = outputMask(plan);
  return plan.training.metrics.map((metric) => {
    const prediction = BY_ORDER.has(metric.type)
      ? output
      : probabilityExpression(context, predictionExpression(context, output));
    const options = stateOptions(metric) ?? (mask === undefined ? undefined : "{}");
    const rest = [...(options === undefined ? [] : [options]), ...(mask === undefined ? [] : ["mask"])];
    const state = metricImport(imports, stateFunction(metric));
    return `${state}(${[prediction, targetsLike(context, "targets"), ...rest].join(", ")})`;
  });
}

/** All sums of a batch as one vector: those of the loss first. `total` is the expression of the loss's. */
export function batchSums(context: ModelContext, total: string): string {
  const states = metricStates(context);
  const loss = `tf.reshape(${total}, [1])`;
  return states.length === 0 ? `${loss} as tf.Tensor1D` : `tf.concat([${[loss, ...states].join(", ")}]) as tf.Tensor1D`;
}

/** "[loss, accuracy]", and "12 of f1" where a metric has several sums. */
export function sumNames({ training }: Plan): string {
  const metrics = training.metrics.map(({ name, size }) => (size === 1 ? name : `${size} of ${name}`));
  return `[${["loss", ...metrics].join(", ")}]`;
}

/** METRICS: what a step sums over its batch. */
export function metricsConstant(context: ModelContext): string {
  const { plan, imports } = context;
  return [
    `/** ${specLine(context, plan.training.lines.metrics)}: what a step sums over its batch, and the value that the sums of an epoch give. */`,
    `export const METRICS: readonly ${imports.type("./support/run/training.ts", "MetricSums")}[] = [`,
    ...metricValues(context).map((entry) => `  ${entry}`),
    "];",
    "",
  ].join("\n");
}

/** What makes the value of a metric of its sums over an epoch. */
function valueExpression(metric: MetricPlan, imported: (name: string) => string): string {
  switch (metric.type) {
    case "f1":
      return `(sums, samples) => ${imported("f1Value")}(sums, samples, { average: ${literal(metric.average)} })`;
    case "auc":
      return imported(metric.curve === "PR" ? "prAucValue" : "aucValue");
    case "precision":
    case "recall":
    case "perplexity":
      return imported(`${metric.type}Value`);
    case "rootMeanSquaredError":
      return imported("rootMeanValue");
    default:
      return imported("meanValue");
  }
}

/** Entries of METRICS: what a step sums over its batch, and the value that the sums of an epoch give. */
function metricValues({ plan: { training }, imports }: ModelContext): string[] {
  const imported = (name: string): string => metricImport(imports, name);
  const all = [
    { name: "loss", size: 1, value: imported("meanValue") },
    ...training.metrics.map((metric) => ({ ...metric, value: valueExpression(metric, imported) })),
  ];
  return all.map(({ name, size, value }) => `{ name: ${literal(name)}, size: ${size}, value: ${value} },`);
}

/** "huber (delta 0.5)": a loss or metric as people read it. */
export function describeChoice(choice: LossPlan | MetricPlan): string {
  const options = Object.entries(choice).filter(
    ([key, value]) => !["type", "name", "size", "fusion"].includes(key) && value !== false,
  );
  const text = options.map(([key, value]) => `${key} ${Array.isArray(value) ? value.join(" ") : value}`).join(", ");
  return text === "" ? choice.type : `${choice.type} (${text})`;
}
