import { type CodeBlockWriter, type FunctionDeclarationStructure, StructureKind } from "ts-morph";
import type { DatasetInput, Plan } from "../plan/types.ts";
import { hasFrames, kindOfShape } from "../spec/shapes.ts";
import { specLine } from "./context.ts";
import { kernels } from "./imports.ts";
import { hasCellDropout, isTrained, type LayerLines, layerLines, type Mode, weightPaths } from "./layers/lines.ts";
import {
  batchSums,
  endsInSequence,
  hasSampleWeights,
  lossCall,
  lossOutput,
  maskType,
  outputMask,
  outputType,
  predictionExpression,
  probabilityExpression,
  sumNames,
  targetsType,
} from "./loss.ts";
import type { ModelContext } from "./model-context.ts";
import { hasStates, nextStates } from "./states.ts";
import { batchShape, literal, tensorShape } from "./text.ts";
import { constraintLines, hasPenalties, penalised, regularizerCall } from "./weight-rules.ts";

export function inputType({ shape, kind }: DatasetInput): string {
  return kind === "floats" && kindOfShape(shape) !== "vector" ? "tf.Tensor3D" : "tf.Tensor2D";
}

/** How a batch of an input lies in memory: [28, B, 28]; ids: int32 [B, 28]. */
export function inputLayout({ shape, kind }: DatasetInput): string {
  return kind === "ids" ? `int32 [B, ${shape[0]}]` : tensorShape(shape);
}

function inputLines(writer: CodeBlockWriter, { plan, imports, variables }: ModelContext): void {
  for (const input of plan.dataset.inputs) {
    const isTensor = inputType(input) !== "tf.Tensor3D";
    const value = isTensor
      ? `x.${input.name}`
      : `${imports.value(kernels("sequence"), "Sequence")}.fromTensor(x.${input.name}${hasFrames(input.shape) ? `, ${literal(input.shape.slice(-3, -1))}` : ""})`;
    writer.writeLine(`const ${variables.value(input.name)} = ${value}; // ${inputLayout(input)}`);
  }
}

function forwardLines(writer: CodeBlockWriter, context: ModelContext, lines: readonly LayerLines[]): void {
  for (const { layer, forward } of lines) {
    if (forward === undefined) continue;
    writer.writeLine(
      `const ${context.variables.value(layer.name)} = ${forward}; // ${specLine(context, layer.specLine)} → ${batchShape(layer.outputShape)}`,
    );
  }
}

/** Forward at inference. Returns every layer's output, so that a failing layer can be named. */
export function forward(context: ModelContext): FunctionDeclarationStructure {
  const { plan, variables } = context;
  const lines = layerLines(context, "inference");
  const last = lines.at(-1)!;
  const fused = plan.training.loss.fusion !== "none";
  const mask = outputMask(plan);
  const stateful = hasStates(plan);
  return {
    kind: StructureKind.Function,
    isExported: true,
    name: "forward",
    docs: [
      `The forward pass at inference, without dropout and noise${stateful ? ", from the given states or from zeros" : ""}.\nReturns every layer's output and the prediction, ${batchShape(last.layer.outputShape)}${fused ? " probabilities" : ""}${stateful ? ", and the states after it" : ""}. Call it inside tf.tidy.`,
    ],
    parameters: [
      { name: "w", type: "Weights" },
      { name: "x", type: "Inputs" },
      ...(stateful ? [{ name: "states", type: "States<tf.Tensor2D>", hasQuestionToken: true }] : []),
    ],
    returnType: `{ layers: Record<string, tf.Tensor>; output: ${outputType(context)}; prediction: ${outputType(context)}${mask === undefined ? "" : `; mask: ${maskType(context)}`}${stateful ? "; states: States<tf.Tensor2D>" : ""} }`,
    statements: (writer) => {
      inputLines(writer, context);
      forwardLines(writer, context, lines);
      const shown = lines.flatMap(({ layer, forward, output }) =>
        forward === undefined
          ? []
          : [`${layer.name}: ${output}${kindOfShape(layer.outputShape) === "vector" ? "" : ".rows"}`],
      );
      writer.writeLine(`const output = ${last.output};${fused ? " // logits" : ""}`);
      const prediction = predictionExpression(context, "output");
      const rest = `${mask === undefined ? "" : `, mask: ${variables.value(mask)}.mask`}${stateful ? `, states: ${nextStates(context)}` : ""}`;
      writer.writeLine(`return { layers: { ${shown.join(", ")} }, output, prediction: ${prediction}${rest} };`);
    },
  };
}

