import { counted } from "../../support/system/counted.ts";
import { layerDefinition } from "../layers/layers.ts";
import type { LayerPlan } from "./types.ts";

/** A layer's options in a few words: "relu, sigmoid gates, sequences". */
export function describeOptions({ type, options }: Pick<LayerPlan, "type" | "options">): string {
  const values = options as Readonly<Record<string, unknown>>;
  const words = layerDefinition(type).shown.flatMap((key: string) => {
    const value = values[key];
    if (value === undefined || value === false || (key.toLowerCase().endsWith("dropout") && value === 0)) return [];
    if (value === true) return [key === "returnSequences" ? "sequences" : key];
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
  return words.join(", ");
}
