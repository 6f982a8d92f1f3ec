import { counted } from "../../support/system/counted.ts";
import type { Change } from "../edits.ts";
import type { LayerPart } from "../plan/parts.ts";
import type { LossOptions } from "../plan/training.ts";
import { targetsAreCentred } from "../sources/sources.ts";
import { isFrom0To1 } from "../spec/activations.ts";
import { definitionOfTargets } from "../tasks/targets.ts";
import { sharesOutput } from "../tasks/tasks.ts";
import type { Checked, Rules } from "./rule.ts";

/** Losses of one probability for each class, which sum to 1. */
const CATEGORICAL: ReadonlySet<LossOptions["type"]> = new Set([
  "sparseCategoricalCrossentropy",
  "categoricalCrossentropy",
  "kullbackLeiblerDivergence",
]);

/** The values per timestep or sample that the model gives, where that is known. */
export function outputCount({ output }: Checked): number | undefined {
  return output?.outputShape.at(-1);
}

/** Whether the model's one output is a softmax, of which another rule speaks. */
export function endsInSoftmaxOfOne(checked: Checked): boolean {
  return checked.outputValues?.activation === "softmax" && outputCount(checked) === 1;
}

/** Whether one output gives the probability of the second of two classes, of which the loss wants both. */
export function needsAnotherOutput(checked: Checked): boolean {
  const { outputValues: values, loss } = checked;
  if (values === undefined || values.activation === "softmax") return false;
  const isSingle = outputCount(checked) === 1 && isFrom0To1(values);
  return isSingle && sharesOutput(checked.dataset, checked.targets) && CATEGORICAL.has(loss.type);
}

/** The rules of activations: of one layer alone, and of the last one with loss and targets. */
export const ACTIVATION_RULES: Rules = {
  "a softmax has something to share out": (checked) => {
    const { layers, parts, report } = checked;
    for (const part of parts) {
      const { layer, index, pointer } = part;
      const plan = layers[index];
      if (plan === undefined) continue;
      for (const key of softmaxes(part)) {
        if (("units" in layer ? layer.units : plan.outputShape.at(-1)) !== 1) continue;
        const message = "softmax shares 1 out over the units; of one unit it is always 1";
        const isLast = index === layers.length - 1 && key === "activation";
        const [fix, changes] = isLast ? fixOfLast(checked) : [`use \`${key}: sigmoid\`, or more units`];
        report("LC1250", `${pointer}/${key}`, message, fix, "error", changes);
      }
    }
  },
  "one output for two classes goes with binary cross-entropy": (checked) => {
    const { loss, report } = checked;
    if (!needsAnotherOutput(checked)) return;
    const message = `the model has one output, the probability of class 1, but ${loss.type} needs one for each class`;
    const changes = [{ pointer: "/training/loss", value: "binaryCrossentropy" }];
    report("LC1251", "/training/loss", message, "use `loss: binaryCrossentropy`", "error", changes);
  },
  "the last activation fits loss and dataset": (checked) => {
    const { loss, report, targets, outputValues: values } = checked;
    if (endsInSoftmaxOfOne(checked) || needsAnotherOutput(checked)) return; // said above
    const { output } = definitionOfTargets(targets);
    if (isCrossEntropy(loss) && output !== "number") {
      checkProbabilities(checked);
      return;
    }
    if (values === undefined) return;
    const { activation, pointer } = values;
    // What two directions give together is the output of no activation.
    const givesLogits = activation === "linear" || values.of === "directions";
    const refuse = (message: string, before = ""): void => {
      const [fix, changes] = fixOfOutput(checked, "linear");
      report("LC1204", pointer, message, `${before}${fix}`, "error", before === "" ? changes : []);
    };
    // Of several numbers a softmax may give shares, which Kullback-Leibler compares.
    if (output === "number") {
      if (values.isDistribution && loss.type !== "kullbackLeiblerDivergence")
        refuse("softmax gives probabilities, but the targets are numbers");
    } else if (takesLogits(loss)) {
      if (!givesLogits)
        refuse(`fromLogits takes logits, but the activation is ${activation}`, "remove `fromLogits`, or ");
    } else if (loss.type === "ctc") {
      if (!givesLogits) refuse(`ctc takes logits, but the activation is ${activation}`);
    } else if (isHinge(loss) && isFrom0To1(values)) {
      refuse(`${loss.type} needs scores on both sides of 0, but the activation is ${activation}`);
    }
  },
  "the last activation reaches the targets": ({ spec, outputValues: values, report }) => {
    if (!targetsAreCentred(spec.dataset) || values === undefined) return;
    const { activation, low, pointer, isDistribution } = values;
    if (low < 0 || isDistribution) return;
    const message = `${activation} gives no negative numbers, but standard scaling centres the targets at 0: half of them are out of reach`;
    const fix = "use `activation: linear`, or `scaling: minMax` in the dataset";
    report("LC2040", pointer, message, fix, "warning");
  },
};

