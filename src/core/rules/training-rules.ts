import { counted } from "../../support/system/counted.ts";
import { metricName } from "../plan/training.ts";
import { targetsAreCentred } from "../sources/sources.ts";
import { type DatasetTargets, weighableClasses } from "../spec/dataset.ts";
import type { LossMap, MetricMap, ModelSpec } from "../spec/types.ts";
import { taskOf } from "../tasks/tasks.ts";
import { endsInSoftmaxOfOne, NOT_NEGATIVE, needsAnotherOutput, twoClasses } from "./activation-rules.ts";
import type { Rules } from "./rule.ts";

const CLASS_LOSSES: ReadonlySet<LossMap["type"]> = new Set([
  "sparseCategoricalCrossentropy",
  "categoricalCrossentropy",
  "binaryCrossentropy",
  "kullbackLeiblerDivergence",
  "hinge",
  "squaredHinge",
  "categoricalHinge",
]);

const NUMBER_METRICS: ReadonlySet<MetricMap["type"]> = new Set([
  "rootMeanSquaredError",
  "meanAbsoluteError",
  "meanSquaredError",
  "meanAbsolutePercentageError",
]);

/** Metrics of several outputs, one for each class. */
const SEVERAL_OUTPUTS: ReadonlySet<MetricMap["type"]> = new Set([
  "categoricalAccuracy",
  "sparseCategoricalAccuracy",
  "topKCategoricalAccuracy",
  "sparseTopKCategoricalAccuracy",
  "perplexity",
]);

/** Losses that each kind of targets can have. */
const LOSSES_OF: Readonly<Record<DatasetTargets["kind"], (type: LossMap["type"]) => boolean>> = {
  labels: (type) => CLASS_LOSSES.has(type),
  oneHot: (type) => CLASS_LOSSES.has(type) && type !== "sparseCategoricalCrossentropy",
  binary: (type) =>
    !["sparseCategoricalCrossentropy", "categoricalCrossentropy", "categoricalHinge", "ctc"].includes(type),
  numbers: (type) => (!CLASS_LOSSES.has(type) && type !== "ctc") || type === "kullbackLeiblerDivergence",
  labelSequence: (type) => type === "ctc",
};

const USUAL_LOSS: Readonly<Record<DatasetTargets["kind"], string>> = {
  labels: "use sparseCategoricalCrossentropy",
  oneHot: "use categoricalCrossentropy",
  binary: "use binaryCrossentropy",
  numbers: "use meanSquaredError or meanAbsoluteError",
  labelSequence: "use ctc",
};

/** What targets are whose classes have no weights. */
const WITHOUT_WEIGHTS: Partial<Record<DatasetTargets["kind"], string>> = {
  labelSequence: "sequences",
  binary: "several yes-or-no values each",
};

/** The loss as a map: validation has made maps of names. */
function lossOf(spec: ModelSpec): LossMap {
  return spec.training.loss as LossMap;
}

function metricsOf(spec: ModelSpec): readonly MetricMap[] {
  return spec.training.metrics as MetricMap[];
}

function quantileCount(loss: LossMap): number {
  return loss.type === "quantile" ? (loss.quantiles?.length ?? 1) : 1;
}

function lastUnits({ layers }: ModelSpec): number | undefined {
  const last = layers.at(-1)!;
  return last.type === "dense" ? last.units : undefined;
}

