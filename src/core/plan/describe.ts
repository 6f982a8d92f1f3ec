import { counted } from "../../support/system/counted.ts";
import type { LayerPlan } from "./types.ts";

/** Options that tell layers of one type apart, in the order in which people expect them. */
const SHOWN = [
  "activation",
  "recurrentActivation",
  "mergeMode",
  "rate",
  "stddev",
  "inputDim",
  "filters",
  "kernelSize",
  "poolSize",
  "strides",
  "padding",
  "targetShape",
  "dims",
  "n",
  "axis",
  "dropout",
  "recurrentDropout",
] as const;

/** A layer's options in a few words: "relu, sigmoid gates, sequences". */
export function describeOptions({ type, options }: Pick<LayerPlan, "type" | "options">): string {
  const values = options as Readonly<Record<string, unknown>>;
  const words = SHOWN.flatMap((key) => {
    const value = values[key];
    if (value === undefined || (key.toLowerCase().endsWith("dropout") && value === 0)) return [];
    if (key === "axis" && type !== "concatenate") return [];
    if (key === "activation") return [String(value)];
    if (key === "recurrentActivation") return [`${value} gates`];
    return [`${key} ${Array.isArray(value) ? `[${value.join(", ")}]` : value}`];
  });
  const inner = values.layer as { type: LayerPlan["type"] } | undefined;
  if (inner !== undefined) {
    const { type: innerType, ...innerOptions } = inner;
    const details = describeOptions({ type: innerType, options: innerOptions } as unknown as LayerPlan);
    words.unshift(
      `${innerType}${"units" in innerOptions ? ` of ${counted(Number(innerOptions.units), "unit")}` : ""}: ${details}`,
    );
  }
  if (values.returnSequences === true) words.push("sequences");
  for (const flag of ["goBackwards", "stateful", "maskZero"]) if (values[flag] === true) words.push(flag);
  return words.join(", ");
}
