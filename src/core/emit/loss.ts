import { type FunctionDeclarationStructure, StructureKind } from "ts-morph";
import type { LossPlan, MetricPlan } from "../plan/training.ts";
import type { Plan } from "../plan/types.ts";
import { areLabels, hasSampleWeights, targetsLike, targetTensor } from "./batch.ts";
import { specLine } from "./context.ts";
import { kernelIn, kernels } from "./imports.ts";
import type { ModelContext } from "./model-context.ts";
import { maskType, outputMask, outputType } from "./output.ts";
import { batchShape, literal } from "./text.ts";

const CLASS_WEIGHTS = kernels("losses/class-weights");

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
  return areLabels(dataset.targets) && training.loss.type !== "sparseCategoricalCrossentropy";
}

function outputs(plan: Plan): number {
  return plan.layers.at(-1)!.outputShape.at(-1)!;
}

export function lossOutput(context: ModelContext): string {
  return `${context.imports.type(kernels("losses/loss"), "LossOutput")}<${outputType(context)}>`;
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
      `The loss of a batch and its gradient: ${specLine(context, plan.training.lines.loss)}.\noutput: ${batchShape(plan.layers.at(-1)!.outputShape)}${loss.fusion === "none" ? "" : " logits"}; targets: ${targetTensor(plan.dataset.targets).shown}.`,
    ],
    parameters: [
      { name: "output", type: outputType(context) },
      { name: "targets", type: targetTensor(plan.dataset.targets).type },
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
    const labels = areLabels(plan.dataset.targets)
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

/** "huber (delta 0.5)": a loss or metric as people read it. */
export function describeChoice(choice: LossPlan | MetricPlan): string {
  const options = Object.entries(choice).filter(
    ([key, value]) => !["type", "name", "size", "fusion"].includes(key) && value !== false,
  );
  const text = options.map(([key, value]) => `${key} ${Array.isArray(value) ? value.join(" ") : value}`).join(", ");
  return text === "" ? choice.type : `${choice.type} (${text})`;
}
