import type { WriterFunction } from "ts-morph";
import type { Plan } from "../plan/types.ts";
import { type EmitContext, specLine } from "./context.ts";
import { callOf, hasCellDropout, hasOptions, layerLines } from "./layers/lines.ts";
import {
  classWeightConstant,
  lossDeclaration,
  lossImports,
  metricStateImports,
  metricsConstant,
  metricValueImports,
  outputMask,
  outputType,
  targetsType,
} from "./loss.ts";
import { applyGradients, optimizerSettings, optimizerState, stepScalars } from "./optimizer.ts";
import { states } from "./states.ts";
import { addsGradients, computeGradients, evaluateStep, forward, inputLayout, inputType, trainStep } from "./step.ts";
import { batchShape, constantName, header, importLine, literal } from "./text.ts";
import { constraintNames, penaltyFunction, regularizerNames } from "./weight-rules.ts";
import { initializerNames, initializeWeights, namedWeights, weightsInterface, weightTypes } from "./weights.ts";
import { printFile } from "./write.ts";

/** model.ts: weights, the forward pass, the derived training step and the update. */
export function emitModel(context: EmitContext): string {
  const body = printFile([
    settings(context),
    metricsConstant(context),
    layerTable(context),
    inputsInterface(context),
    weightsInterface(context),
    initializeWeights(context),
    namedWeights(context),
    ...states(context),
    optimizerState(context),
    stepScalars(context),
    stepInputs(),
    forward(context),
    lossDeclaration(context),
    computeGradients(context),
    ...penaltyFunction(context),
    trainStep(context),
    evaluateStep(context),
    applyGradients(context),
  ]);
  return printFile([header(context), introduction(context), imports(context, body), body]);
}

function introduction({ plan }: EmitContext): string {
  const inputs = plan.dataset.inputs.map((input) => `${input.name} ${inputLayout(input)}`);
  return [
    "//",
    `// The model: ${plan.cost.parameterCount.toLocaleString("en-US")} parameters; input ${inputs.join(", ").replace(/^input /, "")}, B the batch size. Sequences are time-major: [timesteps, B, features].`,
    "// The derivative of the training step is written out, one line per layer back; its kernels are in support/nn.",
  ].join("\n");
}

/** Imports of what `body` uses: a layer's backward function, say, may not be needed. */
function imports(context: EmitContext, body: string): string {
  const { plan, derivative } = context;
  const byModule = new Map<string, Set<string>>();
  const code = body.replace(/\/\/.*|\/\*[\s\S]*?\*\//g, "");
  const used = new Set(code.match(/\w+/g));
  const add = (module: string, all: readonly string[]): void => {
    const names = all.filter((name) => used.has(name.replace("type ", "")));
    if (names.length === 0) return;
    const known = byModule.get(module) ?? new Set();
    for (const name of names) known.add(name);
    byModule.set(module, known);
  };
  const nn = (file: string): string => `./support/nn/${file}.ts`;
  for (const mode of ["inference", derivative.of] as const) {
    for (const { call, forward, backward } of layerLines(plan, mode)) {
      if (forward === undefined) continue;
      add(nn(call.module), [functionName(forward), functionName(backward("dy", true))]);
      for (const { module, constant } of call.constants) add(nn(module), [constant]);
      if (call.update !== undefined && derivative.of === "training") add(nn(call.module), [call.update]);
      if (mode === "training" && hasCellDropout(call)) {
        add(nn("dropout"), [call.cellDropout?.masks === 1 ? "dropoutMask" : "dropoutMasks"]);
      }
    }
  }
  add(nn("masking"), ["unionOfMasks", "joinMasks"]);
  add(nn("initializers"), initializerNames(plan));
  for (const needed of [lossImports(plan), metricStateImports(plan), metricValueImports(plan)]) {
    for (const [module, names] of Object.entries(needed)) add(module, names);
  }
  add("./support/run/training.ts", ["type MetricSums"]);
  add(
    nn("weights"),
    [
      plan.cost.parameterCount > 0 ? "createWeight" : "",
      "type NamedWeights",
      "type NamedGradients",
      ...weightTypes(plan).map((name) => `type ${name}`),
    ].filter((name) => name !== ""),
  );
  const sequence = outputType(plan) === "Sequence";
  const asValue =
    plan.dataset.inputs.some((input) => inputType(input) === "tf.Tensor3D") || targetsType(plan) === "tf.Tensor3D";
  add(nn("sequence"), [
    ...(asValue ? ["Sequence"] : sequence || derivative.inputGradient ? ["type Sequence"] : []),
    ...(outputMask(plan) === undefined ? [] : ["type Mask"]),
    ...(addsGradients(plan) ? ["addFeatures"] : []),
    "rowsOf",
    "withRows",
  ]);
  add(nn("regularizers"), regularizerNames(plan));
  add(nn("constraints"), constraintNames(plan));
  add(nn("step-random"), ["type StepRandom"]);
  const lines = [...byModule]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([module, names]) => {
      const all = [...names];
      const types = all.filter((name) => name.startsWith("type ")).map((name) => name.slice("type ".length));
      const values = all.filter((name) => !name.startsWith("type "));
      return importLine(
        module,
        values,
        types.filter((type) => !values.includes(type)),
      );
    });
  return ['import * as tf from "@tensorflow/tfjs-core";', ...lines].join("\n");
}

/** "lstmForward(x, …)" → "lstmForward", "{ ...addForward(x), mask: … }" → "addForward". */
function functionName(call: string): string {
  return call.slice(0, call.indexOf("(")).replace("{ ...", "");
}

function settings(context: EmitContext): string {
  const { plan } = context;
  const constants = plan.layers.flatMap((layer, index) => {
    if (!hasOptions(callOf(plan, layer))) return [];
    const fused = plan.training.loss.fusion !== "none" && index === plan.layers.length - 1;
    const remark = fused ? "; its activation is part of the loss" : "";
    return `const ${constantName(layer.name)} = ${callOf(plan, layer).options} as const; // ${specLine(context, layer.specLine)}${remark}`;
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

function layerTable(context: EmitContext): WriterFunction {
  return (writer) => {
    writer.writeLine("/** The layers, for reports and messages. */");
    writer.writeLine("export const LAYERS = [");
    writer.indent(() => {
      for (const layer of context.plan.layers) {
        writer.writeLine(
          `{ name: ${literal(layer.name)}, type: ${literal(layer.type)}, outputShape: ${literal(batchShape(layer.outputShape))}, parameters: ${literal(layer.parameterCount)}, specLine: ${layer.specLine} },`,
        );
      }
    });
    writer.writeLine("] as const;").newLine();
  };
}

function inputsInterface({ plan }: { plan: Plan }): WriterFunction {
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

function stepInputs(): string {
  return [
    "/** What differs from step to step. */",
    "export interface StepInputs extends StepScalars<tf.Scalar> {",
    "  readonly random: StepRandom;",
    "}",
    "",
  ].join("\n");
}
