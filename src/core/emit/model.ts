import type { WriterFunction } from "ts-morph";
import { inputLayout, inputType } from "./batch.ts";
import { type EmitContext, specLine } from "./context.ts";
import { forward } from "./forward.ts";
import { computeGradients } from "./gradients.ts";
import { kernels } from "./imports.ts";
import { callOf, hasOptions } from "./layers/lines.ts";
import { classWeightConstant, lossDeclaration } from "./loss.ts";
import { metricsConstant } from "./metrics.ts";
import { type ModelContext, modelContext } from "./model-context.ts";
import { applyGradients, optimizerSettings, optimizerState, stepScalars } from "./optimizer.ts";
import { states } from "./states.ts";
import { evaluateStep, trainStep } from "./step.ts";
import { header } from "./text.ts";
import { penaltyFunction } from "./weight-rules.ts";
import { initializeWeights, namedWeights, weightsInterface } from "./weights.ts";
import { printFile } from "./write.ts";

/** model.ts: weights, the forward pass, the derived training step and the update. */
export function emitModel(given: EmitContext): string {
  const context = modelContext(given);
  const body = printFile([
    settings(context),
    metricsConstant(context),
    inputsInterface(context),
    weightsInterface(context),
    initializeWeights(context),
    namedWeights(context),
    ...states(context),
    optimizerState(context),
    stepScalars(context),
    stepInputs(context),
    forward(context),
    lossDeclaration(context),
    computeGradients(context),
    ...penaltyFunction(context),
    trainStep(context),
    evaluateStep(context),
    applyGradients(context),
  ]);
  return [header(context), introduction(context), context.imports.declarations(), body].join("\n");
}

function introduction({ plan }: EmitContext): string {
  const inputs = plan.dataset.inputs.map((input) => `${input.name} ${inputLayout(input)}`);
  return [
    "//",
    `// The model: ${plan.cost.parameterCount.toLocaleString("en-US")} parameters; input ${inputs.join(", ").replace(/^input /, "")}, B the batch size. Sequences are time-major: [timesteps, B, features].`,
    "// The derivative of the training step is written out, one line per layer back; its kernels are in support/nn.",
  ].join("\n");
}

function settings(context: ModelContext): string {
  const { plan, variables } = context;
  const constants = plan.layers.flatMap((layer, index) => {
    if (!hasOptions(callOf(plan, layer))) return [];
    const fused = plan.training.loss.fusion !== "none" && index === plan.layers.length - 1;
    const remark = fused ? "; its activation is part of the loss" : "";
    return `const ${variables.constant(layer.name)} = ${callOf(plan, layer).options} as const; // ${specLine(context, layer.specLine)}${remark}`;
  });
  return [
    "",
    "// What the layers' functions read of their options",
    ...constants,
    ...classWeightConstant(plan),
    "",
    optimizerSettings(context),
  ].join("\n");
}

function inputsInterface({ plan }: EmitContext): WriterFunction {
  return (writer) => {
    writer.writeLine("/** What the model reads of a batch. */");
    writer.writeLine("export interface Inputs {");
    writer.indent(() => {
      for (const input of plan.dataset.inputs) {
        writer.writeLine(`readonly ${input.name}: ${inputType(input)}; // ${inputLayout(input)}`);
      }
    });
    writer.writeLine("}").newLine();
  };
}

function stepInputs({ imports }: ModelContext): string {
  return [
    "/** What differs from step to step. */",
    "export interface StepInputs extends StepScalars<tf.Scalar> {",
    `  readonly random: ${imports.type(kernels("step-random"), "StepRandom")};`,
    "}",
    "",
  ].join("\n");
}
