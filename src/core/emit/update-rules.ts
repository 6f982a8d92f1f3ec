import type { OptimizerPlan } from "../plan/types.ts";
import type { NamedConstant } from "./schedule.ts";

/** How one optimizer is written out. In the loop `g` is the clipped gradient and `weight` the variable. */
export interface UpdateRule {
  /** Name and source. */
  readonly title: string;
  /** The rule as the docstring says it; a line each. */
  readonly formulas: readonly string[];
  readonly constants: readonly NamedConstant[];
  /** Lines of `stepScalars` before its return. */
  readonly prelude: readonly string[];
  /** What stepScalars returns, by name: an expression of `iteration` and `rate`, the learning rate, and what it means. */
  readonly scalars: readonly (readonly [name: string, expression: string, meaning: string])[];
  /** Lines in the loop over the weights; slots are variables of their names. */
  readonly lines: readonly string[];
  /** What is taken from the weight, an expression. */
  readonly step: string;
}

const T = "const t = iteration + 1;";
const PLAIN_RATE = ["rate", "rate", "the learning rate"] as const;
/** Keras forms 1 - beta^t from the float32 of beta. */
const MEAN_CORRECTION = "(1 - Math.fround(BETA_1) ** t)";
const SQUARE_CORRECTION = "(1 - Math.fround(BETA_2) ** t)";
const UPDATE_MEAN = "m.assign(tf.add(m, tf.mul(tf.sub(g, m), 1 - BETA_1)));";
const UPDATE_SQUARES = "v.assign(tf.add(v, tf.mul(tf.sub(tf.square(g), v), 1 - BETA_2)));";

export function updateRule(plan: OptimizerPlan): UpdateRule {
  switch (plan.type) {
    case "sgd":
      return sgd(plan);
    case "adam":
    case "adamw":
      return adam(plan);
    case "nadam":
      return nadam(plan);
    case "adamax":
      return {
        title: "Adamax (Kingma & Ba 2015, section 7)",
        formulas: ["m += (g - m)(1 - beta1);  u = max(beta2 · u, |g|);  w -= rate · m / (u + epsilon)"],
        constants: betas(plan),
        prelude: [T],
        scalars: [["rate", `rate / ${MEAN_CORRECTION}`, "learningRate / (1 - beta1^t)"]],
        lines: [UPDATE_MEAN, "u.assign(tf.maximum(tf.mul(u, BETA_2), tf.abs(g)));"],
        step: "tf.div(tf.mul(m, step.rate), tf.add(u, EPSILON))",
      };
    case "rmsprop":
      return rmsprop(plan);
    case "adagrad":
      return {
        title: "Adagrad (Duchi et al. 2011)",
        formulas: ["accumulator += g²;  w -= rate · g / sqrt(accumulator + epsilon)"],
        constants: [
          ...(plan.initialAccumulatorValue === 0
            ? []
            : [["INITIAL_ACCUMULATOR_VALUE", plan.initialAccumulatorValue] satisfies NamedConstant]),
          ["EPSILON", plan.epsilon],
        ],
        prelude: [],
        scalars: [PLAIN_RATE],
        lines: ["accumulator.assign(tf.add(accumulator, tf.square(g)));"],
        step: "tf.div(tf.mul(g, step.rate), tf.sqrt(tf.add(accumulator, EPSILON)))",
      };
    case "adadelta":
      return {
        title: "Adadelta (Zeiler 2012, algorithm 1, with a learning rate)",
        formulas: [
          "squaredGradient += (g² - squaredGradient)(1 - rho);",
          "update = g · sqrt(squaredUpdate + epsilon) / sqrt(squaredGradient + epsilon);",
          "squaredUpdate += (update² - squaredUpdate)(1 - rho);  w -= rate · update",
        ],
        constants: [
          ["RHO", plan.rho],
          ["EPSILON", plan.epsilon],
        ],
        prelude: [],
        scalars: [PLAIN_RATE],
        lines: [
          "squaredGradient.assign(tf.add(squaredGradient, tf.mul(tf.sub(tf.square(g), squaredGradient), 1 - RHO)));",
          "const ratio = tf.div(tf.add(squaredUpdate, EPSILON), tf.add(squaredGradient, EPSILON));",
          "const update = tf.mul(g, tf.sqrt(ratio));",
          "squaredUpdate.assign(tf.add(squaredUpdate, tf.mul(tf.sub(tf.square(update), squaredUpdate), 1 - RHO)));",
        ],
        step: "tf.mul(update, step.rate)",
      };
  }
}

function betas({ beta1, beta2, epsilon }: { beta1: number; beta2: number; epsilon: number }): NamedConstant[] {
  return [
    ["BETA_1", beta1],
    ["BETA_2", beta2],
    ["EPSILON", epsilon],
  ];
}

function sgd({ momentum, nesterov }: Extract<OptimizerPlan, { type: "sgd" }>): UpdateRule {
  const common = { prelude: [], scalars: [PLAIN_RATE] };
  if (momentum === 0) {
    return {
      ...common,
      title: "Stochastic gradient descent",
      formulas: ["w -= rate · g"],
      constants: [],
      lines: [],
      step: "tf.mul(g, step.rate)",
    };
  }
  const velocity = (gradient: string): string =>
    `velocity.assign(tf.add(tf.mul(velocity, MOMENTUM), ${gradient})); // Keras keeps minus this`;
  return {
    ...common,
    title: nesterov
      ? "Stochastic gradient descent with Nesterov momentum (Sutskever et al. 2013)"
      : "Stochastic gradient descent with momentum",
    formulas: nesterov
      ? ["velocity = momentum · velocity + rate · g;  w -= momentum · velocity + rate · g"]
      : ["velocity = momentum · velocity + rate · g;  w -= velocity"],
    constants: [["MOMENTUM", momentum]],
    lines: nesterov
      ? ["const descent = tf.mul(g, step.rate);", velocity("descent")]
      : [velocity("tf.mul(g, step.rate)")],
    step: nesterov ? "tf.add(tf.mul(velocity, MOMENTUM), descent)" : "velocity",
  };
}

