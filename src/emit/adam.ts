import { type FunctionDeclarationStructure, StructureKind } from "ts-morph";
import { type EmitContext, specLine } from "./context.ts";
import { literal } from "./text.ts";

export function optimizerSettings(context: EmitContext): string[] {
  const { optimizer } = context.plan;
  return [
    `// Adam: ${specLine(context, optimizer.specLine)}`,
    `const LEARNING_RATE = ${literal(optimizer.learningRate)};`,
    ...(optimizer.decay === 0 ? [] : [`const DECAY = ${literal(optimizer.decay)}; // per step`]),
    `const BETA_1 = ${literal(optimizer.beta1)};`,
    `const BETA_2 = ${literal(optimizer.beta2)};`,
    `const EPSILON = ${literal(optimizer.epsilon)};`,
  ];
}

export function moments(): string {
  return [
    "/** Adam's running means of the gradients (m) and of their squares (v), by weight. */",
    "export interface OptimizerState {",
    "  readonly m: NamedWeights;",
    "  readonly v: NamedWeights;",
    "}",
    "",
    "export function initializeOptimizer(w: Weights): OptimizerState {",
    "  const zeros = (): NamedWeights =>",
    "    Object.fromEntries(Object.entries(namedWeights(w)).map(([name, weight]) => [name, tf.tidy(() => tf.variable(tf.zerosLike(weight), false))]));",
    "  return { m: zeros(), v: zeros() };",
    "}",
    "",
  ].join("\n");
}

export function stepInputs(): string {
  return [
    "/** What differs from step to step. */",
    "export interface StepInputs {",
    "  readonly random: StepRandom;",
    "  /** Adam's rate with its bias correction: see `correctedRate`. */",
    "  readonly rate: tf.Scalar;",
    "}",
    "",
  ].join("\n");
}

export function learningRate({ plan }: EmitContext): string {
  const rate =
    plan.optimizer.decay === 0
      ? ["export function learningRate(_iteration: number): number {", "  return LEARNING_RATE;", "}"]
      : [
          "export function learningRate(iteration: number): number {",
          "  return LEARNING_RATE / (1 + DECAY * iteration);",
          "}",
        ];
  return [
    "/** The learning rate of a step; `iteration` counts the steps taken before it. */",
    ...rate,
    "",
    "/** The learning rate with Adam's bias correction, sqrt(1 - beta2^t) / (1 - beta1^t) for step t = iteration + 1. */",
    "export function correctedRate(iteration: number): number {",
    "  const t = iteration + 1;",
    "  return (learningRate(iteration) * Math.sqrt(1 - BETA_2 ** t)) / (1 - BETA_1 ** t);",
    "}",
    "",
  ].join("\n");
}

export function adamUpdate(): FunctionDeclarationStructure {
  return {
    kind: StructureKind.Function,
    name: "applyGradients",
    docs: [
      "Adam (Kingma & Ba 2015, section 2, last paragraph), epsilon outside the bias correction as in Keras:\nm += (g - m)(1 - beta1);  v += (g² - v)(1 - beta2);  w -= rate · m / (sqrt(v) + epsilon).",
    ],
    parameters: [
      { name: "w", type: "Weights" },
      { name: "gradients", type: "NamedGradients" },
      { name: "moments", type: "OptimizerState" },
      { name: "{ rate }", type: "StepInputs" },
    ],
    returnType: "void",
    statements: (writer) => {
      writer.writeLine("const weights = namedWeights(w);");
      writer.writeLine("for (const [name, g] of Object.entries(gradients)) {");
      writer.indent(() => {
        writer.writeLine("const weight = weights[name]!;");
        writer.writeLine("const m = moments.m[name]!;");
        writer.writeLine("const v = moments.v[name]!;");
        writer.writeLine("m.assign(tf.add(m, tf.mul(tf.sub(g, m), 1 - BETA_1)));");
        writer.writeLine("v.assign(tf.add(v, tf.mul(tf.sub(tf.square(g), v), 1 - BETA_2)));");
        writer.writeLine("weight.assign(tf.sub(weight, tf.div(tf.mul(m, rate), tf.add(tf.sqrt(v), EPSILON))));");
      });
      writer.writeLine("}");
    },
  };
}
