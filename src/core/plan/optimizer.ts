import type { LearningRate, Optimizer } from "../spec/types.ts";
import type { LearningRatePlan, OptimizerPlan, OptimizerRule } from "./types.ts";

/** Resolves the optimizer of a checked spec: its rule, its rate over the steps, and what it keeps for each weight. */
export function planOptimizer(optimizer: Optimizer, specLine: number): OptimizerPlan {
  const { learningRate, decay, weightDecay, clipNorm, clipValue, globalClipNorm, ema, ...rule } = optimizer;
  const common = {
    specLine,
    learningRate: planLearningRate(learningRate!),
    decay: decay!,
    weightDecay: weightDecay!,
    clipping: planClipping({ clipNorm, clipValue, globalClipNorm }),
    ema: ema === undefined ? undefined : { momentum: ema.momentum!, overwriteFrequency: ema.overwriteFrequency },
  };
  // The schema has filled in the defaults, which its types show as optional.
  const resolved = rule as OptimizerRule;
  return { ...resolved, ...common, slots: [...ruleSlots(resolved), ...(ema === undefined ? [] : ["ema"])] };
}

function planLearningRate(learningRate: LearningRate): LearningRatePlan {
  if (typeof learningRate === "number") return { schedule: "constant", learningRate };
  if (learningRate.schedule === "cosineDecay") {
    const { warmupTarget, warmupSteps, alpha, ...cosine } = learningRate;
    const warmup = warmupTarget === undefined ? undefined : { target: warmupTarget, steps: warmupSteps! };
    return { ...cosine, alpha: alpha!, warmup };
  }
  return learningRate as LearningRatePlan; // the schema has filled in the defaults
}

function planClipping(limits: Readonly<Record<ClippingType, number | undefined>>): OptimizerPlan["clipping"] {
  for (const type of ["clipNorm", "clipValue", "globalClipNorm"] as const) {
    const limit = limits[type];
    if (limit !== undefined) return { type, limit };
  }
  return undefined;
}

type ClippingType = NonNullable<OptimizerPlan["clipping"]>["type"];

function ruleSlots(rule: OptimizerRule): string[] {
  switch (rule.type) {
    case "sgd":
      return rule.momentum === 0 ? [] : ["velocity"];
    case "adam":
    case "adamw":
      return ["m", "v", ...(rule.amsgrad ? ["vMax"] : [])];
    case "nadam":
      return ["m", "v"];
    case "adamax":
      return ["m", "u"];
    case "rmsprop":
      return ["v", ...(rule.centered ? ["m"] : []), ...(rule.momentum === 0 ? [] : ["velocity"])];
    case "adagrad":
      return ["accumulator"];
    case "adadelta":
      return ["squaredGradient", "squaredUpdate"];
  }
}

/** "adam, learningRate 0.001, beta1 0.9, …": everything that decides the updates, for people. */
export function summarizeOptimizer({ type, specLine, slots, learningRate, ...settings }: OptimizerPlan): string {
  const { schedule, ...rate } = learningRate;
  const parts = [
    ...("learningRate" in rate ? [`learningRate ${rate.learningRate}`] : [`${schedule} (${listed(rate)})`]),
    listed(settings),
  ];
  return [type, ...parts].filter((part) => part !== "").join(", ");
}

/** "beta1 0.9, epsilon 1e-7"; what is off or absent is left out. */
function listed(settings: object): string {
  return Object.entries(settings)
    .flatMap(([key, value]: [string, unknown]) => {
      if (value === undefined || value === false || (value === 0 && key !== "initialLearningRate")) return [];
      if (key === "clipping") {
        const { type, limit } = value as NonNullable<OptimizerPlan["clipping"]>;
        return [`${type} ${limit}`];
      }
      if (value === true) return [key];
      if (Array.isArray(value)) return [`${key} [${value.join(", ")}]`];
      return [typeof value === "object" ? `${key} (${listed(value as object)})` : `${key} ${value}`];
    })
    .join(", ");
}