function adam(plan: Extract<OptimizerPlan, { type: "adam" | "adamw" }>): UpdateRule {
  const { type, amsgrad } = plan;
  const source =
    type === "adam" ? "Adam (Kingma & Ba 2015, section 2, last paragraph)" : "AdamW (Loshchilov & Hutter 2019)";
  return {
    title: `${source}${amsgrad ? " with AMSGrad (Reddi et al. 2018)" : ""}, epsilon outside the bias correction as in Keras`,
    formulas: [
      `m += (g - m)(1 - beta1);  v += (g² - v)(1 - beta2);${amsgrad ? "  vMax = max(vMax, v);" : ""}`,
      `w -= rate · m / (sqrt(${amsgrad ? "vMax" : "v"}) + epsilon)`,
    ],
    constants: betas(plan),
    prelude: [T],
    scalars: [
      [
        "rate",
        `(rate * Math.sqrt${SQUARE_CORRECTION}) / ${MEAN_CORRECTION}`,
        "the learning rate with its bias correction, learningRate · sqrt(1 - beta2^t) / (1 - beta1^t)",
      ],
    ],
    lines: [UPDATE_MEAN, UPDATE_SQUARES, ...(amsgrad ? ["vMax.assign(tf.maximum(vMax, v));"] : [])],
    step: `tf.div(tf.mul(m, step.rate), tf.add(tf.sqrt(${amsgrad ? "vMax" : "v"}), EPSILON))`,
  };
}

function nadam(plan: Extract<OptimizerPlan, { type: "nadam" | "adamax" }>): UpdateRule {
  return {
    title: "Nadam (Dozat 2016), with the momentum schedule of Keras, mu(t) = beta1 (1 - 0.96^t / 2)",
    formulas: [
      "m += (g - m)(1 - beta1);  v += (g² - v)(1 - beta2);",
      "w -= (meanRate · m + gradientRate · g) / (correction · sqrt(v) + epsilon)",
    ],
    constants: betas(plan),
    prelude: [T],
    scalars: [
      [
        "meanRate",
        "(rate * momentum(t + 1)) / (1 - momentumProduct(t + 1))",
        "learningRate · mu(t + 1) / (1 - mu(1) … mu(t + 1))",
      ],
      [
        "gradientRate",
        "(rate * (1 - momentum(t))) / (1 - momentumProduct(t))",
        "learningRate · (1 - mu(t)) / (1 - mu(1) … mu(t))",
      ],
      ["correction", `1 / Math.sqrt${SQUARE_CORRECTION}`, "1 / sqrt(1 - beta2^t)"],
    ],
    lines: [
      UPDATE_MEAN,
      UPDATE_SQUARES,
      "const descent = tf.add(tf.mul(m, step.meanRate), tf.mul(g, step.gradientRate));",
    ],
    step: "tf.div(descent, tf.add(tf.mul(tf.sqrt(v), step.correction), EPSILON))",
  };
}

/** Functions that stepScalars calls beside learningRate. */
export function scalarHelpers({ type }: OptimizerPlan): string {
  if (type !== "nadam") return "";
  return `
/** Nadam's momentum of step t = 1, 2, … */
function momentum(t: number): number {
  return BETA_1 * (1 - 0.5 * 0.96 ** t);
}

/** The product of the momentums of the steps 1 to t. */
function momentumProduct(t: number): number {
  let product = BETA_1 ** t;
  for (let k = 1; k <= Math.min(t, 1000); k++) product *= 1 - 0.5 * 0.96 ** k; // 1 to double precision for larger k
  return product;
}
`;
}

function rmsprop(plan: Extract<OptimizerPlan, { type: "rmsprop" }>): UpdateRule {
  const { centered, momentum } = plan;
  const variance = centered ? "v - m²" : "v";
  const denominator = centered ? "tf.add(tf.sub(v, tf.square(m)), EPSILON)" : "tf.add(v, EPSILON)";
  const descent = `tf.div(tf.mul(g, step.rate), tf.sqrt(${denominator}))`;
  return {
    title: `RMSprop (Tieleman & Hinton 2012)${centered ? ", centered (Graves 2013)" : ""}${momentum === 0 ? "" : ", with momentum"}, epsilon inside the root as in Keras`,
    formulas: [
      `v += (g² - v)(1 - rho);${centered ? "  m += (g - m)(1 - rho);" : ""}`,
      momentum === 0
        ? `w -= rate · g / sqrt(${variance} + epsilon)`
        : `velocity = momentum · velocity + rate · g / sqrt(${variance} + epsilon);  w -= velocity`,
    ],
    constants: [
      ["RHO", plan.rho],
      ...(momentum === 0 ? [] : [["MOMENTUM", momentum] satisfies NamedConstant]),
      ["EPSILON", plan.epsilon],
    ],
    prelude: [],
    scalars: [PLAIN_RATE],
    lines: [
      "v.assign(tf.add(v, tf.mul(tf.sub(tf.square(g), v), 1 - RHO)));",
      ...(centered ? ["m.assign(tf.add(m, tf.mul(tf.sub(g, m), 1 - RHO)));"] : []),
      ...(momentum === 0 ? [] : [`velocity.assign(tf.add(tf.mul(velocity, MOMENTUM), ${descent}));`]),
    ],
    step: momentum === 0 ? descent : "velocity",
  };
}
