import { constantName, fileName } from "../spec/names.ts";

/** A pair of functions of a kernel. */
export interface LayerFunctions {
  readonly forward: string;
  readonly backward: string;
}

/** A constant that options name: the generated code imports it. */
export interface ConstantImport {
  /** The file in support/nn, without its ending. */
  readonly module: string;
  readonly constant: string;
}

export type CallValue = string | number | boolean | readonly (string | number)[] | ConstantImport | CallOptions;

export interface CallOptions {
  readonly [option: string]: CallValue;
}

/** The support functions that a layer calls. All of them take (input, [weights], options, [extra]). */
export interface KernelCall extends LayerFunctions {
  /** The file in support/nn, without its ending. */
  readonly module: string;
  /** The functions at inference where they are others; "identity" where the layer does nothing then. */
  readonly inference?: LayerFunctions | "identity";
  /** The layer does nothing while training. */
  readonly training?: "identity";
  /** What the functions read of the layer's options; the rest decided shapes and initial weights. */
  readonly options: CallOptions;
  /** The layer draws random numbers while training. */
  readonly random?: boolean;
  /** Units of a recurrent layer's state. */
  readonly units?: number;
  /** What a layer runs in both directions calls them: each has masks and states of its own. */
  readonly directions?: readonly string[];
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

/** The constant that stands for a cell: "simpleRnn" → SIMPLE_RNN of cells/simple-rnn.ts. */
export function cellConstant(name: string): ConstantImport {
  return { module: `cells/${fileName(name)}`, constant: constantName(name) };
}

/** An activation by its name in a spec: "hardSigmoid" → HARD_SIGMOID of activations/hard-sigmoid.ts. */
export function activationConstant(name: string): ConstantImport {
  return { module: `activations/${fileName(name)}`, constant: constantName(name) };
}

/** `maxPooling1d` → `maxPooling1dForward` and `maxPooling1dBackward` of max-pooling1d.ts. */
export function kernel(name: string, options: CallOptions = {}, rest: Partial<KernelCall> = {}): KernelCall {
  return { module: fileName(name), forward: `${name}Forward`, backward: `${name}Backward`, options, ...rest };
}

/** A layer that draws random numbers while training; with a rate or standard deviation of 0 it does nothing then, either. */
export function noiseKernel(name: string, amount: Readonly<Record<string, number>>): KernelCall {
  const idle = Object.values(amount).every((value) => value === 0);
  return idle
    ? kernel(name, {}, { training: "identity", inference: "identity" })
    : kernel(name, amount, { random: true, inference: "identity" });
}
