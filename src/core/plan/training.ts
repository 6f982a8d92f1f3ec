import type { DatasetTargets } from "../spec/dataset.ts";
import type { Loss, LossMap, Metric, MetricMap, Training } from "../spec/types.ts";
import { definitionOfTargets, weighableClasses } from "../tasks/targets.ts";
import type { OutputValues } from "./output-values.ts";
import type { DatasetPlan } from "./types.ts";

/** A map of the spec with every default filled in. */
type Resolved<M> = M extends { type: string } ? Readonly<Required<M>> : never;

/** Where the last activation is left out and the loss takes the logits: the stable form, as in Keras. */
export type Fusion = "softmax" | "sigmoid" | "none";

export type LossPlan =
  Exclude<Resolved<LossMap>, { readonly type: "quantile" }> extends infer L
    ? (L | { readonly type: "quantile"; readonly quantiles: readonly number[] }) & { readonly fusion: Fusion }
    : never;

/** `name`: the key in metrics.jsonl. `size`: how many sums a batch gives. */
export type MetricPlan = (
  | Exclude<Resolved<MetricMap>, { readonly type: "accuracy" | "f1" }>
  /** Without a threshold the predicted class is that of the largest output. */
  | { readonly type: "f1"; readonly average: "macro" | "micro" | "weighted"; readonly threshold?: number }
) & { readonly name: string; readonly size: number };

/** What the losses and metrics need to know of the rest of the model. */
export interface Head {
  /** The activation that the last layer applies to its output, which the loss can apply instead. */
  readonly activation: OutputValues["activation"] | undefined;
  readonly units: number;
  /** The output is a sequence with a mask, of which only some steps count. */
  readonly masked: boolean;
  readonly targets: DatasetTargets;
}

type WithoutFusion<P> = P extends unknown ? Omit<P, "fusion"> : never;

/** The loss with its options. */
export type LossOptions = WithoutFusion<LossPlan>;

export function lossOptions(loss: Loss): LossOptions {
  const resolved = loss as Resolved<LossMap>; // validation made maps of names and filled in the defaults
  if (resolved.type !== "quantile") return resolved;
  const given = (loss as { quantiles?: number[] }).quantiles;
  return { type: "quantile", quantiles: given ?? [resolved.quantile] };
}

/** The loss with its options, and whether it is fused with the last activation. */
export function planLoss(options: LossOptions, head: Head): LossPlan {
  return { ...options, fusion: fusionOf(options, head.activation) } as LossPlan;
}

/** How many numbers the model estimates for each number of the targets. */
export function quantileCount(loss: LossOptions): number {
  return loss.type === "quantile" ? loss.quantiles.length : 1;
}

function fusionOf(loss: LossOptions, activation: Head["activation"]): Fusion {
  switch (loss.type) {
    case "sparseCategoricalCrossentropy":
    case "categoricalCrossentropy":
      return activation === "softmax" && !loss.fromLogits ? "softmax" : "none";
    case "binaryCrossentropy":
      return activation === "sigmoid" && !loss.fromLogits ? "sigmoid" : "none";
    default:
      return "none";
  }
}

export function planMetric(metric: Metric, head: Head): MetricPlan {
  const resolved = metric as Resolved<MetricMap>;
  const name = metricName(resolved);
  switch (resolved.type) {
    case "accuracy":
      return accuracyPlan(name, head);
    case "f1":
      return {
        type: "f1",
        average: resolved.average,
        ...(head.units === 1 ? { threshold: 0.5 } : {}),
        name,
        size: 3 * head.units,
      };
    case "precision":
    case "recall":
      return { ...resolved, name, size: 3 };
    case "auc":
      return { ...resolved, name, size: 2 * (resolved.numThresholds - 1) };
    default:
      return { ...resolved, name, size: sumsOfMean(head) };
  }
}

/** A mean over samples takes their sum; over the steps that a mask lets count, their number, too. */
function sumsOfMean({ masked }: Head): number {
  return masked ? 2 : 1;
}

/** Where one output or several yes-or-no ones are compared, each counts by itself. */
function accuracyPlan(name: string, head: Head): MetricPlan {
  const { units, targets } = head;
  const size = sumsOfMean(head);
  const type = units === 1 ? "binaryAccuracy" : definitionOfTargets(targets).accuracy!;
  return type === "binaryAccuracy" ? { type, threshold: 0.5, name, size } : { type, name, size };
}

/** The type, and what differs from the usual options: top3Accuracy, f1Micro, prAuc, precisionAt0.7. */
export function metricName(metric: Metric): string {
  if (typeof metric === "string") return metric;
  switch (metric.type) {
    case "topKCategoricalAccuracy":
    case "sparseTopKCategoricalAccuracy":
      return `top${metric.k}Accuracy`;
    case "f1":
      return metric.average === "macro" ? "f1" : metric.average === "micro" ? "f1Micro" : "f1Weighted";
    case "auc":
      return metric.curve === "PR" ? "prAuc" : "auc";
    case "binaryAccuracy":
    case "precision":
    case "recall":
      return metric.threshold === 0.5 ? metric.type : `${metric.type}At${metric.threshold}`;
    default:
      return metric.type;
  }
}

/** Weight of every class in order; undefined where all count alike. */
export function planClassWeight(training: Training, dataset: DatasetPlan): readonly number[] | undefined {
  const given = training.classWeight ?? {};
  const classes = weighableClasses(dataset.targets);
  if (Object.keys(given).length === 0 || classes === undefined) return undefined;
  return Array.from({ length: classes }, (_, label) => given[String(label)] ?? 1);
}
