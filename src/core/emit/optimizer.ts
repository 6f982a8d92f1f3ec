import type { OptimizerPlan } from "../plan/types.ts";
import { type EmitContext, specLine } from "./context.ts";
import { kernels } from "./imports.ts";
import type { ModelContext } from "./model-context.ts";
import { constantLine, emitLearningRate, learningRateConstants, type NamedConstant } from "./schedule.ts";
import { constantName, literal } from "./text.ts";
import { scalarHelpers, updateRule } from "./update-rules.ts";

/** The lines of the optimizer's constants. */
export function optimizerSettings(context: EmitContext): string {
  const { optimizer } = context.plan;
  const lines = optimizerConstants(optimizer).map(constantLine);
  return [`// Optimizer: ${specLine(context, optimizer.specLine)}`, ...lines, "", ""].join("\n");
}

export function optimizerConstants(optimizer: OptimizerPlan): NamedConstant[] {
  const { clipping, ema, weightDecay } = optimizer;
  return [
    ...learningRateConstants(optimizer),
    ...updateRule(optimizer).constants,
    ...(weightDecay === 0 ? [] : [["WEIGHT_DECAY", weightDecay] satisfies NamedConstant]),
    ...(clipping === undefined ? [] : [[constantName(clipping.type), clipping.limit] satisfies NamedConstant]),
    ...(ema === undefined ? [] : [["EMA_MOMENTUM", ema.momentum] satisfies NamedConstant]),
    ...(ema?.overwriteFrequency === undefined
      ? []
      : [["EMA_OVERWRITE_FREQUENCY", ema.overwriteFrequency, "steps"] satisfies NamedConstant]),
  ];
}

/** OptimizerState and initializeOptimizer. */
export function optimizerState({ plan: { optimizer }, imports }: ModelContext): string {
  const { slots } = optimizer;
  const namedWeights = imports.type(kernels("weights"), "NamedWeights");
  if (slots.length === 0) {
    return `/** What the optimizer keeps between steps: nothing. */
export type OptimizerState = Readonly<Record<never, ${namedWeights}>>;

export function initializeOptimizer(_w: Weights): OptimizerState {
  return {};
}
`;
  }
  const filled = optimizer.type === "adagrad" && optimizer.initialAccumulatorValue !== 0;
  const slotLine = (slot: string): string =>
    filled && slot === "accumulator"
      ? "accumulator: create((weight) => tf.fill(weight.shape, INITIAL_ACCUMULATOR_VALUE)),"
      : `${slot}: create(tf.zerosLike),`;
  return `/**
 * What the optimizer keeps between steps, by weight: ${slots.map((slot) => `${slot}, ${SLOTS[slot]}`).join("; ")}.
 */
export type OptimizerState = Readonly<Record<${slots.map((slot) => literal(slot)).join(" | ")}, ${namedWeights}>>;

export function initializeOptimizer(w: Weights): OptimizerState {
  const trainable = Object.entries(namedWeights(w)).filter(([, weight]) => weight.trainable);
  const create = (initial: (weight: tf.Tensor) => tf.Tensor): ${namedWeights} =>
    Object.fromEntries(trainable.map(([name, weight]) => [name, tf.tidy(() => tf.variable(initial(weight), false))]));
  return {
${slots.map((slot) => `    ${slotLine(slot)}`).join("\n")}
  };
}
`;
}

const SLOTS: Readonly<Record<string, string>> = {
  m: "the running mean of the gradients",
  v: "the running mean of their squares",
  vMax: "the largest v so far",
  u: "the running maximum of their sizes",
  velocity: "the last update",
  accumulator: "the sum of the squared gradients",
  squaredGradient: "the running mean of the squared gradients",
  squaredUpdate: "the running mean of the squared updates",
  ema: "the running mean of the weight itself",
};

/** StepScalars, learningRate and stepScalars: what changes from step to step. */
export function stepScalars({ plan: { optimizer } }: EmitContext): string {
  const { prelude } = updateRule(optimizer);
  const scalars = allScalars(optimizer);
  return `/**
 * What differs from step to step in the update, as numbers or as the scalars that a step takes:
${scalars.map(([name, , meaning]) => ` * ${name}, ${meaning}`).join(";\n")}.
 */
export type StepScalars<T> = Readonly<Record<${scalars.map(([name]) => literal(name)).join(" | ")}, T>>;

${emitLearningRate(optimizer)}${scalarHelpers(optimizer)}
/** The scalars of a step, in double precision; \`scale\` is a factor of the learning rate${prelude.some((line) => line.includes(" t ")) ? "; t = 1, 2, … counts the step itself" : ""}. */
export function stepScalars(iteration: number, scale = 1): StepScalars<number> {
${prelude.map((line) => `  ${line}\n`).join("")}  const rate = scale * learningRate(iteration);
  return {
${scalars.map(([name, expression]) => `    ${name === expression ? name : `${name}: ${expression}`},`).join("\n")}
  };
}
`;
}

