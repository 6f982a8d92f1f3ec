import { type FunctionDeclarationStructure, StructureKind, type WriterFunction } from "ts-morph";
import type { ParameterPlan, Plan } from "../plan/types.ts";
import { type EmitContext, specLine } from "./context.ts";
import { hasFusedSoftmax, type LayerCode, layerCodes, trainable, weightPaths } from "./layers.ts";
import { applyGradients, optimizerSettings, optimizerState, stepScalars } from "./optimizer.ts";
import { batchShape, constantName, header, importLine, literal } from "./text.ts";
import { printFile } from "./write.ts";

/** model.ts: weights, the forward pass, the derived training step and the update. */
export function emitModel(context: EmitContext): string {
  const codes = layerCodes(context.plan);
  return printFile([
    header(context),
    introduction(context),
    imports(context, codes),
    settings(context, codes),
    layerTable(context),
    weightsType(codes),
    initializeWeights(context, codes),
    namedWeights(codes),
    optimizerState(context),
    stepScalars(context),
    stepInputs(),
    forward(context, codes),
    trainStep(context, codes),
    evaluateStep(context),
    applyGradients(context),
    describeLayers(context),
  ]);
}

function introduction({ plan }: EmitContext): string {
  const [timesteps, features] = plan.dataset.inputShape;
  return [
    "//",
    `// The model: ${plan.cost.parameterCount.toLocaleString("en-US")} parameters; input [timesteps = ${timesteps}, B, features = ${features}], B the batch size.`,
    "// The derivative of the training step is written out, one line per layer back; its kernels are in support/nn.",
  ].join("\n");
}

function isClassifier(plan: Plan): boolean {
  return plan.dataset.classes !== undefined;
}

/** TypeScript type of a batch's targets. */
function targetType(plan: Plan): string {
  return isClassifier(plan) ? "tf.Tensor1D" : "tf.Tensor2D";
}

function lossFunction(plan: Plan): string {
  return hasFusedSoftmax(plan) ? "softmaxCrossEntropy" : plan.training.loss;
}

/** Sums over the batch beside the loss, one per metric, as expressions of the output and the targets. */
function metricExpressions(plan: Plan, output: string): { expression: string; support: string }[] {
  return plan.training.metrics.map((metric) =>
    metric === "accuracy"
      ? { expression: `correctPredictions(${output}, targets)`, support: "correctPredictions" }
      : { expression: `${metric}(${output}, targets).total`, support: metric },
  );
}

function imports({ plan }: EmitContext, codes: readonly LayerCode[]): string {
  const byModule = new Map<string, Set<string>>();
  const add = (module: string, names: readonly string[]): void => {
    const known = byModule.get(module) ?? new Set();
    for (const name of names) known.add(name);
    byModule.set(module, known);
  };
  for (const code of codes) for (const [module, names] of Object.entries(code.imports)) add(module, names);
  const parameters = plan.layers.flatMap((layer) => layer.parameters);
  add(
    "./support/nn/initializers.ts",
    parameters.map(({ initializer }) => initializer),
  );
  if (parameters.some(({ unitForgetBias }) => unitForgetBias))
    add("./support/nn/initializers.ts", ["withUnitForgetBias"]);
  add("./support/nn/losses.ts", [lossFunction(plan), ...metricExpressions(plan, "").map(({ support }) => support)]);
  const modelTypes = [...new Set(plan.layers.map((layer) => layer.type))].filter((type) => type !== "dropout");
  for (const type of modelTypes) {
    const title = type === "lstm" ? "Lstm" : "Dense";
    add(`./support/nn/${type}.ts`, [`type ${title}Weights`]);
  }
  add("./support/nn/weights.ts", ["createWeight", "type NamedWeights"]);
  add("./support/nn/sequence.ts", ["Sequence"]);
  add("./support/nn/dropout.ts", ["type StepRandom"]);
  add("./support/layers-model.ts", [
    "type LayerDescription",
    ...new Set(plan.layers.map((layer) => `${layer.type}Layer`)),
  ]);
  const lines = [...byModule]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([module, names]) => {
      const all = [...names];
      const types = all.filter((name) => name.startsWith("type ")).map((name) => name.slice("type ".length));
      return importLine(
        module,
        all.filter((name) => !name.startsWith("type ")),
        types,
      );
    });
  return ['import * as tf from "@tensorflow/tfjs-core";', ...lines].join("\n");
}

