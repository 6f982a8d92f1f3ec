import { metricName } from "../../plan/training.ts";
import type { LossMap, MetricMap, ModelSpec } from "../../spec/types.ts";
import type { Checked } from "../rules.ts";

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

/** Activations that never give a negative number. */
const NOT_NEGATIVE: ReadonlySet<string> = new Set(["relu", "sigmoid", "hardSigmoid", "softplus", "softmax"]);

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
export const TRAINING_RULES: Readonly<Record<string, (checked: Checked) => void>> = {
  "the last layer has a unit for each class or number": ({ spec, report, classes }) => {
    const index = spec.layers.length - 1;
    const last = spec.layers[index]!;
    if (last.type !== "dense") return;
    const loss = lossOf(spec);
    const pointer = `/layers/${index}/units`;
    if (classes !== undefined) {
      const single = loss.type === "binaryCrossentropy" && classes === 2 && spec.dataset.type !== "text";
      if (last.units === classes || (single && last.units === 1)) return;
      const fix = `use \`units: ${single ? 1 : classes}\``;
      report("LC1203", pointer, `${last.units} units, but the dataset has ${classes} classes`, fix);
      return;
    }
    const horizon = spec.dataset.type === "csv" ? spec.dataset.horizon! : 1;
    const quantiles = quantileCount(loss);
    const wanted = horizon * quantiles;
    if (last.units === wanted) return;
    const why =
      quantiles === 1
        ? `the forecast has ${wanted} values (dataset.horizon)`
        : `${quantiles} quantiles of ${horizon} values (dataset.horizon) are ${wanted}`;
    report("LC1203", pointer, `${last.units} units, but ${why}`, `use \`units: ${wanted}\``);
  },
  "the last activation fits loss and dataset": ({ spec, report, classes }) => {
    const index = spec.layers.length - 1;
    const last = spec.layers[index]!;
    const pointer = `/layers/${index}`;
    if (last.type !== "dense") {
      report("LC1204", pointer, `the last layer is ${last.type}, but must be dense`, "end with a dense layer");
      return;
    }
    const loss = lossOf(spec);
    const activation = last.activation!;
    if (classes === undefined) {
      if (activation !== "softmax") return;
      const message = "softmax gives probabilities, but the targets are numbers";
      report("LC1204", `${pointer}/activation`, message, "use `activation: linear`");
      return;
    }
    if ("fromLogits" in loss && loss.fromLogits === true) {
      if (activation === "linear") return;
      const message = `fromLogits takes logits, but the activation is ${activation}`;
      report("LC1204", `${pointer}/activation`, message, "remove `fromLogits`, or use `activation: linear`");
      return;
    }
    switch (loss.type) {
      case "hinge":
      case "squaredHinge":
      case "categoricalHinge": {
        if (activation !== "softmax" && activation !== "sigmoid") return;
        const message = `${loss.type} needs scores on both sides of 0, but the activation is ${activation}`;
        report("LC1204", `${pointer}/activation`, message, "use `activation: linear`");
        return;
      }
      default: {
        const wanted = loss.type === "binaryCrossentropy" ? "sigmoid" : "softmax";
        if (activation === wanted) return;
        const message = `cross-entropy needs probabilities, but the activation is ${activation}`;
        const fix = `${activation === "linear" ? "add" : "use"} \`activation: ${wanted}\``;
        report("LC1204", pointer, message, fix);
      }
    }
  },
  "the loss fits the dataset": ({ spec, report, classes }) => {
    const { type } = lossOf(spec);
    const classification = CLASS_LOSSES.has(type);
    if (classification && classes === undefined) {
      const message = `${type} compares classes, but a forecast has numbers`;
      report("LC1205", "/training/loss", message, "use meanSquaredError or meanAbsoluteError");
    } else if (!classification && classes !== undefined) {
      const message = `${type} compares numbers, but ${spec.dataset.type} has classes`;
      report("LC1205", "/training/loss", message, "use sparseCategoricalCrossentropy");
    }
  },
  "each metric fits the dataset": ({ spec, report, classes }) => {
    const several = quantileCount(lossOf(spec)) > 1;
    for (const [index, { type }] of metricsOf(spec).entries()) {
      const pointer = `/training/metrics/${index}`;
      if (NUMBER_METRICS.has(type) === (classes !== undefined)) {
        const fix = classes === undefined ? "use meanAbsoluteError or meanSquaredError" : "use accuracy";
        report("LC1206", pointer, `${type} does not apply to ${spec.dataset.type}`, fix);
      } else if (several) {
        report(
          "LC1206",
          pointer,
          `${type} needs one output for each target, but there are several quantiles`,
          "remove it",
        );
      } else if (SEVERAL_OUTPUTS.has(type) && lastUnits(spec) === 1) {
        report(
          "LC1206",
          pointer,
          `${type} needs an output for each class, but the model has one`,
          "use binaryAccuracy",
        );
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
  "class weights name classes": ({ spec, report, classes }) => {
    const labels = Object.keys(spec.training.classWeight ?? {});
    if (labels.length > 0 && classes === undefined) {
      const message = `classes have weights, but ${spec.dataset.type} has numbers`;
      report("LC1232", "/training/classWeight", message, "remove `classWeight`");
      return;
    }
    for (const label of labels) {
      if (classes === undefined || Number(label) < classes) continue;
      const message = `there is no class ${label}: the dataset has the classes 0 to ${classes - 1}`;
      report("LC1232", `/training/classWeight/${label}`, message, `use a class from 0 to ${classes - 1}`);
    }
  },
  "top-k leaves something to miss": ({ spec, report, classes }) => {
    for (const [index, metric] of metricsOf(spec).entries()) {
      if (!("k" in metric) || classes === undefined || metric.k! < classes) continue;
      const message = `the ${metric.k} largest of ${classes} outputs always include the class`;
      report("LC1233", `/training/metrics/${index}`, message, `use \`k\` below ${classes}`);
    }
  },
  "a loss of counts has outputs that are not negative": ({ spec, report, classes }) => {
    const index = spec.layers.length - 1;
    const last = spec.layers[index]!;
    const { type } = lossOf(spec);
    if (classes !== undefined || last.type !== "dense" || NOT_NEGATIVE.has(last.activation!)) return;
    if (type !== "poisson" && type !== "meanSquaredLogarithmicError") return;
    const effect = type === "poisson" ? "whose loss is no number" : "which learn nothing";
    const message = `${type} is of outputs from 0 up; ${last.activation} gives negative ones, ${effect}`;
    report("LC2030", `/layers/${index}`, message, "use `activation: softplus`", "warning");
  },
  "a loss of positive numbers has positive targets": ({ spec, report }) => {
    const { type } = lossOf(spec);
    if (spec.dataset.type !== "csv" || spec.dataset.scaling !== "standard") return;
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