/** What `computeGradients` differentiates: training as it is, or, for checks against reference numbers, inference. */
function mode({ derivative }: ModelContext): Mode {
  return derivative.of;
}

/** Forward and backward: the derived part of the training step. */
export function computeGradients(context: ModelContext): FunctionDeclarationStructure {
  const { plan, imports, variables } = context;
  const lines = layerLines(context, mode(context));
  const penalties = penalised(plan);
  const withInputs = context.derivative.inputGradient;
  const mask = outputMask(plan);
  const lossArguments = ["output", ...(mask === undefined ? [] : [`${variables.value(mask)}.mask`])].join(", ");
  const stateful = hasStates(plan);
  const withMask = mask === undefined ? "" : `; mask: ${maskType(context)}`;
  const inputGradients = withInputs
    ? `; inputGradients: Record<string, tf.Tensor2D | ${imports.type(kernels("sequence"), "Sequence")}>`
    : "";
  return {
    kind: StructureKind.Function,
    isExported: true,
    name: "computeGradients",
    docs: [
      `The loss of a batch and its derivative with respect to every trained weight: reverse mode over the layers.\n${stateful ? "It ends at the states that the batch starts from.\n" : ""}\`lossOf\` gives the loss of the output, ${batchShape(plan.layers.at(-1)!.outputShape)}${plan.training.loss.fusion === "none" ? "" : " logits"}, and its gradient.`,
    ],
    parameters: [
      { name: "w", type: "Weights" },
      { name: "x", type: "Inputs" },
      ...(stateful ? [{ name: "states", type: "States<tf.Tensor2D>" }] : []),
      { name: usesStep(lines, mode(context)) ? "step" : "_step", type: "StepInputs" },
      {
        name: "lossOf",
        type: `(output: ${outputType(context)}${mask === undefined ? "" : `, mask: ${maskType(context)}`}) => ${lossOutput(context)}`,
      },
    ],
    returnType: `{ output: ${outputType(context)}; loss: ${lossOutput(context)}; gradients: ${imports.type(kernels("weights"), "NamedGradients")}${withMask}${stateful ? "; states: States<tf.Tensor2D>" : ""}${inputGradients} }`,
    statements: (writer) => {
      writer.writeLine("// Forward");
      if (lines.some(({ call }) => hasCellDropout(call)) || penalties.length > 0) {
        const [input] = plan.dataset.inputs;
        writer.writeLine(`const batch = x.${input!.name}.shape[${inputType(input!) === "tf.Tensor3D" ? 1 : 0}];`);
      }
      inputLines(writer, context);
      forwardLines(writer, context, lines);
      for (const { layer, call } of lines) {
        if (call.update === undefined || !layer.trainable || mode(context) === "inference") continue;
        const update = imports.value(kernels(call.module), call.update);
        const { name } = layer;
        writer.writeLine(`${update}(${variables.value(name)}, w.${name}, ${variables.constant(name)});`);
      }
      writer.writeLine(`const output = ${lines.at(-1)!.output};`);
      if (penalties.length === 0)
        writer.writeLine(`const loss = lossOf(${lossArguments}); // ${specLine(context, plan.training.lines.loss)}`);
      else {
        writer.writeLine(
          `const dataLoss = lossOf(${lossArguments}); // ${specLine(context, plan.training.lines.loss)}`,
        );
        writer.writeLine(
          "const loss = { ...dataLoss, total: tf.add<tf.Scalar>(dataLoss.total, tf.mul(penalty(w), batch)) };",
        );
      }
      writer.newLine().writeLine("// Backward");
      const inputs = backwardLines(writer, context, lines, "loss.gradient");
      writer.newLine();
      writer.writeLine("const gradients = {");
      writer.indent(() => {
        for (const { name, path, layer, trainable } of weightPaths(plan)) {
          if (!trainable) continue;
          const gradient = `${variables.gradient(layer.name)}.dw.${path.slice(layer.name.length + 1)}`;
          const penalty = penalties.find((other) => other.name === name);
          const value =
            penalty === undefined
              ? gradient
              : `tf.add(${gradient}, ${regularizerCall(imports, penalty.parameter)}.gradient(w.${path}))`;
          writer.writeLine(`${literal(name)}: ${value},`);
        }
      });
      writer.writeLine("};");
      const after = stateful ? `, states: ${nextStates(context)}` : "";
      const rest = withInputs ? `, inputGradients: { ${inputs.join(", ")} }` : "";
      writer.writeLine(
        `return { output, loss, gradients${mask === undefined ? "" : `, mask: ${variables.value(mask)}.mask`}${after}${rest} };`,
      );
    },
  };
}

