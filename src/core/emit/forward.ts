import { type CodeBlockWriter, type FunctionDeclarationStructure, StructureKind } from "ts-morph";
import { hasFrames, kindOfShape } from "../spec/shapes.ts";
import { inputLayout, inputType } from "./batch.ts";
import { specLine } from "./context.ts";
import { kernels } from "./imports.ts";
import { type LayerLines, layerLines } from "./layers/lines.ts";
import type { ModelContext } from "./model-context.ts";
import { maskType, outputMask, outputType, predictionExpression } from "./output.ts";
import { hasStates, nextStates } from "./states.ts";
import { batchShape, literal } from "./text.ts";

export function inputLines(writer: CodeBlockWriter, { plan, imports, variables }: ModelContext): void {
  for (const input of plan.dataset.inputs) {
    const isTensor = inputType(input) !== "tf.Tensor3D";
    const value = isTensor
      ? `x.${input.name}`
      : `${imports.value(kernels("sequence"), "Sequence")}.fromTensor(x.${input.name}${hasFrames(input.shape) ? `, ${literal(input.shape.slice(-3, -1))}` : ""})`;
    writer.writeLine(`const ${variables.value(input.name)} = ${value}; // ${inputLayout(input)}`);
  }
}

export function forwardLines(writer: CodeBlockWriter, context: ModelContext, lines: readonly LayerLines[]): void {
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
