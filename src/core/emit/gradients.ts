import { type CodeBlockWriter, type FunctionDeclarationStructure, StructureKind } from "ts-morph";
import { inputType } from "./batch.ts";
import { specLine } from "./context.ts";
import { forwardLines, inputLines } from "./forward.ts";
import { kernels } from "./imports.ts";
import { hasCellDropout, isTrained, type LayerLines, layerLines, type Mode, weightPaths } from "./layers/lines.ts";
import { lossOutput } from "./loss.ts";
import type { ModelContext } from "./model-context.ts";
import { maskType, outputMask, outputType } from "./output.ts";
import { hasStates, nextStates } from "./states.ts";
import { batchShape, literal } from "./text.ts";
import { penalised, regularizerCall } from "./weight-rules.ts";

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