function usesStep(lines: readonly LayerLines[], used: Mode): boolean {
  return used === "training" && lines.some(({ call }) => call.random || hasCellDropout(call));
}

/**
 * Reverse mode over the graph: a layer's gradient is the sum over those that read it. Returns `name: expression` of the inputs'
 * gradients.
 */
function backwardLines(
  writer: CodeBlockWriter,
  context: ModelContext,
  lines: readonly LayerLines[],
  seed: string,
): string[] {
  const { plan, derivative, imports, variables } = context;
  const needed = new Set<string>();
  for (const { name, kind } of plan.dataset.inputs) if (derivative.inputGradient && kind === "floats") needed.add(name);
  for (const { layer } of lines) {
    if (isTrained(layer) || layer.inputs.some((input) => needed.has(input))) needed.add(layer.name);
  }
  const gradients = new Map<string, string[]>([[lines.at(-1)!.layer.name, [seed]]]);
  /** The gradient of a value: one expression, or a line that adds those of its readers. */
  const total = (name: string): string | undefined => {
    const parts = gradients.get(name) ?? [];
    if (parts.length < 2) return parts[0];
    const sum = variables.gradientSum(name);
    const add = imports.value(kernels("add-features"), "addFeatures");
    writer.writeLine(`const ${sum} = ${add}(${parts.join(", ")}); // ${name} is read ${parts.length} times`);
    return sum;
  };
  for (const { layer, forward, backward, inputGradients, gradient } of lines.toReversed()) {
    const dy = total(layer.name);
    if (dy === undefined || !needed.has(layer.name)) continue;
    const wanted = layer.inputs.map((input) => needed.has(input));
    if (forward !== undefined) {
      writer.writeLine(
        `const ${gradient} = ${backward(dy, wanted.includes(true))}; // ${specLine(context, layer.specLine)}`,
      );
    }
    for (const [index, input] of layer.inputs.entries()) {
      if (!wanted[index]) continue;
      const expression = forward === undefined ? dy : inputGradients[index]!;
      gradients.set(input, [...(gradients.get(input) ?? []), expression]);
    }
  }
  return plan.dataset.inputs.flatMap(({ name }) => {
    const gradient = needed.has(name) ? total(name) : undefined;
    return gradient === undefined ? [] : [`${name}: ${gradient}`];
  });
}

/** The parameters of a batch that trainStep and evaluateStep share. */
function batchParameters(plan: Plan): { name: string; type: string }[] {
  return [
    { name: "x", type: "Inputs" },
    { name: "targets", type: targetsType(plan) },
    ...(hasSampleWeights(plan) ? [{ name: "weights", type: "tf.Tensor1D" }] : []),
  ];
}

