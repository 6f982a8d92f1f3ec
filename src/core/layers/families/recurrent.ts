import type { Shape } from "../../spec/dataset.ts";
import type { RecurrentLayer } from "../../spec/types.ts";
import { activationConstant, type CallOptions, type KernelCall, kernel } from "../call.ts";
import {
  featuresOf,
  type LayerDefinition,
  type LayerOptions,
  ONE_INPUT,
  type ParameterDefinition,
  parameter,
  type RecurrentCell,
  timestepsOf,
} from "../definition.ts";
import type { Config, Dialect, MaskedCall } from "../exchange.ts";
import { activationOption, flag, type OptionSchema, rate, UNITS, weightOptions } from "../schema.ts";

export type RecurrentType = RecurrentLayer["type"];
export type RecurrentLayerOptions = LayerOptions<RecurrentType>;

interface RecurrentFamily extends RecurrentCell {
  /** Elementwise operations per unit and timestep, roughly. */
  readonly elementwise: number;
  /** Values kept per unit and timestep: preactivations, gates and states. */
  readonly keptPerUnit: number;
}

/** What layers have in common that run a cell over the timesteps. */
export function recurrent(family: RecurrentFamily) {
  const { elementwise, keptPerUnit, ...cell } = family;
  const { name, gates } = cell;
  return {
    reads: "sequence",
    inputs: ONE_INPUT,
    mask: "uses",
    cell,
    outputShape: (options: RecurrentLayerOptions, [input]: readonly Shape[]) => recurrentOutput(options, input!),
    parameters: (options: RecurrentLayerOptions, [input]: readonly Shape[]) => cellParameters(gates, options, input!),
    // Two matmuls into the gates per step, and the elementwise operations.
    flops: ({ units }: RecurrentLayerOptions, [input]: readonly Shape[]) =>
      timestepsOf(input!) * (2 * gates * units * (featuresOf(input!) + units) + elementwise * units),
    kept: ({ units }: RecurrentLayerOptions, [input]: readonly Shape[]) => timestepsOf(input!) * keptPerUnit * units,
    call: (options: RecurrentLayerOptions) =>
      kernel(name, cellOptions(options), { takesMask: ["mask"], ...cellCall(options, cell) }),
    tensorflowJs: { maskWarnings: otherMask },
  } as const satisfies Partial<LayerDefinition<RecurrentType>>;
}

export function recurrentOutput({ units, returnSequences }: RecurrentLayerOptions, input: Shape): Shape {
  return returnSequences ? [timestepsOf(input), units] : [units];
}

/** Weights of a cell, all gates in one. */
export function cellParameters(
  gates: number,
  options: RecurrentLayerOptions,
  input: Shape,
  prefix = "",
): ParameterDefinition[] {
  const { units, useBias } = options;
  const columns = gates * units;
  const kernel = parameter(options, "kernel", `${prefix}kernel`, [featuresOf(input), columns]);
  const recurrentKernel = parameter(options, "recurrent", `${prefix}recurrentKernel`, [units, columns]);
  if (!useBias) return [kernel, recurrentKernel];
  const twoRows = "resetAfter" in options && options.resetAfter;
  const unitForgetBias = "unitForgetBias" in options && options.unitForgetBias === true;
  const shape = twoRows ? [2, columns] : [columns];
  return [kernel, recurrentKernel, parameter(options, "bias", `${prefix}bias`, shape, { unitForgetBias })];
}

/** What the kernels of recurrent layers read of the options; the rest decided shapes and initial weights. */
export function cellOptions(options: RecurrentLayerOptions): CallOptions {
  return {
    activation: activationConstant(options.activation),
    ...("recurrentActivation" in options
      ? { recurrentActivation: activationConstant(options.recurrentActivation as string) }
      : {}),
    ...("resetAfter" in options ? { resetAfter: options.resetAfter as boolean } : {}),
    returnSequences: options.returnSequences,
    ...(options.goBackwards ? { goBackwards: true } : {}),
  };
}

/** What a cell takes beside its input while training: dropout masks and a state. */
export function cellCall(
  { units, dropout, recurrentDropout, stateful }: RecurrentLayerOptions,
  { gates, states }: RecurrentCell,
): Pick<KernelCall, "units" | "cellDropout" | "state"> {
  return {
    units,
    // As in Keras 3: with dropout of the state every gate has masks of its own, of the inputs, too.
    cellDropout: { inputs: dropout, state: recurrentDropout, masks: recurrentDropout > 0 ? gates : 1 },
    ...(stateful ? { state: states } : {}),
  };
}

/** Recurrent layers of TensorFlow.js use whatever mask they are called with. */
export function otherMask({ inputMasks, loaded }: MaskedCall<unknown>): string[] {
  if (loaded === inputMasks[0]) return [];
  const whose = loaded === undefined ? "no mask" : `another mask, that of ${loaded.split("/")[0]},`;
  return [`loaded in TensorFlow.js, it fails or skips other timesteps: there ${whose} reaches it`];
}

/** Keras keeps the weights of a cell in the cell. */
export const cellWeights = (names: readonly string[]): string[] => names.map((_, k) => `cell/vars/${k}`);

/** Files of tf.layers that do not name the activation of the gates have its default. */
export function impliedGates(config: Config, dialect: Dialect): Config {
  return dialect === "tfjs" && config.recurrent_activation === undefined
    ? { recurrentActivation: "hardSigmoid02" }
    : {};
}

const OF_GATES = "As in Keras each gate then has masks of its own, of the inputs, too.";

/** The options that recurrent layers have in common, in the order of the schema. */
export function recurrentSchema(own: {
  readonly activation: string;
  /** The layer has gates, with activations and dropout masks of their own. */
  readonly hasGates: boolean;
  readonly afterBias?: Readonly<Record<string, OptionSchema>>;
}): Record<string, OptionSchema> {
  const dropout = rate("Share of the recurrent state set to zero while training, the same units at every timestep", 0);
  return {
    units: UNITS,
    activation: activationOption(own.activation, "tanh"),
    ...(own.hasGates ? { recurrentActivation: activationOption("Activation of the gates.", "sigmoid") } : {}),
    useBias: flag(own.hasGates ? "Add a bias to the gates." : "Add a bias.", true),
    ...own.afterBias,
    ...weightOptions({
      kernel: { what: "input weights", from: "glorotUniform" },
      recurrent: { what: "recurrent weights", from: "orthogonal" },
      bias: { what: "bias", from: "zeros" },
    }),
    dropout: rate("Share of the inputs set to zero while training, the same ones at every timestep", 0),
    recurrentDropout: own.hasGates ? { ...dropout, description: `${dropout.description} ${OF_GATES}` } : dropout,
    returnSequences: flag("Return the output of every timestep instead of the last one only.", false),
    goBackwards: flag("Read the timesteps from the last to the first; outputs come in that order.", false),
    stateful: flag(
      "Start sample i of a batch from the state in which sample i of the batch before it ended, and from zeros at the start of an epoch; needs `shuffle: false`. Windows of csv and text datasets start one step after another: they continue the batch before only where `batchSize` is the number of timesteps.",
      false,
    ),
  };
}
