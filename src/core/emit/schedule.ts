import type { LearningRatePlan, OptimizerPlan } from "../plan/types.ts";
import { literal } from "./text.ts";

/** Constants of a learning rate, as [name, value, comment]. */
export type NamedConstant = readonly [name: string, value: number | readonly number[], comment?: string];

/** How a learning rate is written out: its constants, its formula in words, and the body of `learningRate`. */
interface RateCode {
  readonly constants: readonly NamedConstant[];
  readonly formula: string;
  readonly body: readonly string[];
}

export function learningRateConstants({ learningRate, decay }: OptimizerPlan): NamedConstant[] {
  return [
    ...rateCode(learningRate).constants,
    ...(decay === 0 ? [] : [["DECAY", decay, "per step"] satisfies NamedConstant]),
  ];
}

/** The function `learningRate` of model.ts. */
export function emitLearningRate({ learningRate, decay }: OptimizerPlan): string {
  const { formula, body } = rateCode(learningRate);
  const used = decay !== 0 || learningRate.schedule !== "constant";
  const lines = decay === 0 ? body : ["return LEARNING_RATE / (1 + DECAY * iteration);"];
  return [
    `/** The learning rate of a step; \`iteration\` counts the steps taken before it.${formula === "" ? "" : ` ${formula}`} */`,
    `export function learningRate(${used ? "iteration" : "_iteration"}: number): number {`,
    ...lines.map((line) => (line === "" ? "" : `  ${line}`)),
    "}",
    "",
  ].join("\n");
}

function rateCode(plan: LearningRatePlan): RateCode {
  switch (plan.schedule) {
    case "constant":
      return { constants: [["LEARNING_RATE", plan.learningRate]], formula: "", body: ["return LEARNING_RATE;"] };
    case "exponentialDecay":
    case "inverseTimeDecay": {
      const periods = plan.staircase ? "Math.floor(iteration / DECAY_STEPS)" : "iteration / DECAY_STEPS";
      const exponential = plan.schedule === "exponentialDecay";
      return {
        constants: [
          ["INITIAL_LEARNING_RATE", plan.initialLearningRate],
          ["DECAY_STEPS", plan.decaySteps],
          ["DECAY_RATE", plan.decayRate, "per DECAY_STEPS steps"],
        ],
        formula: `${exponential ? "Exponential" : "Inverse time"} decay${plan.staircase ? ", in stairs" : ""}.`,
        body: [
          `const periods = ${periods};`,
          exponential
            ? "return INITIAL_LEARNING_RATE * DECAY_RATE ** periods;"
            : "return INITIAL_LEARNING_RATE / (1 + DECAY_RATE * periods);",
        ],
      };
    }
    case "cosineDecay":
      return cosineDecay(plan);
    case "cosineDecayRestarts":
      return cosineDecayRestarts(plan);
    case "polynomialDecay":
      return polynomialDecay(plan);
    case "piecewiseConstant":
      return {
        constants: [
          ["BOUNDARIES", plan.boundaries, "steps: the last ones of each value"],
          ["VALUES", plan.values],
        ],
        formula: "Piecewise constant.",
        body: [
          "const index = BOUNDARIES.findIndex((boundary) => iteration <= boundary);",
          "return VALUES.at(index)!; // -1, the last value, after all boundaries",
        ],
      };
  }
}

function cosineDecay(plan: Extract<LearningRatePlan, { schedule: "cosineDecay" }>): RateCode {
  const { warmup } = plan;
  const top = warmup === undefined ? "INITIAL_LEARNING_RATE" : "WARMUP_TARGET";
  return {
    constants: [
      ["INITIAL_LEARNING_RATE", plan.initialLearningRate],
      ...(warmup === undefined
        ? []
        : ([
            ["WARMUP_TARGET", warmup.target],
            ["WARMUP_STEPS", warmup.steps],
          ] satisfies NamedConstant[])),
      ["DECAY_STEPS", plan.decaySteps],
      ["ALPHA", plan.alpha, `lowest rate / ${top}`],
    ],
    formula: `${warmup === undefined ? "Cosine decay" : "Linear warm-up, then cosine decay"} (Loshchilov & Hutter 2017).`,
    body: [
      ...(warmup === undefined
        ? []
        : [
            "if (iteration < WARMUP_STEPS) {",
            "  return INITIAL_LEARNING_RATE + ((WARMUP_TARGET - INITIAL_LEARNING_RATE) * iteration) / WARMUP_STEPS;",
            "}",
          ]),
      `const completed = Math.min(${warmup === undefined ? "iteration" : "(iteration - WARMUP_STEPS)"} / DECAY_STEPS, 1);`,
      "const cosine = 0.5 * (1 + Math.cos(Math.PI * completed));",
      `return ${top} * ((1 - ALPHA) * cosine + ALPHA);`,
    ],
  };
}

function cosineDecayRestarts(plan: Extract<LearningRatePlan, { schedule: "cosineDecayRestarts" }>): RateCode {
  const equal = plan.tMul === 1;
  return {
    constants: [
      ["INITIAL_LEARNING_RATE", plan.initialLearningRate],
      ["FIRST_DECAY_STEPS", plan.firstDecaySteps],
      ...(equal ? [] : [["T_MUL", plan.tMul, "length of a period / the one before"] satisfies NamedConstant]),
      ["M_MUL", plan.mMul, "height of a restart / the one before"],
      ["ALPHA", plan.alpha, "lowest rate / INITIAL_LEARNING_RATE"],
    ],
    formula: "Cosine decay with restarts (Loshchilov & Hutter 2017).",
    body: [
      ...(equal
        ? [
            "const restarts = Math.floor(iteration / FIRST_DECAY_STEPS);",
            "const completed = iteration / FIRST_DECAY_STEPS - restarts;",
          ]
        : [
            "let restarts = 0;",
            "let start = 0; // of the period that the step is in",
            "let period = FIRST_DECAY_STEPS;",
            "while (iteration >= start + period) {",
            "  start += period;",
            "  period *= T_MUL;",
            "  restarts++;",
            "}",
            "const completed = (iteration - start) / period;",
          ]),
      "const cosine = 0.5 * M_MUL ** restarts * (1 + Math.cos(Math.PI * completed));",
      "return INITIAL_LEARNING_RATE * ((1 - ALPHA) * cosine + ALPHA);",
    ],
  };
}

function polynomialDecay(plan: Extract<LearningRatePlan, { schedule: "polynomialDecay" }>): RateCode {
  return {
    constants: [
      ["INITIAL_LEARNING_RATE", plan.initialLearningRate],
      ["END_LEARNING_RATE", plan.endLearningRate],
      ["DECAY_STEPS", plan.decaySteps],
      ["POWER", plan.power],
    ],
    formula: `Polynomial decay${plan.cycle ? ", in cycles" : ""}.`,
    body: [
      ...(plan.cycle
        ? [
            "const period = DECAY_STEPS * Math.max(1, Math.ceil(iteration / DECAY_STEPS));",
            "const left = 1 - iteration / period;",
          ]
        : ["const left = 1 - Math.min(iteration / DECAY_STEPS, 1);"]),
      "return END_LEARNING_RATE + (INITIAL_LEARNING_RATE - END_LEARNING_RATE) * left ** POWER;",
    ],
  };
}

/** "const DECAY = 0.01; // per step" */
export function constantLine([name, value, comment]: NamedConstant): string {
  return `const ${name} = ${literal(value)};${comment === undefined ? "" : ` // ${comment}`}`;
}