export function trainStep(context: ModelContext): FunctionDeclarationStructure {
  const { plan } = context;
  const mask = outputMask(plan) === undefined ? "" : ", mask";
  const stateful = hasStates(plan);
  return {
    kind: StructureKind.Function,
    isExported: true,
    name: "trainStep",
    docs: [
      `One training step on a batch; it changes ${stateful ? "w, the optimizer's state and the layers' states" : "w and the optimizer's state"}.\nReturns sums over the batch: ${sumNames(plan)}.`,
    ],
    parameters: [
      { name: "w", type: "Weights" },
      { name: "optimizer", type: "OptimizerState" },
      ...(stateful ? [{ name: "states", type: "States" }] : []),
      ...batchParameters(plan),
      { name: "step", type: "StepInputs" },
    ],
    returnType: "tf.Tensor1D",
    statements: (writer) => {
      writer.writeLine("return tf.tidy(() => {");
      writer.indent(() => {
        const metrics = plan.training.metrics.length > 0;
        writer.writeLine(
          `const { ${metrics ? "output, " : ""}loss, gradients${metrics ? mask : ""}${stateful ? ", states: next" : ""} } = computeGradients(w, x, ${stateful ? "states, " : ""}step, (output${mask}) => ${lossCall(context, { training: true })});`,
        );
        writer.writeLine(
          `applyGradients(w, gradients, optimizer, step); // ${specLine(context, plan.optimizer.specLine)}`,
        );
        constraintLines(writer, context);
        if (stateful) writer.writeLine("keepStates(states, next);");
        writer.writeLine(`return ${batchSums(context, "loss.total")};`);
      });
      writer.writeLine("});");
    },
  };
}

/** What evaluation gives back for each sample: the class, or the output. */
function predicted(context: ModelContext): { type: string; expression: string } {
  const { plan } = context;
  const { targets } = plan.dataset;
  if (targets.kind !== "labels" || targets.perTimestep) {
    const output = predictionExpression(context, "output");
    return { type: "tf.Tensor", expression: endsInSequence(plan) ? `${output}.tensor` : `tf.clone(${output})` };
  }
  if (plan.layers.at(-1)!.outputShape.at(-1) !== 1) return { type: "tf.Tensor1D", expression: "tf.argMax(output, 1)" };
  const probability = probabilityExpression(context, predictionExpression(context, "output"));
  const expression = `tf.reshape(tf.cast(tf.greater(${probability}, 0.5), "int32"), [-1]) as tf.Tensor1D`;
  return { type: "tf.Tensor1D", expression };
}

export function evaluateStep(context: ModelContext): FunctionDeclarationStructure {
  const { plan } = context;
  const { type, expression } = predicted(context);
  const stateful = hasStates(plan);
  const mask = outputMask(plan) === undefined ? "" : ", mask";
  const [{ name, shape }] = [plan.dataset.inputs[0]!];
  const batch = `x.${name}.shape[${kindOfShape(shape) === "vector" ? 0 : 1}]`;
  const total = hasPenalties(plan) ? `tf.add(loss.total, tf.mul(penalty(w), ${batch}))` : "loss.total";
  return {
    kind: StructureKind.Function,
    isExported: true,
    name: "evaluateStep",
    docs: [
      `Loss and metrics of a batch, nothing trained${stateful ? "; it changes the states" : ""}.\nReturns sums over the batch, ${sumNames(plan)}, and the predictions.`,
    ],
    parameters: [
      { name: "w", type: "Weights" },
      ...(stateful ? [{ name: "states", type: "States" }] : []),
      ...batchParameters(plan),
    ],
    returnType: `{ totals: tf.Tensor1D; predicted: ${type} }`,
    statements: (writer) => {
      writer.writeLine("return tf.tidy(() => {");
      writer.indent(() => {
        writer.writeLine(
          stateful
            ? `const { output${mask}, states: next } = forward(w, x, states);`
            : `const { output${mask} } = forward(w, x);`,
        );
        writer.writeLine(`const loss = ${lossCall(context, { training: false })};`);
        if (stateful) writer.writeLine("keepStates(states, next);");
        writer.writeLine(`return { totals: ${batchSums(context, total)}, predicted: ${expression} };`);
      });
      writer.writeLine("});");
    },
  };
}
