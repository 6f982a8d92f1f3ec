import { type CodeBlockWriter, type FunctionDeclarationStructure, StructureKind } from "ts-morph";
import type { ParameterPlan, Plan } from "../plan/types.ts";
import type { Constraint } from "../spec/types.ts";
import { type Imports, kernelIn } from "./imports.ts";
import type { ModelContext } from "./model-context.ts";
import { literal } from "./text.ts";

// Penalties and constraints: what a spec asks of single weights.

/** Weights with a penalty, in the order of the layers. */
export function penalised(plan: Plan): { name: string; path: string; parameter: ParameterPlan }[] {
  return plan.layers.flatMap((layer) =>
    layer.parameters.flatMap((parameter) => {
      const { l1, l2 } = parameter.regularizer;
      if (!parameter.trainable || (l1 === 0 && l2 === 0)) return [];
      const path = `${layer.name}.${parameter.name.replaceAll("/", ".")}`;
      return [{ name: `${layer.name}/${parameter.name}`, path, parameter }];
    }),
  );
}

/** "l2(0.01)": the regulariser of a weight. */
export function regularizerCall(imports: Imports, { regularizer: { l1, l2 } }: ParameterPlan): string {
  const imported = (name: string): string => imports.value(kernelIn("regularizers", name), name);
  if (l1 === 0) return `${imported("l2")}(${literal(l2)})`;
  return l2 === 0 ? `${imported("l1")}(${literal(l1)})` : `${imported("l1l2")}(${literal(l1)}, ${literal(l2)})`;
}

export function hasPenalties(plan: Plan): boolean {
  return penalised(plan).length > 0;
}

/** The penalties on weights, which belong to the loss while training and at evaluation. */
export function penaltyFunction({ plan, imports }: ModelContext): FunctionDeclarationStructure[] {
  const penalties = penalised(plan);
  if (penalties.length === 0) return [];
  return [
    {
      kind: StructureKind.Function,
      name: "penalty",
      docs: ["The penalties on weights, l1 · Σ|w| + l2 · Σw² each, summed."],
      parameters: [{ name: "w", type: "Weights" }],
      returnType: "tf.Scalar",
      statements: (writer) => {
        const terms = penalties.map(
          ({ path, parameter }) => `${regularizerCall(imports, parameter)}.penalty(w.${path})`,
        );
        writer.writeLine(
          terms.length === 1 ? `return ${terms[0]};` : `return tf.addN<tf.Scalar>([${terms.join(", ")}]);`,
        );
      },
    },
  ];
}

interface ConstrainedWeight {
  readonly path: string;
  readonly parameter: ParameterPlan;
}

function constrained(plan: Plan): ConstrainedWeight[] {
  return plan.layers.flatMap((layer) =>
    layer.parameters.flatMap((parameter) =>
      parameter.trainable && parameter.constraint.type !== "none"
        ? [{ path: `${layer.name}.${parameter.name.replaceAll("/", ".")}`, parameter }]
        : [],
    ),
  );
}

export function constraintLines(writer: CodeBlockWriter, { plan, imports }: ModelContext): void {
  for (const { path, parameter } of constrained(plan)) {
    const { constraint } = parameter;
    const options = constraintOptions(constraint);
    const name = imports.value(kernelIn("constraints", constraint.type), constraint.type);
    const applied = options === undefined ? name : `${name}(${options.map((value) => literal(value)).join(", ")})`;
    writer.writeLine(`w.${path}.assign(${applied}(w.${path}));`);
  }
}

/** What the constraint is called with where it makes one. */
function constraintOptions(constraint: Constraint): number[] | undefined {
  switch (constraint.type) {
    case "maxNorm":
      return [constraint.maxValue!, constraint.axis!];
    case "unitNorm":
      return [constraint.axis!];
    case "minMaxNorm": {
      const { minValue, maxValue, rate, axis } = constraint as Required<typeof constraint>;
      return [minValue, maxValue, rate, axis];
    }
    default:
      return undefined;
  }
}
