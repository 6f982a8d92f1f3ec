import { type FunctionDeclarationStructure, StructureKind, type WriterFunction } from "ts-morph";
import type { ResolvedInitializer } from "../layers/definition.ts";
import type { LayerPlan, ParameterPlan, Plan } from "../plan/types.ts";
import { specLine } from "./context.ts";
import { type Imports, kernelIn, kernels } from "./imports.ts";
import { weightPaths } from "./layers/lines.ts";
import type { ModelContext } from "./model-context.ts";
import { literal } from "./text.ts";

const RANKS = ["WeightScalar", "WeightVector", "WeightMatrix", "WeightTensor3D", "WeightTensor4D"] as const;

/** The function of support/nn/initializers, and what it is called with where it makes an initializer. */
function initializerCall(initializer: ResolvedInitializer): { name: string; options?: string } {
  if (typeof initializer === "string") return { name: initializer };
  const list = (...values: readonly number[]): string => values.map(literal).join(", ");
  switch (initializer.type) {
    case "constant":
      return { name: "constant", options: list(initializer.value) };
    case "randomUniform":
      return { name: "randomUniformWith", options: list(initializer.minval, initializer.maxval) };
    case "randomNormal":
    case "truncatedNormal":
      return { name: `${initializer.type}With`, options: list(initializer.mean, initializer.stddev) };
    case "orthogonal":
    case "identity":
      return { name: `${initializer.type}With`, options: list(initializer.gain) };
    case "varianceScaling": {
      const { scale, mode, distribution } = initializer;
      const options = `{ scale: ${literal(scale)}, mode: ${literal(mode)}, distribution: ${literal(distribution)} }`;
      return { name: "varianceScaling", options };
    }
  }
}

function weighted(plan: Plan): LayerPlan[] {
  return plan.layers.filter((layer) => layer.parameters.length > 0);
}

/** Groups "forward/kernel" and "backward/kernel" under "forward" and "backward". */
function groups(parameters: readonly ParameterPlan[]): [group: string, parameters: ParameterPlan[]][] {
  const byGroup = new Map<string, ParameterPlan[]>();
  for (const parameter of parameters) {
    const group = parameter.name.split("/").slice(0, -1).join("/");
    byGroup.set(group, [...(byGroup.get(group) ?? []), parameter]);
  }
  return [...byGroup];
}

function leaf({ name }: ParameterPlan): string {
  return name.split("/").at(-1)!;
}

export function weightsInterface({ plan, imports }: ModelContext): WriterFunction {
  return (writer) => {
    writer.writeLine("/** The weights by layer. */");
    writer.writeLine("export interface Weights {");
    writer.indent(() => {
      for (const layer of weighted(plan)) {
        const line = (parameter: ParameterPlan): void => {
          const kept = layer.trainable && !parameter.trainable ? "; kept, not trained" : "";
          writer.writeLine(
            `readonly ${leaf(parameter)}: ${imports.type(kernels("weights"), RANKS[parameter.shape.length]!)}; // [${parameter.shape.join(", ")}]${kept}`,
          );
        };
        writer.writeLine(`readonly ${layer.name}: {`);
        writer.indent(() => {
          for (const [group, parameters] of groups(layer.parameters)) {
            if (group === "") {
              for (const parameter of parameters) line(parameter);
              continue;
            }
            writer.writeLine(`readonly ${group}: {`);
            writer.indent(() => {
              for (const parameter of parameters) line(parameter);
            });
            writer.writeLine("};");
          }
        });
        writer.writeLine("};");
      }
    });
    writer.writeLine("}").newLine();
  };
}

function initializerExpression(imports: Imports, { initializer, unitForgetBias }: ParameterPlan): string {
  const imported = (name: string): string =>
    imports.value(
      kernelIn(
        "initializers",
        name.replace(/^with|With$/g, "").replace(/^./, (first) => first.toLowerCase()),
      ),
      name,
    );
  const { name, options } = initializerCall(initializer);
  const expression = options === undefined ? imported(name) : `${imported(name)}(${options})`;
  return unitForgetBias ? `${imported("withUnitForgetBias")}(${expression})` : expression;
}

export function initializeWeights(context: ModelContext): FunctionDeclarationStructure {
  const { plan, imports } = context;
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
        for (const layer of weighted(plan)) {
          writer.writeLine(
            `// ${specLine(context, layer.specLine)}: ${layer.parameterCount.toLocaleString("en-US")} parameters`,
          );
          const line = (parameter: ParameterPlan): void => {
            writer.writeLine(
              `${leaf(parameter)}: ${imports.value(kernels("weights"), "createWeight")}("${layer.name}/${parameter.name}", ${literal(parameter.shape)}, ${initializerExpression(imports, parameter)}, seed${parameter.trainable ? "" : ", { trainable: false }"}),`,
            );
          };
          writer.writeLine(`${layer.name}: {`);
          writer.indent(() => {
            for (const [group, parameters] of groups(layer.parameters)) {
              if (group === "") {
                for (const parameter of parameters) line(parameter);
                continue;
              }
              writer.writeLine(`${group}: {`);
              writer.indent(() => {
                for (const parameter of parameters) line(parameter);
              });
              writer.writeLine("},");
            }
          });
          writer.writeLine("},");
        }
      });
      writer.writeLine("};");
    },
  };
}

export function namedWeights({ plan, imports }: ModelContext): FunctionDeclarationStructure {
  return {
    kind: StructureKind.Function,
    isExported: true,
    name: "namedWeights",
    docs: ["The weights as one flat record, in the order of the layers: for checkpoints and export."],
    parameters: [{ name: "w", type: "Weights" }],
    returnType: imports.type(kernels("weights"), "NamedWeights"),
    statements: (writer) => {
      writer.writeLine("return {");
      writer.indent(() => {
        for (const { name, path } of weightPaths(plan)) writer.writeLine(`${literal(name)}: w.${path},`);
      });
      writer.writeLine("};");
    },
  };
}
