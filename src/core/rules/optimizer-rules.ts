import { counted } from "../../support/system/counted.ts";
import type { ModelSpec, Optimizer } from "../spec/types.ts";
import type { Rules } from "./rule.ts";

/** Rules across the keys of the optimizer. */
export const OPTIMIZER_RULES: Rules = {
  "gradients are clipped in one way": ({ spec, report }) => {
    const [first, second] = (["clipNorm", "clipValue", "globalClipNorm"] as const).filter(
      (key) => spec.optimizer[key] !== undefined,
    );
    if (second === undefined) return;
    report(
      "LC1220",
      `/optimizer/${second}`,
      `gradients cannot be clipped by ${second} and by ${first} at once`,
      "keep one of them",
    );
  },
  "each stretch between boundaries has a value": ({ spec, report }) => {
    const rate = spec.optimizer.learningRate;
    if (typeof rate !== "object" || rate.schedule !== "piecewiseConstant") return;
    const { boundaries, values } = rate;
    const pointer = "/optimizer/learningRate";
    for (const [index, boundary] of boundaries.entries()) {
      const before = boundaries[index - 1];
      if (before === undefined || boundary > before) continue;
      const message = `boundary ${boundary} comes after ${before}, but boundaries increase`;
      report("LC1221", `${pointer}/boundaries/${index}`, message, "list the boundaries in increasing order");
      break;
    }
    if (values.length !== boundaries.length + 1) {
      const message = `${counted(boundaries.length, "boundary", "boundaries")} and ${counted(values.length, "value")}, but there must be one value more`;
      report("LC1221", `${pointer}/values`, message, `give ${counted(boundaries.length + 1, "value")}`);
    }
  },
  "a rate decays in one way": ({ spec, report }) => {
    const { learningRate, decay } = spec.optimizer;
    if (typeof learningRate !== "object" || decay === 0) return;
    report(
      "LC1222",
      "/optimizer/decay",
      `the learning rate already follows the schedule ${learningRate.schedule}`,
      "remove `decay`, or give `learningRate` as a number",
    );
  },
  "a warm-up has a target and steps": ({ spec, report }) => {
    const rate = spec.optimizer.learningRate;
    if (typeof rate !== "object" || rate.schedule !== "cosineDecay") return;
    if ((rate.warmupTarget === undefined) === (rate.warmupSteps === 0)) return;
    const [given, missing, example] =
      rate.warmupTarget === undefined
        ? (["warmupSteps", "warmupTarget", rate.initialLearningRate || 0.001] as const)
        : (["warmupTarget", "warmupSteps", Math.max(1, Math.round(rate.decaySteps / 10))] as const);
    report(
      "LC1223",
      `/optimizer/learningRate/${given}`,
      `${given} needs ${missing}`,
      `add \`${missing}: ${example}\` beside it`,
    );
  },
  "the learning rate is moderate": ({ spec, report }) => {
    const { limit, usual } = RATES[spec.optimizer.type];
    const { pointer, rate } = highestRate(spec);
    if (rate <= limit) return;
    report(
      "LC2004",
      pointer,
      `a learning rate of ${rate} rarely converges`,
      `${usual} is usual for ${spec.optimizer.type}`,
      "warning",
    );
  },
  "Nesterov momentum has momentum": ({ spec, report }) => {
    const { optimizer } = spec;
    if (optimizer.type !== "sgd" || optimizer.nesterov === false || optimizer.momentum !== 0) return;
    const message = "nesterov changes nothing where momentum is 0";
    report("LC2020", "/optimizer/nesterov", message, "add `momentum: 0.9`, or remove `nesterov`", "warning");
  },
  "a polynomial decay goes down": ({ spec, report }) => {
    const rate = spec.optimizer.learningRate;
    if (typeof rate !== "object" || rate.schedule !== "polynomialDecay") return;
    if (rate.endLearningRate! <= rate.initialLearningRate) return;
    report(
      "LC2021",
      "/optimizer/learningRate/initialLearningRate",
      `the learning rate rises, from ${rate.initialLearningRate} to ${rate.endLearningRate} (endLearningRate)`,
      "give an `endLearningRate` below it",
      "warning",
    );
  },
};

/** Where a rate starts to be suspicious, and what people use. */
const RATES: Readonly<Record<Optimizer["type"], { limit: number; usual: string }>> = {
  sgd: { limit: 1, usual: "0.001 to 0.1" },
  adam: { limit: 0.1, usual: "0.0001 to 0.01" },
  adamw: { limit: 0.1, usual: "0.0001 to 0.01" },
  nadam: { limit: 0.1, usual: "0.0001 to 0.01" },
  adamax: { limit: 0.1, usual: "0.0001 to 0.01" },
  rmsprop: { limit: 0.1, usual: "0.0001 to 0.01" },
  adagrad: { limit: 1, usual: "0.001 to 0.1" },
  adadelta: { limit: 10, usual: "0.1 to 1" },
};

/** The rate that training starts with or warms up to, and where it stands. */
function highestRate({ optimizer }: ModelSpec): { pointer: string; rate: number } {
  const pointer = "/optimizer/learningRate";
  const rate = optimizer.learningRate!;
  if (typeof rate === "number") return { pointer, rate };
  if (rate.schedule === "piecewiseConstant") return { pointer: `${pointer}/values/0`, rate: rate.values[0]! };
  if (rate.schedule === "cosineDecay" && rate.warmupTarget !== undefined)
    return { pointer: `${pointer}/warmupTarget`, rate: rate.warmupTarget };
  return { pointer: `${pointer}/initialLearningRate`, rate: rate.initialLearningRate };
}