/** The keys of a layer that are softmax. */
function softmaxes({ layer }: LayerPart): ("activation" | "recurrentActivation")[] {
  const activations = layer as { readonly activation?: string; readonly recurrentActivation?: string };
  return (["activation", "recurrentActivation"] as const).filter((key) => activations[key] === "softmax");
}

function takesLogits(loss: LossOptions): boolean {
  return "fromLogits" in loss && loss.fromLogits;
}

function isCrossEntropy(loss: LossOptions): boolean {
  return (CATEGORICAL.has(loss.type) || loss.type === "binaryCrossentropy") && !takesLogits(loss);
}

function isHinge({ type }: LossOptions): boolean {
  return type === "hinge" || type === "squaredHinge" || type === "categoricalHinge";
}

/** What to end in where the end is a softmax of one unit. */
function fixOfLast(checked: Checked): [fix: string, changes: readonly Change[]] {
  const { targets, loss, parts } = checked;
  const { pointer } = parts.at(-1)!;
  const use = (activation: string): Change => ({ pointer: `${pointer}/activation`, value: activation });
  const { output } = definitionOfTargets(targets);
  if (output === "number") return ["use `activation: linear`", [use("linear")]];
  if (output === "probability") {
    const count = targets.shape.at(-1)!;
    if (count === 1) return ["use `activation: sigmoid`", [use("sigmoid")]];
    const units = { pointer: `${pointer}/units`, value: count };
    return [`use \`activation: sigmoid\` and \`units: ${count}\``, [use("sigmoid"), units]];
  }
  if (!sharesOutput(checked.dataset, checked.targets)) {
    if (targets.classes === undefined) return ["use more units", []];
    return [`use \`units: ${targets.classes}\``, [{ pointer: `${pointer}/units`, value: targets.classes }]];
  }
  if (loss.type === "binaryCrossentropy") return ["use `activation: sigmoid`", [use("sigmoid")]];
  const binary = { pointer: "/training/loss", value: "binaryCrossentropy" };
  return ["use `activation: sigmoid` with `loss: binaryCrossentropy`", [use("sigmoid"), binary]];
}

/** How to end in an activation: the last layer's own where it has one for its output, else a dense layer's. */
export function fixOfOutput(
  { parts, outputValues: values }: Checked,
  activation: "linear" | "softmax" | "sigmoid" | "softplus",
  verb: "use" | "add" = "use",
): [fix: string, changes: readonly Change[]] {
  const { index, pointer } = parts.at(-1)!;
  if (values?.index === index && values.of === "output")
    return [`${verb} \`activation: ${activation}\``, [{ pointer: `${pointer}/activation`, value: activation }]];
  return [
    `add a dense layer ${activation === "linear" ? "without activation" : `with \`activation: ${activation}\``}`,
    [],
  ];
}

/** Cross-entropy compares probabilities: for each class one of those that sum to 1, or one for each output. */
function checkProbabilities(checked: Checked): void {
  const { report, targets, loss, parts, spec, outputValues: values } = checked;
  const wanted = loss.type === "binaryCrossentropy" ? "sigmoid" : "softmax";
  const pointer = `/layers/${parts.at(-1)!.index}`;
  const [fix, changes] = fixOfOutput(checked, wanted, values?.activation === "linear" ? "add" : "use");
  const refuse = (message: string, other = ""): void =>
    report(
      "LC1204",
      pointer,
      message,
      other === "" ? fix : `use \`loss: ${other}\`, or ${fix.replace(/^use /, "")}`,
      "error",
      other === "" ? changes : [],
    );
  if (values === undefined) {
    // Where layers do not fit together, nothing is known of what they give.
    if (checked.output === undefined) return;
    refuse(
      `cross-entropy needs probabilities, but those of the last layer (${spec.layers.at(-1)!.type}) need not be any`,
    );
    return;
  }
  const { activation, isDistribution } = values;
  const fits = wanted === "softmax" ? isDistribution : activation === "sigmoid" && isFrom0To1(values);
  if (fits) return;
  if (activation === "softmax" && wanted === "softmax") {
    const where = values.of !== "output" ? `inside the ${spec.layers[values.index]!.type}` : "before the last layer";
    refuse(`${loss.type} needs probabilities that sum to 1; with a softmax ${where} the outputs do not`);
  } else if (activation === "softmax") {
    const { isOneClass, usualLosses } = definitionOfTargets(targets);
    const message = `softmax shares 1 out over the outputs, but ${loss.type} takes each output for itself`;
    refuse(message, isDistribution && isOneClass ? usualLosses[0] : "");
  } else if (wanted === "softmax" && isFrom0To1(values)) {
    const outputs = counted(targets.classes ?? targets.shape.at(-1) ?? 0, "output");
    refuse(`${loss.type} needs probabilities that sum to 1, but ${activation} gives each of the ${outputs} its own`);
  } else {
    refuse(`cross-entropy needs probabilities, but the activation is ${activation}`);
  }
}
