import { layerDefinition } from "../layers/layers.ts";
import type { Initializer } from "../spec/types.ts";
import type { Rules } from "./rule.ts";

export const INITIALIZER_RULES: Rules = {
  "initializers that make matrices have a matrix to make": ({ parts, report }) => {
    for (const { layer, pointer } of parts) {
      const { kernelAxes = 2 } = layerDefinition(layer.type);
      for (const [key, value] of Object.entries<unknown>({ ...layer })) {
        if (!key.endsWith("Initializer")) continue;
        const { type } = typeof value === "string" ? { type: value } : (value as Exclude<Initializer, string>);
        if (type !== "orthogonal" && type !== "identity") continue;
        const weight = key.slice(0, -"Initializer".length);
        if (!isMatrix(weight, layer)) {
          const subject = weight === "bias" ? "a bias" : `\`${weight}\``;
          const fix = /^gamma$|Variance$/.test(weight) ? "use ones" : "use zeros";
          report("LC1210", `${pointer}/${key}`, `${type} makes matrices, but ${subject} is a vector`, fix);
        } else if (type === "identity" && kernelAxes > 2) {
          const axes = kernelAxes === 3 ? "three" : "four";
          const message = `identity makes matrices, but ${weight === "kernel" ? "the kernel" : `\`${weight}\``} of a ${layer.type} has ${axes} axes`;
          const fix = "use orthogonal, which takes its last axis against the others";
          report("LC1210", `${pointer}/${key}`, message, fix);
        }
      }
    }
  },
};

/** Whether a weight has two axes or more. The bias of a gru with resetAfter has two rows. */
function isMatrix(weight: string, layer: object): boolean {
  if (weight === "bias") return "resetAfter" in layer && layer.resetAfter === true;
  return weight === "kernel" || weight === "recurrent" || weight === "embeddings";
}
