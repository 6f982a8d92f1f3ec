import { counted } from "../../support/system/counted.ts";
import { targetsAreCentred } from "../sources/sources.ts";
import type { Layer, LossMap, ModelSpec } from "../spec/types.ts";
import { taskOf } from "../tasks/tasks.ts";
import type { Checked, Rules } from "./rule.ts";

/** Activations that never give a negative number. */
export const NOT_NEGATIVE: ReadonlySet<string> = new Set([
  "relu",
  "relu6",
  "sigmoid",
  "hardSigmoid",
  "hardSigmoid02",
  "softplus",
  "softmax",
  "exponential",
]);

/** Activations that give each output a number from 0 to 1 for itself. */
const EACH_FROM_0_TO_1: ReadonlySet<string> = new Set(["sigmoid", "hardSigmoid", "hardSigmoid02"]);

/** Losses of one probability for each class, which sum to 1. */
const CATEGORICAL: ReadonlySet<LossMap["type"]> = new Set([
  "sparseCategoricalCrossentropy",
  "categoricalCrossentropy",
  "kullbackLeiblerDivergence",
]);

/** Activation of the output, which a last layer without one hands on as it comes. */
export function headActivation({ layers }: ModelSpec): string {
  const last = layers.at(-1)!;
  const inner = last.type === "timeDistributed" ? last.layer : last;
  return "activation" in inner ? inner.activation! : "linear";
}

/** Whether classes of which each sample has one are two, given by labels: one output can tell them apart. */
export function twoClasses({ targets, spec }: Checked): boolean {
  return targets.kind === "labels" && targets.classes === 2 && taskOf(spec.dataset).sharesOutput;
}

/** Whether the model's one output is a softmax, of which another rule speaks. */
export function endsInSoftmaxOfOne({ spec, graph }: Checked): boolean {
  return headActivation(spec) === "softmax" && graph.nodes.at(-1)?.outputShape.at(-1) === 1;
}

/** The rules of activations: of one layer alone, and of the last one with loss and targets. */
export const ACTIVATION_RULES: Rules = {
  "a softmax has something to share out": (checked) => {
    const { spec, graph, report } = checked;
    for (const { layer, outputShape } of graph.nodes) {
      const index = spec.layers.indexOf(layer);
      const isLast = index === spec.layers.length - 1;
      for (const [key, pointer] of softmaxes(layer)) {
        if ((recurrentUnits(layer) ?? outputShape.at(-1)) !== 1) continue;
        const message = "softmax shares 1 out over the units; of one unit it is always 1";
        const fix = isLast && key === "activation" ? fixOfLast(checked) : `use \`${key}: sigmoid\`, or more units`;
        report("LC1250", `/layers/${index}/${pointer}`, message, fix);
      }
    }
  },
  "one output for two classes goes with binary cross-entropy": (checked) => {
    const { spec, graph, report } = checked;
    const { type } = spec.training.loss as LossMap;
    if (graph.nodes.length < spec.layers.length || !needsAnotherOutput(checked)) return;
    const message = `the model has one output, the probability of class 1, but ${type} needs one for each class`;
    report("LC1251", "/training/loss", message, "use `loss: binaryCrossentropy`");
  },
  "the last activation fits loss and dataset": (checked) => {
    const { spec, report, targets } = checked;
    const index = spec.layers.length - 1;
    const pointer = `/layers/${index}`;
    const loss = spec.training.loss as LossMap;
    const activation = headActivation(spec);
    if (endsInSoftmaxOfOne(checked) || needsAnotherOutput(checked)) return; // said above
    if (targets.kind === "numbers") {
      // Of several numbers a softmax may give shares, which Kullback-Leibler compares.
      if (activation !== "softmax" || loss.type === "kullbackLeiblerDivergence") return;
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
      case "ctc": {
        if (activation === "linear") return;
        const message = `ctc takes logits, but the activation is ${activation}`;
        const recurrent = "returnSequences" in spec.layers[index]!;
        const fix = recurrent ? "add a dense layer without activation" : "use `activation: linear`";
        report("LC1204", `${pointer}/activation`, message, fix);
        return;
      }
      case "hinge":
      case "squaredHinge":
      case "categoricalHinge": {
        if (activation !== "softmax" && activation !== "sigmoid") return;
        const message = `${loss.type} needs scores on both sides of 0, but the activation is ${activation}`;
        report("LC1204", `${pointer}/activation`, message, "use `activation: linear`");
        return;
      }
      case "sparseCategoricalCrossentropy":
      case "categoricalCrossentropy":
      case "binaryCrossentropy":
      case "kullbackLeiblerDivergence": {
        const wanted = loss.type === "binaryCrossentropy" ? "sigmoid" : "softmax";
        if (activation === wanted) return;
        report("LC1204", pointer, ...probabilitiesOf(activation, wanted, checked));
        return;
      }
      default:
        return;
    }
  },
  "the last activation reaches the targets": ({ spec, report }) => {
    if (!targetsAreCentred(spec.dataset)) return;
    const activation = headActivation(spec);
    if (!NOT_NEGATIVE.has(activation) || activation === "softmax") return;
    const message = `${activation} gives no negative numbers, but standard scaling centres the targets at 0: half of them are out of reach`;
    const fix = "use `activation: linear`, or `scaling: minMax` in the dataset";
    report("LC2040", activationOf(spec), message, fix, "warning");
  },
};

