import type { MetricPlan } from "../plan/training.ts";
import type { Plan } from "../plan/types.ts";
import { targetsLike } from "./batch.ts";
import { specLine } from "./context.ts";
import { type Imports, kernelIn } from "./imports.ts";
import type { ModelContext } from "./model-context.ts";
import { outputMask, predictionExpression, probabilityExpression } from "./output.ts";
import { literal } from "./text.ts";

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
