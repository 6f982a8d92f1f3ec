import { type FunctionDeclarationStructure, StructureKind, type WriterFunction } from "ts-morph";
import type { ParameterPlan, Plan } from "../plan/types.ts";
import { adamUpdate, learningRate, moments, stepInputs } from "./adam.ts";
import { type EmitContext, specLine } from "./context.ts";
import { hasFusedActivation, type LayerCode, layerCodes, trainable, weightPaths } from "./layers.ts";
import {
  batchSums,
  classWeightConstant,
  lossCall,
  lossImports,
  metricStateImports,
  predictionExpression,
  probabilityExpression,
} from "./loss.ts";
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
    moments(),
    stepInputs(),
    forward(context, codes),
    trainStep(context, codes),
    evaluateStep(context),
    learningRate(context),
    adamUpdate(codes),
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
  for (const needed of [lossImports(plan), metricStateImports(plan)])
    for (const [module, names] of Object.entries(needed)) add(module, names);
  const modelTypes = [...new Set(plan.layers.map((layer) => layer.type))].filter((type) => type !== "dropout");
  for (const type of modelTypes) {
    const title = type === "lstm" ? "Lstm" : "Dense";
    add(`./support/nn/${type}.ts`, [`type ${title}Weights`, `type ${title}Gradients`]);
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
  const { optimizer } = context.plan;
  const cells = codes.flatMap(({ layer }) =>
    layer.type === "lstm"
      ? [
          `const ${constantName(layer.name)} = { activation: ${constantName(layer.activation)}, recurrentActivation: ${constantName(layer.recurrentActivation)} }; // ${specLine(context, layer.specLine)}`,
        ]
      : [],
  );
  return [
    "",
    ...cells,
    ...(cells.length > 0 ? [""] : []),
    `// Adam: ${specLine(context, optimizer.specLine)}`,
    `const LEARNING_RATE = ${literal(optimizer.learningRate)};`,
    ...(optimizer.decay === 0 ? [] : [`const DECAY = ${literal(optimizer.decay)}; // per step`]),
    `const BETA_1 = ${literal(optimizer.beta1)};`,
    `const BETA_2 = ${literal(optimizer.beta2)};`,
    `const EPSILON = ${literal(optimizer.epsilon)};`,
    ...classWeightConstant(context.plan),
    "",
    "",
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

function typeName({ layer }: LayerCode, kind: "Weights" | "Gradients"): string {
  return `${layer.type === "lstm" ? "Lstm" : "Dense"}${kind}`;
}

function weightsType(codes: readonly LayerCode[]): WriterFunction {
  return (writer) => {
    writer.writeLine("/** The trainable weights by layer. */");
    writer.writeLine("export interface Weights {");
    writer.indent(() => {
      for (const code of trainable(codes))
        writer.writeLine(`readonly ${code.layer.name}: ${typeName(code, "Weights")};`);
    });
    writer.writeLine("}").newLine();
    writer.writeLine("interface Gradients {");
    writer.indent(() => {
      for (const code of trainable(codes)) {
        writer.writeLine(`readonly ${code.layer.name}: ${typeName(code, "Gradients")};`);
      }
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

function inputLine(plan: Plan): string {
  return `const input = Sequence.fromTensor(x); // ${batchShape(plan.dataset.inputShape)}`;
}

/** Forward at inference. Returns every layer's output, so that a failing layer can be named. */
function forward(context: EmitContext, codes: readonly LayerCode[]): FunctionDeclarationStructure {
  const { plan } = context;
  const last = codes.at(-1)!;
  const fused = hasFusedActivation(plan);
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
        `return { layers: { ${shown.join(", ")} }, output, prediction: ${predictionExpression(plan, "output")} };`,
      );
    },
  };
}

function trainStep(context: EmitContext, codes: readonly LayerCode[]): FunctionDeclarationStructure {
  const { plan } = context;
  const targets = isClassifier(plan)
    ? `targets: [B] labels in 0..${plan.dataset.classes! - 1}`
    : `targets: [B, ${plan.dataset.targets}]`;
  return {
    kind: StructureKind.Function,
    isExported: true,
    name: "trainStep",
    docs: [
      `One training step on a batch. x: ${batchShape(plan.dataset.inputShape)}; ${targets}.\nReturns sums over the batch: ${sumNames(plan)}.`,
    ],
    parameters: [
      { name: "w", type: "Weights" },
      { name: "moments", type: "Moments" },
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
          `const loss = ${lossCall(plan, codes.at(-1)!.output, "targets", { training: true })}; // ${specLine(context, plan.training.lines.loss)}`,
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
        const gradients = trainable(codes).map(({ layer, gradient }) => `${layer.name}: ${gradient}.dw`);
        writer.writeLine(`adamUpdate(w, { ${gradients.join(", ")} }, moments, step.rate);`);
        writer.newLine();
        writer.writeLine(`return ${batchSums(plan, codes.at(-1)!.output, "targets")};`);
      });
      writer.writeLine("});");
    },
  };
}

/** "[loss, accuracy]", and "12 of f1" where a metric has several sums. */
function sumNames(plan: Plan): string {
  const metrics = plan.training.metrics.map(({ name, size }) => (size === 1 ? name : `${size} of ${name}`));
  return `[${["loss", ...metrics].join(", ")}]`;
}

/** Predicted classes, [B] int32, or numbers. */
function predicted(plan: Plan): string {
  if (!isClassifier(plan)) return "tf.clone(output)";
  if (plan.layers.at(-1)!.outputShape.at(-1) !== 1) return "tf.argMax(output, 1)";
  const probability = probabilityExpression(plan, predictionExpression(plan, "output"));
  return `tf.reshape(tf.cast(tf.greater(${probability}, 0.5), "int32"), [-1]) as tf.Tensor1D`;
}

function evaluateStep(context: EmitContext): FunctionDeclarationStructure {
  const { plan } = context;
  return {
    kind: StructureKind.Function,
    isExported: true,
    name: "evaluateStep",
    docs: [
      `Loss and metrics of a batch, nothing trained. Arguments as for trainStep.\nReturns sums over the batch, ${sumNames(plan)}, and the predictions.`,
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
        writer.writeLine(`const loss = ${lossCall(plan, "output", "targets", { training: false })};`);
        writer.writeLine(`return { totals: ${batchSums(plan, "output", "targets")}, predicted: ${predicted(plan)} };`);
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