/** Where the last layer's activation stands. */
function activationOf({ layers }: ModelSpec): string {
  const last = layers.at(-1)!;
  return `/layers/${layers.length - 1}/${last.type === "timeDistributed" ? "layer/" : ""}activation`;
}

/** The keys of a layer that are softmax, and where they stand in it. */
function softmaxes(layer: Layer): [key: string, pointer: string][] {
  const inner = layer.type === "timeDistributed" || layer.type === "bidirectional" ? layer.layer : layer;
  const prefix = inner === layer ? "" : "layer/";
  return (["activation", "recurrentActivation"] as const)
    .filter((key) => (inner as { activation?: string; recurrentActivation?: string })[key] === "softmax")
    .map((key) => [key, `${prefix}${key}`]);
}

/** The units of a recurrent layer, over which its activations share out; of a bidirectional one those of each direction. */
function recurrentUnits(layer: Layer): number | undefined {
  const inner = layer.type === "bidirectional" ? layer.layer : layer;
  return "returnSequences" in inner ? inner.units : undefined;
}

/** Whether one output gives the probability of the second of two classes, of which the loss wants both. */
export function needsAnotherOutput(checked: Checked): boolean {
  const { graph, spec } = checked;
  const isSingle = graph.nodes.at(-1)?.outputShape.at(-1) === 1 && EACH_FROM_0_TO_1.has(headActivation(spec));
  return isSingle && twoClasses(checked) && CATEGORICAL.has((spec.training.loss as LossMap).type);
}

/** What to end in where the end is a softmax of one unit. */
function fixOfLast(checked: Checked): string {
  const { targets, spec } = checked;
  const { type } = spec.training.loss as LossMap;
  if (targets.kind === "numbers") return "use `activation: linear`";
  if (targets.kind === "binary") {
    const { shape } = targets;
    return shape.at(-1) === 1
      ? "use `activation: sigmoid`"
      : `use \`activation: sigmoid\` and \`units: ${shape.at(-1)}\``;
  }
  if (!twoClasses(checked))
    return targets.classes === undefined ? "use more units" : `use \`units: ${targets.classes}\``;
  const loss = type === "binaryCrossentropy" ? "" : " with `loss: binaryCrossentropy`";
  return `use \`activation: sigmoid\`${loss}`;
}

/** Cross-entropy of outputs that are not the probabilities it needs: what is wrong, what to do. */
function probabilitiesOf(
  activation: string,
  wanted: "softmax" | "sigmoid",
  { spec, targets }: Checked,
): [string, string] {
  const { type } = spec.training.loss as LossMap;
  if (activation === "softmax") {
    const message = `softmax shares 1 out over the outputs, but ${type} takes each output for itself`;
    const loss = { labels: "sparseCategoricalCrossentropy", oneHot: "categoricalCrossentropy" }[targets.kind as string];
    return [
      message,
      loss === undefined ? "use `activation: sigmoid`" : `use \`loss: ${loss}\`, or \`activation: sigmoid\``,
    ];
  }
  if (wanted === "softmax" && EACH_FROM_0_TO_1.has(activation)) {
    const outputs = counted(targets.classes ?? targets.shape.at(-1) ?? 0, "output");
    const message = `${type} needs probabilities that sum to 1, but ${activation} gives each of the ${outputs} its own`;
    return [message, "use `activation: softmax`"];
  }
  const message = `cross-entropy needs probabilities, but the activation is ${activation}`;
  return [message, `${activation === "linear" ? "add" : "use"} \`activation: ${wanted}\``];
}
