import { type FunctionDeclarationStructure, StructureKind } from "ts-morph";
import type { Plan } from "../plan/types.ts";
import { kindOfShape } from "../spec/shapes.ts";
import { areLabels, hasSampleWeights, targetTensor } from "./batch.ts";
import { specLine } from "./context.ts";
import { lossCall } from "./loss.ts";
import { batchSums, sumNames } from "./metrics.ts";
import type { ModelContext } from "./model-context.ts";
import { endsInSequence, outputMask, predictionExpression, probabilityExpression } from "./output.ts";
import { hasStates } from "./states.ts";
import { constraintLines, hasPenalties } from "./weight-rules.ts";

/** The parameters of a batch that trainStep and evaluateStep share. */
function batchParameters(plan: Plan): { name: string; type: string }[] {
  return [
    { name: "x", type: "Inputs" },
    { name: "targets", type: targetTensor(plan.dataset.targets).type },
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
  if (!areLabels(targets) || targets.perTimestep) {
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
