import { counted } from "../../support/system/counted.ts";
import { outputUnits } from "../plan/output-units.ts";
import { quantileCount } from "../plan/training.ts";
import { targetsAreCentred } from "../sources/sources.ts";
import type { LossMap } from "../spec/types.ts";
import { definitionOfTargets, weighableClasses } from "../tasks/targets.ts";
import { sharesOutput, taskOf } from "../tasks/tasks.ts";
import { endsInSoftmaxOfOne, fixOfOutput, needsAnotherOutput } from "./activation-rules.ts";
import type { Rules } from "./rule.ts";

/** The rules of loss and class weights. */
export const TRAINING_RULES: Rules = {
  "the output has a value for each class or number": (checked) => {
    const { dataset, loss, output, parts, targets, report } = checked;
    if (output === undefined || endsInSoftmaxOfOne(checked)) return;
    const units = output.outputShape.at(-1)!;
    const { layer, index, pointer: own } = parts.at(-1)!;
    const isCount = "units" in layer && layer.units === units;
    const [pointer, found, use] = isCount
      ? [`${own}/units`, counted(units, "unit"), "use `units: "]
      : [`/layers/${index}`, `the output has ${counted(units, "feature")}`, "end with a dense layer of `units: "];
    const refuse = (why: string, wanted: number): void => {
      const changes = isCount ? [{ pointer, value: wanted }] : [];
      report("LC1203", pointer, `${found}, but ${why}`, `${use}${wanted}\``, "error", changes);
    };
    const { classes } = targets;
    if (classes !== undefined) {
      const binary = loss.type === "binaryCrossentropy" && classes === 2;
      const single = binary && sharesOutput(dataset, targets);
      if (units === classes || (single && units === 1) || needsAnotherOutput(checked)) return;
      refuse(`the dataset has ${classes} classes`, single ? 1 : classes);
      return;
    }
    const wanted = outputUnits(targets, loss);
    if (wanted === undefined || units === wanted) return; // LC1240 asks for the classes
    const numbers = targets.shape.at(-1)!;
    const quantiles = quantileCount(loss);
    const { key, one } = taskOf(dataset).numbers;
    const why =
      quantiles === 1
        ? `the ${one} has ${counted(wanted, "value")} (${key})`
        : `${quantiles} quantiles of ${counted(numbers, "value")} (${key}) are ${wanted}`;
    refuse(why, wanted);
  },
  "the loss fits the dataset": ({ dataset, loss: { type }, report, targets }) => {
    const { losses, usualLosses, unfitLoss } = definitionOfTargets(targets);
    if (losses.has(type)) return;
    if (type === "ctc") {
      const message = `ctc learns sequences of labels, but the targets of ${dataset.type} are none`;
      const fix = "use an arrays dataset with `encoding: labelSequence`, or another loss";
      report("LC1205", "/training/loss", message, fix);
      return;
    }
    const message = unfitLoss(type, { type: dataset.type, areAll: taskOf(dataset).numbers.areAll });
    report("LC1205", "/training/loss", message, `use ${usualLosses.join(" or ")}`);
  },
  "one quantile or several": ({ source, report }) => {
    const given = (source.value as { training: { loss: object | string } }).training.loss;
    if (typeof given !== "object" || !("quantile" in given && "quantiles" in given)) return;
    const message = "`quantile` and `quantiles` exclude one another";
    report("LC1230", "/training/loss/quantile", message, "keep `quantiles` where the model estimates several");
  },
  "class weights name classes": ({ spec, report, targets }) => {
    const classes = weighableClasses(targets);
    const labels = Object.keys(spec.training.classWeight ?? {});
    if (labels.length > 0 && classes === undefined) {
      const { unweighable } = definitionOfTargets(targets);
      if (unweighable === undefined) return; // LC1240 asks for the classes
      const message = `classes have weights, but the targets of ${spec.dataset.type} are ${unweighable}`;
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
  "a loss of counts has outputs that are not negative": (checked) => {
    const { outputValues: values, parts, report, targets } = checked;
    const { type } = checked.loss;
    if (definitionOfTargets(targets).output !== "number" || values === undefined || values.low >= 0) return;
    if (type !== "poisson" && type !== "meanSquaredLogarithmicError") return;
    const effect = type === "poisson" ? "whose loss is no number" : "which learn nothing";
    const message = `${type} is of outputs from 0 up; ${values.activation} gives negative ones, ${effect}`;
    const [fix] = fixOfOutput(checked, "softplus");
    report("LC2030", `/layers/${parts.at(-1)!.index}`, message, fix, "warning");
  },
  "labels fit into the timesteps": ({ output, report, targets }) => {
    const timesteps = output?.outputShape;
    if (!definitionOfTargets(targets).isAligned || timesteps?.length !== 2 || targets.shape[0]! <= timesteps[0]!)
      return;
    const message = `a label takes a timestep at least, but the output has ${timesteps[0]} for up to ${targets.shape[0]} labels`;
    const fix = `keep more timesteps, for instance by less pooling, or use \`length: ${timesteps[0]}\``;
    report("LC2032", "/dataset/targets/length", message, fix, "warning");
  },
  "a loss of positive numbers has positive targets": ({ spec, loss: { type }, report }) => {
    if (!targetsAreCentred(spec.dataset) || !POSITIVE_TARGETS.has(type)) return;
    const message = `${type} is of positive targets, but standard scaling centres them at 0`;
    report("LC2031", "/training/loss", message, "use `scaling: none` or `minMax` in the dataset", "warning");
  },
};

const POSITIVE_TARGETS: ReadonlySet<LossMap["type"]> = new Set([
  "poisson",
  "meanSquaredLogarithmicError",
  "meanAbsolutePercentageError",
]);
