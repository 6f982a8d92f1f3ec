import type { CallOptions, CallValue, ConstantImport, KernelCall } from "../../layers/call.ts";
import { activationConstant } from "../../layers/call.ts";
import { layerDefinition } from "../../layers/layers.ts";
import type { LayerPlan } from "../../plan/types.ts";
import { literal } from "../text.ts";

/** What a layer calls, its options as the program writes them. */
export interface LayerCall extends Omit<KernelCall, "options"> {
  /** The options object's text; "{}" where the functions read none. */
  readonly options: string;
  /** What the options name. */
  readonly constants: readonly ConstantImport[];
}

/** How a layer is called. A loss may have taken its activation over: then it applies none. */
export function layerCall({ type, options }: LayerPlan, fused = false): LayerCall {
  const { options: own, ...call } = layerDefinition(type).call(options);
  const read = fused ? { ...own, activation: activationConstant("linear") } : own;
  return { ...call, options: optionsText(read), constants: constantsOf(read) };
}

function optionsText(options: CallOptions): string {
  const entries = Object.entries(options).map(([key, value]) => {
    if (isConstant(value)) return `${key}: ${value.constant}`;
    return `${key}: ${isOptions(value) ? optionsText(value) : literal(value)}`;
  });
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}

function constantsOf(options: CallOptions): ConstantImport[] {
  return Object.values(options).flatMap((value) => {
    if (isConstant(value)) return [value];
    return isOptions(value) ? constantsOf(value) : [];
  });
}

function isConstant(value: CallValue): value is ConstantImport {
  return typeof value === "object" && "constant" in value;
}

function isOptions(value: Exclude<CallValue, ConstantImport>): value is CallOptions {
  return typeof value === "object" && !Array.isArray(value);
}
