import type { LayerPart } from "../plan/parts.ts";
import type { ParameterPlan } from "../plan/types.ts";
import type { Checked, Rules } from "./rule.ts";

const NUMBERS = ["no", "one", "two", "three", "four"];

export const WEIGHT_RULES: Rules = {
  "initializers that make matrices have a matrix to make": (checked) => {
    for (const { key, weight, part, pointer } of weights(checked)) {
      const { initializer, shape } = weight;
      const type = typeof initializer === "string" ? initializer : initializer.type;
      if (type !== "orthogonal" && type !== "identity") continue;
      const report = (subject: string, fix: string): void =>
        checked.report("LC1210", `${pointer}Initializer`, `${type} makes matrices, but ${subject}`, fix);
      if (shape.length < 2) {
        const fix = /^gamma$|Variance$/.test(key) ? "use ones" : "use zeros";
        report(`${key === "bias" ? "a bias" : `\`${key}\``} is a vector`, fix);
      } else if (type === "identity" && shape.length > 2) {
        const subject = `${key === "kernel" ? "the kernel" : `\`${key}\``} of a ${part.layer.type}`;
        const fix = "use orthogonal, which takes its last axis against the others";
        report(`${subject} has ${NUMBERS[shape.length]} axes`, fix);
      }
    }
  },
  "constraints take norms along an axis of their weight": (checked) => {
    for (const { key, weight, pointer } of weights(checked)) {
      const { constraint, shape } = weight;
      if (!("axis" in constraint) || constraint.axis! < shape.length) continue;
      const message = `axis ${constraint.axis} is none of \`${key}\`, [${shape.join(", ")}]`;
      const fix = shape.length === 1 ? "use axis 0" : `use an axis from 0 to ${shape.length - 1}`;
      checked.report("LC1217", `${pointer}Constraint/axis`, message, fix);
    }
  },
};

interface WeightPart {
  /** What its options begin with: "recurrent" of recurrentInitializer. */
  readonly key: string;
  readonly weight: ParameterPlan;
  readonly part: LayerPart;
  /** Of its options: "/layers/0/recurrent". */
  readonly pointer: string;
}

/** The weights of the layers that fit what they read. Both directions of a wrapper have those of its layer. */
function weights({ layers, parts }: Checked): WeightPart[] {
  return parts.flatMap((part) => {
    const keys = new Map((layers[part.index]?.parameters ?? []).map((weight) => [keyOf(weight), weight]));
    return [...keys].map(([key, weight]) => ({ key, weight, part, pointer: `${part.pointer}/${key}` }));
  });
}

function keyOf({ name }: ParameterPlan): string {
  const last = name.split("/").at(-1)!;
  return last === "recurrentKernel" ? "recurrent" : last;
}