function allScalars(optimizer: OptimizerPlan): (readonly [name: string, expression: string, meaning: string])[] {
  const { ema, weightDecay } = optimizer;
  return [
    ...updateRule(optimizer).scalars,
    ...(weightDecay === 0
      ? []
      : [["shrinkage", "rate * WEIGHT_DECAY", "the share of each weight that decays"] as const]),
    ...(ema === undefined
      ? []
      : [
          [
            "averaging",
            "iteration === 0 ? 1 : 1 - EMA_MOMENTUM",
            "the share of the weights in their averages, which begin with the first step",
          ] as const,
        ]),
    ...(ema?.overwriteFrequency === undefined
      ? []
      : [
          [
            "overwriting",
            "(iteration + 1) % EMA_OVERWRITE_FREQUENCY === 0 ? 1 : 0",
            "1 where the averages replace the weights after the step, else 0",
          ] as const,
        ]),
  ];
}

/** applyGradients, and useAveragedWeights where averages are kept. */
export function applyGradients({ plan: { optimizer } }: EmitContext): string {
  const { ema, weightDecay, clipping, slots } = optimizer;
  const { title, formulas, lines, step } = updateRule(optimizer);
  const docs = [
    `${title}:`,
    ...formulas.map((formula, index) => `  ${formula}${index === formulas.length - 1 ? "." : ""}`),
    ...(clipping === undefined ? [] : [CLIPPING[clipping.type].doc]),
    ...(weightDecay === 0
      ? []
      : ["Beside it each weight loses learningRate · weightDecay of itself, biases included as in Keras."]),
    "gradients: every trainable weight's, by name; step: see stepScalars.",
  ];
  const gradient = clipping === undefined ? "g" : "gradient";
  const taken = weightDecay === 0 ? step : `tf.add(tf.mul(weight, step.shrinkage), ${step})`;
  const loop = [
    "const weight = weights[name]!;",
    ...slots.map((slot) => `const ${slot} = state.${slot}[name]!;`),
    ...(clipping === undefined ? [] : [`const g = ${CLIPPING[clipping.type].gradient};`]),
    ...lines,
    ...(ema === undefined ? [`weight.assign(tf.sub(weight, ${taken}));`] : averagedUpdate(taken, ema)),
  ];
  return `/**
${docs.map((line) => ` * ${line}`).join("\n")}
 */
export function applyGradients(
  w: Weights,
  gradients: Readonly<Record<string, tf.Tensor>>,
  ${slots.length === 0 ? "_state" : "state"}: OptimizerState,
  step: StepScalars<tf.Scalar>,
): void {
  const weights = namedWeights(w);
${clipping === undefined ? "" : CLIPPING[clipping.type].before.map((line) => `  ${line}\n`).join("")}  for (const [name, ${gradient}] of Object.entries(gradients)) {
${loop.map((line) => `    ${line}`).join("\n")}
  }
}
${ema === undefined ? "" : AVERAGED_WEIGHTS}`;
}

function averagedUpdate(taken: string, { overwriteFrequency }: NonNullable<OptimizerPlan["ema"]>): string[] {
  return [
    `const updated = tf.sub(weight, ${taken});`,
    "ema.assign(tf.add(ema, tf.mul(tf.sub(updated, ema), step.averaging)));",
    overwriteFrequency === undefined
      ? "weight.assign(updated);"
      : "weight.assign(tf.add(tf.mul(ema, step.overwriting), tf.mul(updated, tf.sub(1, step.overwriting))));",
  ];
}

const AVERAGED_WEIGHTS = `
/** Sets every trainable weight to its running average: at the end of training, before the evaluation and the export. */
export function useAveragedWeights(w: Weights, state: OptimizerState): void {
  const weights = namedWeights(w);
  for (const [name, average] of Object.entries(state.ema)) weights[name]!.assign(average);
}
`;

/** Each kind of clipping: the sentence of the docstring, lines before the loop, and the clipped gradient. */
const CLIPPING = {
  clipNorm: {
    doc: "First each gradient is scaled down to an L2 norm of at most clipNorm.",
    before: [],
    gradient: "tf.mul(gradient, tf.div(CLIP_NORM, tf.maximum(tf.sqrt(tf.sum(tf.square(gradient))), CLIP_NORM)))",
  },
  clipValue: {
    doc: "First each element of the gradients is limited to ± clipValue.",
    before: [],
    gradient: "tf.clipByValue(gradient, -CLIP_VALUE, CLIP_VALUE)",
  },
  globalClipNorm: {
    doc: "First all gradients together are scaled down to an L2 norm of at most globalClipNorm.",
    before: [
      "const squares = Object.values(gradients).map((gradient) => tf.sum(tf.square(gradient)));",
      "const scale = tf.div(GLOBAL_CLIP_NORM, tf.maximum(tf.sqrt(tf.addN(squares)), GLOBAL_CLIP_NORM));",
    ],
    gradient: "tf.mul(gradient, scale)",
  },
} as const;