/** The rules of loss, metrics and class weights. */
export const TRAINING_RULES: Rules = {
  "the output has a value for each class or number": (checked) => {
    const { spec, graph, targets, report } = checked;
    if (endsInSoftmaxOfOne(checked)) return;
    const index = spec.layers.length - 1;
    const last = spec.layers[index]!;
    const node = graph.nodes.at(-1);
    if (node === undefined || graph.nodes.length < spec.layers.length) return;
    const units = node.outputShape.at(-1)!;
    const [pointer, found, use] =
      "units" in last
        ? [`/layers/${index}/units`, `${counted(units, "unit")}`, "use `units: "]
        : [`/layers/${index}`, `the output has ${counted(units, "feature")}`, "end with a dense layer of `units: "];
    const loss = lossOf(spec);
    const { classes } = targets;
    if (classes !== undefined) {
      const binary = loss.type === "binaryCrossentropy" && classes === 2;
      const single = binary && twoClasses(checked);
      if (units === classes || (single && units === 1) || needsAnotherOutput(checked)) return;
      report("LC1203", pointer, `${found}, but the dataset has ${classes} classes`, `${use}${single ? 1 : classes}\``);
      return;
    }
    if (targets.kind === "labelSequence") return; // LC1240 asks for the classes
    const numbers = targets.shape.at(-1)!;
    const quantiles = quantileCount(loss);
    const wanted = numbers * quantiles;
    if (units === wanted) return;
    const { key, one } = taskOf(spec.dataset).numbers;
    const why =
      quantiles === 1
        ? `the ${one} has ${counted(wanted, "value")} (${key})`
        : `${quantiles} quantiles of ${counted(numbers, "value")} (${key}) are ${wanted}`;
    report("LC1203", pointer, `${found}, but ${why}`, `${use}${wanted}\``);
  },
  "the loss fits the dataset": ({ spec, report, targets }) => {
    const { type } = lossOf(spec);
    if (LOSSES_OF[targets.kind](type)) return;
    if (type === "ctc" || targets.kind === "labelSequence") {
      const [message, fix] =
        type === "ctc"
          ? [
              `ctc learns sequences of labels, but the targets of ${spec.dataset.type} are none`,
              "use an arrays dataset with `encoding: labelSequence`, or another loss",
            ]
          : [`${type} does not compare sequences of labels`, USUAL_LOSS.labelSequence];
      report("LC1205", "/training/loss", message, fix);
      return;
    }
    const fix = USUAL_LOSS[targets.kind];
    const message =
      targets.kind === "numbers"
        ? `${type} compares classes, but ${taskOf(spec.dataset).numbers.areAll} numbers`
        : targets.kind === "labels"
          ? `${type} compares numbers, but ${spec.dataset.type} has classes`
          : `${type} does not compare ${targets.kind} targets`;
    report("LC1205", "/training/loss", message, fix);
  },
  "each metric fits the dataset": ({ spec, report, targets }) => {
    const several = quantileCount(lossOf(spec)) > 1;
    const numbers = targets.kind === "numbers";
    for (const [index, { type }] of metricsOf(spec).entries()) {
      const pointer = `/training/metrics/${index}`;
      if (targets.kind === "labelSequence") {
        report("LC1206", pointer, `${type} does not compare sequences of labels`, "remove it");
        continue;
      }
      const fits = targets.kind === "binary" || NUMBER_METRICS.has(type) === numbers;
      const sparse = type.startsWith("sparse") || type === "perplexity";
      if (!fits) {
        const fix = numbers ? "use meanAbsoluteError or meanSquaredError" : "use accuracy";
        report("LC1206", pointer, `${type} does not apply to ${spec.dataset.type}`, fix);
      } else if (several) {
        const message = `${type} needs one output for each target, but there are several quantiles`;
        report("LC1206", pointer, message, "remove it");
      } else if (SEVERAL_OUTPUTS.has(type) && lastUnits(spec) === 1) {
        const message = `${type} needs an output for each class, but the model has one`;
        report("LC1206", pointer, message, "use binaryAccuracy");
      } else if (targets.kind === "binary" && (sparse || SEVERAL_OUTPUTS.has(type))) {
        report("LC1206", pointer, `${type} does not apply to binary targets`, "use binaryAccuracy");
      }
    }
  },
  "one quantile or several": ({ source, report }) => {
    const given = (source.value as { training: { loss: object | string } }).training.loss;
    if (typeof given !== "object" || !("quantile" in given && "quantiles" in given)) return;
    const message = "`quantile` and `quantiles` exclude one another";
    report("LC1230", "/training/loss/quantile", message, "keep `quantiles` where the model estimates several");
  },
  "each metric has a name of its own": ({ spec, report }) => {
    const names = metricsOf(spec).map(metricName);
    for (const [index, name] of names.entries()) {
      if (names.indexOf(name) === index) continue;
      report("LC1231", `/training/metrics/${index}`, `a metric above is reported as \`${name}\`, too`, "remove one");
    }
  },
  "class weights name classes": ({ spec, report, targets }) => {
    const classes = weighableClasses(targets);
    const labels = Object.keys(spec.training.classWeight ?? {});
    if (labels.length > 0 && classes === undefined) {
      const kind = WITHOUT_WEIGHTS[targets.kind] ?? "numbers";
      const message = `classes have weights, but the targets of ${spec.dataset.type} are ${kind}`;
      report("LC1232", "/training/classWeight", message, "remove `classWeight`");
      return;
    }
    for (const label of labels) {
      if (classes === undefined || Number(label) < classes) continue;
      const message = `there is no class ${label}: the dataset has the classes 0 to ${classes - 1}`;
      report("LC1232", `/training/classWeight/${label}`, message, `use a class from 0 to ${classes - 1}`);
    }
    const given = spec.training.classWeight ?? {};
    const all = Array.from({ length: classes ?? 0 }, (_, label) => given[String(label)] ?? 1);
    if (labels.length > 0 && all.every((weight) => weight === 0)) {
      const message = "every class has the weight 0, so that no sample counts in the loss";
      report("LC1270", "/training/classWeight", message, "give a class that counts a weight above 0");
    }
  },
  "top-k leaves something to miss": ({ spec, report, targets: { classes } }) => {
    for (const [index, metric] of metricsOf(spec).entries()) {
      if (!("k" in metric) || classes === undefined || metric.k! < classes) continue;
      const message = `the ${metric.k} largest of ${classes} outputs always include the class`;
      report("LC1233", `/training/metrics/${index}`, message, `use \`k\` below ${classes}`);
    }
  },
  "a loss of counts has outputs that are not negative": ({ spec, report, targets }) => {
    const index = spec.layers.length - 1;
    const last = spec.layers[index]!;
    const { type } = lossOf(spec);
    if (targets.kind !== "numbers" || last.type !== "dense" || NOT_NEGATIVE.has(last.activation!)) return;
    if (type !== "poisson" && type !== "meanSquaredLogarithmicError") return;
    const effect = type === "poisson" ? "whose loss is no number" : "which learn nothing";
    const message = `${type} is of outputs from 0 up; ${last.activation} gives negative ones, ${effect}`;
    report("LC2030", `/layers/${index}`, message, "use `activation: softplus`", "warning");
  },
  "labels fit into the timesteps": ({ graph, report, targets }) => {
    const timesteps = graph.nodes.at(-1)?.outputShape;
    if (targets.kind !== "labelSequence" || timesteps?.length !== 2 || targets.shape[0]! <= timesteps[0]!) return;
    const message = `a label takes a timestep at least, but the output has ${timesteps[0]} for up to ${targets.shape[0]} labels`;
    const fix = `keep more timesteps, for instance by less pooling, or use \`length: ${timesteps[0]}\``;
    report("LC2032", "/dataset/targets/length", message, fix, "warning");
  },
  "a loss of positive numbers has positive targets": ({ spec, report }) => {
    const { type } = lossOf(spec);
    if (!targetsAreCentred(spec.dataset)) return;
    if (!POSITIVE_TARGETS.has(type)) return;
    const message = `${type} is of positive targets, but standard scaling centres them at 0`;
    report("LC2031", "/training/loss", message, "use `scaling: none` or `minMax` in the dataset", "warning");
  },
};

const POSITIVE_TARGETS: ReadonlySet<LossMap["type"]> = new Set([
  "poisson",
  "meanSquaredLogarithmicError",
  "meanAbsolutePercentageError",
]);
