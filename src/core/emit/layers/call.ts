import type { LayerOptions, LayerType } from "../../layers/definition.ts";
import { constantName, literal } from "../text.ts";

export interface LayerFunctions {
  readonly forward: string;
  readonly backward: string;
}

/** The support functions that a layer calls. All of them take (input, [weights], options, [extra]). */
export interface LayerCall extends LayerFunctions {
  /** The file in support/nn. */
  readonly module: string;
  /** The functions at inference where they are others; "identity" where the layer does nothing then. */
  readonly inference?: LayerFunctions | "identity";
  /** The layer does nothing while training. */
  readonly training?: "identity";
  /** The options object's text, without activations' imports. */
  readonly options: string;
  /** Constants of support/nn/activations that the options name. */
  readonly activations: readonly string[];
  /** The layer draws random numbers while training. */
  readonly random?: boolean;
  /** Rates of the dropout inside a recurrent cell, and how many masks it takes of each kind. */
  readonly cellDropout?: { readonly inputs: number; readonly state: number; readonly masks: number };
  /** A stateful layer's state: names of its tensors. The forward pass takes one as `initialState` and returns the next. */
  readonly state?: readonly string[];
  /** The forward pass takes masks of its inputs: names of the arguments in their order, or "masks" for a list of all. */
  readonly takesMask?: readonly string[] | "masks";
  /** A call after the backward pass that updates statistics. */
  readonly update?: string;
  /** "optional": the functions take weights even where the layer has none. */
  readonly weights?: "optional";
  /** The functions take a list of inputs and give a list of gradients, even for one input. */
  readonly list?: boolean;
  /** The gradient of the input does not exist: ids. */
  readonly noInputGradient?: boolean;
}

/** `name` → `nameForward` and `nameBackward`. */
export function functions(name: string): { forward: string; backward: string } {
  return { forward: `${name}Forward`, backward: `${name}Backward` };
}

/** An options object: activations become the constants that support/nn/activations exports. */
export function optionsText(
  options: Readonly<Record<string, unknown>>,
  activationKeys: readonly string[] = [],
): { options: string; activations: string[] } {
  const activations: string[] = [];
  const entries = Object.entries(options).map(([key, value]) => {
    if (!activationKeys.includes(key)) return `${key}: ${literal(value as never)}`;
    const constant = constantName(value as string);
    activations.push(constant);
    return `${key}: ${constant}`;
  });
  return { options: entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`, activations };
}

export type CallOf<T extends LayerType> = (options: LayerOptions<T>) => LayerCall;
