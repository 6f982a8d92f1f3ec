import type { Shape } from "../spec/dataset.ts";
import type { RecurrentLayer } from "../spec/types.ts";
import {
  featuresOf,
  type LayerDefinition,
  type LayerOptions,
  ONE_INPUT,
  type ParameterDefinition,
  parameter,
  timestepsOf,
} from "./definition.ts";

type RecurrentType = RecurrentLayer["type"];
export type RecurrentOptions = LayerOptions<RecurrentType>;

interface Cell {
  readonly gates: number;
  /** Elementwise operations per unit and timestep, roughly. */
  readonly elementwise: number;
  /** Values kept per unit and timestep: preactivations, gates and states. */
  readonly kept: number;
}

const CELLS: Readonly<Record<RecurrentType, Cell>> = {
  lstm: { gates: 4, elementwise: 14, kept: 11 },
  gru: { gates: 3, elementwise: 12, kept: 8 },
  simpleRNN: { gates: 1, elementwise: 2, kept: 2 },
};

function recurrent(type: RecurrentType): LayerDefinition<RecurrentOptions> {
  const { gates, elementwise, kept } = CELLS[type];
  return {
    reads: "sequence",
    inputs: ONE_INPUT,
    mask: "uses",
    outputShape: (options, [input]) => recurrentOutput(options, input!),
    parameters: (options, [input]) => recurrentParameters(type, options, input!),
    // Two matmuls into the gates per step, and the elementwise operations.
    flops: ({ units }, [input]) =>
      timestepsOf(input!) * (2 * gates * units * (featuresOf(input!) + units) + elementwise * units),
    kept: ({ units }, [input]) => timestepsOf(input!) * kept * units,
  };
}

function recurrentOutput({ units, returnSequences }: RecurrentOptions, input: Shape): Shape {
  return returnSequences ? [timestepsOf(input), units] : [units];
}

function recurrentParameters(
  type: RecurrentType,
  options: RecurrentOptions,
  input: Shape,
  prefix = "",
): ParameterDefinition[] {
  const { units, useBias } = options;
  const columns = CELLS[type].gates * units;
  const kernel = parameter(options, "kernel", `${prefix}kernel`, [featuresOf(input), columns]);
  const recurrentKernel = parameter(options, "recurrent", `${prefix}recurrentKernel`, [units, columns]);
  if (!useBias) return [kernel, recurrentKernel];
  const twoRows = "resetAfter" in options && options.resetAfter;
  const unitForgetBias = "unitForgetBias" in options && options.unitForgetBias === true;
  const shape = twoRows ? [2, columns] : [columns];
  return [kernel, recurrentKernel, parameter(options, "bias", `${prefix}bias`, shape, { unitForgetBias })];
}

const bidirectional: LayerDefinition<LayerOptions<"bidirectional">> = {
  reads: "sequence",
  inputs: ONE_INPUT,
  mask: "uses",
  outputShape({ layer, mergeMode }, [input]) {
    const output = recurrentOutput(layer as RecurrentOptions, input!);
    return mergeMode === "concat" ? [...output.slice(0, -1), 2 * featuresOf(output)] : output;
  },
  parameters({ layer }, [input]) {
    const options = layer as RecurrentOptions;
    return [
      ...recurrentParameters(layer.type, options, input!, "forward/"),
      ...recurrentParameters(layer.type, options, input!, "backward/"),
    ];
  },
  flops: ({ layer }, inputs, output) => 2 * RECURRENT[layer.type].flops(layer as RecurrentOptions, inputs, output),
  kept: ({ layer }, inputs, output) => 2 * RECURRENT[layer.type].kept(layer as RecurrentOptions, inputs, output),
};

const RECURRENT = { lstm: recurrent("lstm"), gru: recurrent("gru"), simpleRNN: recurrent("simpleRNN") };

export const RECURRENT_LAYERS = { ...RECURRENT, bidirectional };