function settings(context: EmitContext, codes: readonly LayerCode[]): string {
  const cells = codes.flatMap(({ layer }) =>
    layer.type === "lstm"
      ? [
          `const ${constantName(layer.name)} = { activation: ${constantName(layer.activation)}, recurrentActivation: ${constantName(layer.recurrentActivation)} }; // ${specLine(context, layer.specLine)}`,
        ]
      : [],
  );
  return ["", ...cells, ...(cells.length > 0 ? [""] : []), optimizerSettings(context)].join("\n");
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

function typeName({ layer }: LayerCode): string {
  return `${layer.type === "lstm" ? "Lstm" : "Dense"}Weights`;
}

function weightsType(codes: readonly LayerCode[]): WriterFunction {
  return (writer) => {
    writer.writeLine("/** The trainable weights by layer. */");
    writer.writeLine("export interface Weights {");
    writer.indent(() => {
      for (const code of trainable(codes)) writer.writeLine(`readonly ${code.layer.name}: ${typeName(code)};`);
    });
    writer.writeLine("}").newLine();
  };
}

function initializerExpression(parameter: ParameterPlan): string {
  return parameter.unitForgetBias ? `withUnitForgetBias(${parameter.initializer})` : parameter.initializer;
}

function initializeWeights(context: EmitContext, codes: readonly LayerCode[]): FunctionDeclarationStructure {
  return {
    kind: StructureKind.Function,
    isExported: true,
    name: "initializeWeights",
    docs: ["Weights before training: every weight draws from a stream of its own, so the seed decides them all."],
    parameters: [{ name: "seed", type: "number" }],
    returnType: "Weights",
    statements: (writer) => {
      writer.writeLine("return {");
      writer.indent(() => {
        for (const { layer } of trainable(codes)) {
          writer.writeLine(
            `// ${specLine(context, layer.specLine)}: ${layer.parameterCount.toLocaleString("en-US")} parameters`,
          );
          writer.writeLine(`${layer.name}: {`);
          writer.indent(() => {
            for (const parameter of layer.parameters) {
              const rank = parameter.shape.length === 1 ? "tf.Rank.R1" : "tf.Rank.R2";
              writer.writeLine(
                `${parameter.name}: createWeight<${rank}>("${layer.name}/${parameter.name}", ${literal(parameter.shape)}, ${initializerExpression(parameter)}, seed),`,
              );
            }
          });
          writer.writeLine("},");
        }
      });
      writer.writeLine("};");
    },
  };
}

function namedWeights(codes: readonly LayerCode[]): FunctionDeclarationStructure {
  return {
    kind: StructureKind.Function,
    isExported: true,
    name: "namedWeights",
    docs: ["The weights as one flat record, in the order of the layers: for checkpoints and export."],
    parameters: [{ name: "w", type: "Weights" }],
    returnType: "NamedWeights",
    statements: (writer) => {
      writer.writeLine("return {");
      writer.indent(() => {
        for (const [name, path] of weightPaths(codes)) writer.writeLine(`${literal(name)}: w.${path},`);
      });
      writer.writeLine("};");
    },
  };
}

function stepInputs(): string {
  return [
    "/** What differs from step to step. */",
    "export interface StepInputs extends StepRandom, StepScalars<tf.Scalar> {}",
    "",
  ].join("\n");
}

function inputLine(plan: Plan): string {
  return `const input = Sequence.fromTensor(x); // ${batchShape(plan.dataset.inputShape)}`;
}

/** Forward at inference. Returns every layer's output, so that a failing layer can be named. */
function forward(context: EmitContext, codes: readonly LayerCode[]): FunctionDeclarationStructure {
  const { plan } = context;
  const last = codes.at(-1)!;
  const fused = hasFusedSoftmax(plan);
  return {
    kind: StructureKind.Function,
    isExported: true,
    name: "forward",
    docs: [
      `The forward pass at inference: dropout is the identity.\nx: ${batchShape(plan.dataset.inputShape)}. Returns every layer's output and the prediction, ${batchShape(last.layer.outputShape)}${fused ? " probabilities" : ""}.\nCall it inside tf.tidy.`,
    ],
    parameters: [
      { name: "w", type: "Weights" },
      { name: "x", type: "tf.Tensor3D" },
    ],
    returnType: "{ layers: Record<string, tf.Tensor>; output: tf.Tensor2D; prediction: tf.Tensor2D }",
    statements: (writer) => {
      writer.writeLine(inputLine(plan));
      const shown: string[] = [];
      for (const code of codes) {
        if (code.infer === undefined) continue;
        writer.writeLine(
          `const ${code.layer.name} = ${code.infer}; // ${specLine(context, code.layer.specLine)} → ${batchShape(code.layer.outputShape)}`,
        );
        const rows = code.layer.outputShape.length === 2 ? ".rows" : "";
        shown.push(`${code.layer.name}: ${code.inferredOutput}${rows}`);
      }
      const output = last.inferredOutput;
      writer.writeLine(`const output = ${output};${fused ? " // logits" : ""}`);
      writer.writeLine(
        `return { layers: { ${shown.join(", ")} }, output, prediction: ${fused ? "tf.softmax(output)" : "output"} };`,
      );
    },
  };
}

function trainStep(context: EmitContext, codes: readonly LayerCode[]): FunctionDeclarationStructure {
  const { plan } = context;
  const metrics = metricExpressions(plan, codes.at(-1)!.output);
  const targets = isClassifier(plan)
    ? `targets: [B] labels in 0..${plan.dataset.classes! - 1}`
    : `targets: [B, ${plan.dataset.targets}]`;
  return {
    kind: StructureKind.Function,
    isExported: true,
    name: "trainStep",
    docs: [
      `One training step on a batch. x: ${batchShape(plan.dataset.inputShape)}; ${targets}.\nReturns sums over the batch: [${["loss", ...plan.training.metrics].join(", ")}].`,
    ],
    parameters: [
      { name: "w", type: "Weights" },
      { name: "optimizer", type: "OptimizerState" },
      { name: "x", type: "tf.Tensor3D" },
      { name: "targets", type: targetType(plan) },
      { name: "step", type: "StepInputs" },
    ],
    returnType: "tf.Tensor1D",
    statements: (writer) => {
      writer.writeLine("return tf.tidy(() => {");
      writer.indent(() => {
        if (plan.layers.some((layer) => layer.type === "dropout")) writer.writeLine("const batch = x.shape[1];");
        writer.writeLine("// Forward");
        writer.writeLine(inputLine(plan));
        for (const code of codes) {
          writer.writeLine(
            `const ${code.layer.name} = ${code.train}; // ${specLine(context, code.layer.specLine)} → ${batchShape(code.layer.outputShape)}`,
          );
        }
        writer.writeLine(
          `const loss = ${lossFunction(plan)}(${codes.at(-1)!.output}, targets); // ${specLine(context, plan.training.lines.loss)}`,
        );
        writer.newLine().writeLine("// Backward");
        let dy = "loss.gradient";
        for (const code of codes.toReversed()) {
          const line = code.backward(dy);
          if (line === undefined) break;
          writer.writeLine(`const ${code.gradient} = ${line}; // ${specLine(context, code.layer.specLine)}`);
          dy = code.inputGradient;
          const isFirstTrainable = code === trainable(codes)[0];
          if (isFirstTrainable) break;
        }
        writer.newLine().writeLine(`// Update: ${specLine(context, plan.optimizer.specLine)}`);
        writer.writeLine("const gradients = {");
        writer.indent(() => {
          for (const { layer, gradient } of trainable(codes))
            for (const { name } of layer.parameters)
              writer.writeLine(
                `${literal(`${layer.name}/${name}`)}: ${gradient}.dw.${name}${name === "bias" ? "!" : ""},`,
              );
        });
        writer.writeLine("};");
        writer.writeLine("applyGradients(w, gradients, optimizer, step);");
        writer.newLine();
        writer.writeLine(
          `return tf.stack([${["loss.total", ...metrics.map((m) => m.expression)].join(", ")}]) as tf.Tensor1D;`,
        );
      });
      writer.writeLine("});");
    },
  };
}

function evaluateStep(context: EmitContext): FunctionDeclarationStructure {
  const { plan } = context;
  const metrics = metricExpressions(plan, "output");
  return {
    kind: StructureKind.Function,
    isExported: true,
    name: "evaluateStep",
    docs: [
      `Loss and metrics of a batch, nothing trained. Arguments as for trainStep.\nReturns sums over the batch, [${["loss", ...plan.training.metrics].join(", ")}], and the predictions.`,
    ],
    parameters: [
      { name: "w", type: "Weights" },
      { name: "x", type: "tf.Tensor3D" },
      { name: "targets", type: targetType(plan) },
    ],
    returnType: `{ totals: tf.Tensor1D; ${isClassifier(plan) ? "predicted: tf.Tensor1D" : "predicted: tf.Tensor2D"} }`,
    statements: (writer) => {
      writer.writeLine("return tf.tidy(() => {");
      writer.indent(() => {
        writer.writeLine("const { output } = forward(w, x);");
        writer.writeLine(`const loss = ${lossFunction(plan)}(output, targets);`);
        writer.writeLine(
          `return { totals: tf.stack([${["loss.total", ...metrics.map((m) => m.expression)].join(", ")}]) as tf.Tensor1D, predicted: ${isClassifier(plan) ? "tf.argMax(output, 1)" : "tf.clone(output)"} };`,
        );
      });
      writer.writeLine("});");
    },
  };
}

/** The layers as the exported LayersModel describes them. */
function describeLayers({ plan }: EmitContext): FunctionDeclarationStructure {
  return {
    kind: StructureKind.Function,
    isExported: true,
    name: "describeLayers",
    docs: [
      "The layers for the TensorFlow.js LayersModel that a run exports; weights are filled in from a flat record.",
    ],
    returnType: "LayerDescription[]",
    statements: (writer) => {
      writer.writeLine("return [");
      writer.indent(() => {
        for (const layer of plan.layers) {
          const options =
            layer.type === "lstm"
              ? `{ units: ${layer.units}, activation: ${literal(layer.activation)}, recurrentActivation: ${literal(layer.recurrentActivation)}, returnSequences: ${layer.returnSequences}, useBias: ${layer.useBias}, unitForgetBias: ${layer.unitForgetBias} }`
              : layer.type === "dense"
                ? `{ units: ${layer.units}, activation: ${literal(layer.activation)}, useBias: ${layer.useBias} }`
                : `{ rate: ${literal(layer.rate)} }`;
          writer.writeLine(`${layer.type}Layer(${literal(layer.name)}, ${options}),`);
        }
      });
      writer.writeLine("];");
    },
  };
}
