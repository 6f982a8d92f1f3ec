import type { Shape } from "../spec/dataset.ts";
import { activationConstant, kernel } from "./call.ts";
import {
  defineLayer,
  featuresOf,
  type LayerOptions,
  ONE_INPUT,
  parameter,
  placesOf,
  type ShapeProblem,
  size,
  timestepsOf,
} from "./definition.ts";
import { cellWeights, impliedGates } from "./families/recurrent.ts";
import { windowCount } from "./families/windows.ts";
import { lstm } from "./lstm.ts";
import { choice, count, type OptionSchema } from "./schema.ts";

type Options = LayerOptions<"convLstm2d">;
type Pair = readonly [number, number];

/** The options of an LSTM, but for its size, and for a state that batches hand on. */
const { units: _units, stateful: _stateful, ...OF_LSTM } = lstm.schema.options;

/** A number for rows and columns, or one for each. */
function pair(description: string, example: Pair, fallback?: number): OptionSchema {
  const number = { minimum: 1, maximum: 4096 } as const;
  return {
    description: `${description}: one number, or one for the rows and one for the columns.`,
    type: ["integer", "array"],
    ...number,
    minItems: 2,
    maxItems: 2,
    items: { type: "integer", ...number },
    ...(fallback === undefined ? {} : { default: fallback }),
    tsType: "number | [number, number]",
    examples: [example],
  };
}

function both(value: number | Pair): Pair {
  return typeof value === "number" ? [value, value] : value;
}

/** Rows and columns of the output's frames, and of the state. */
function grid({ kernelSize, strides, padding, dilationRate }: Options, input: Shape): Pair | ShapeProblem {
  const [sizes, steps, rates] = [both(kernelSize), both(strides), both(dilationRate)];
  if (Math.max(...steps) > 1 && Math.max(...rates) > 1) {
    const problem = `strides ${steps.join(" and ")} and dilationRate ${rates.join(" and ")} exclude each other`;
    return { problem, fix: "set one of them to 1", key: "dilationRate" };
  }
  const counts = ([0, 1] as const).map((axis) => {
    const span = (sizes[axis] - 1) * rates[axis] + 1;
    const length = input[axis + 1]!;
    return padding === "valid" && span > length ? { span, length } : windowCount(length, span, steps[axis], padding);
  });
  for (const [axis, count] of counts.entries()) {
    if (typeof count === "number") continue;
    const what = axis === 0 ? "rows" : "columns";
    const problem = `a filter covers ${count.span} ${what}, but a frame of the input has ${count.length}`;
    return { problem, fix: "use a smaller `kernelSize`, or `padding: same`", key: "kernelSize" };
  }
  return counts as unknown as Pair;
}

export const convLstm2d = defineLayer({
  type: "convLstm2d",
  schema: {
    description:
      "An LSTM over frames: convolutions of the input and of the state take the place of its products (Shi et al. 2015).",
    hasWeights: true,
    options: {
      filters: count("Number of filters: the channels of the output.", [16]),
      kernelSize: pair("Places that a filter sees, of the input and of the state", [3, 3]),
      strides: pair("Places between two outputs", [1, 1], 1),
      padding: choice(
        "valid: only whole windows; same: as many outputs as inputs (at stride 1). The windows of the state are always same.",
        ["valid", "same"],
        "valid",
        "same",
      ),
      dilationRate: pair("Places between two inputs of a filter; those of the state lie side by side", [1, 1], 1),
      ...OF_LSTM,
    },
    required: ["filters", "kernelSize"],
  },
  reads: "frames",
  inputs: ONE_INPUT,
  mask: "drops",
  cell: { name: "convLstm2d", gates: 4, states: ["h", "c"] },
  outputShape(options, [input]) {
    const frame = grid(options, input!);
    if ("problem" in frame) return frame;
    const output = [...frame, options.filters];
    return options.returnSequences ? [timestepsOf(input!), ...output] : output;
  },
  parameters(options, [input]) {
    const { kernelSize, filters, unitForgetBias, useBias } = options;
    const window = both(kernelSize);
    const columns = 4 * filters;
    return [
      parameter(options, "kernel", "kernel", [...window, featuresOf(input!), columns]),
      parameter(options, "recurrent", "recurrentKernel", [...window, filters, columns]),
      ...(useBias ? [parameter(options, "bias", "bias", [columns], { unitForgetBias })] : []),
    ];
  },
  // Two convolutions into four gates per step, and the elementwise operations of an LSTM.
  flops: ({ kernelSize, filters }, [input], output) =>
    timestepsOf(input!) *
    placesOf(output) *
    filters *
    (8 * size(both(kernelSize)) * (featuresOf(input!) + filters) + 14),
  kept: ({ filters }, [input], output) => timestepsOf(input!) * placesOf(output) * 11 * filters,
  shown: ["activation", "filters", "kernelSize", "strides", "padding", "returnSequences", "goBackwards"],
  call: ({ strides, padding, dilationRate, ...options }) =>
    kernel(
      "convLstm2d",
      {
        activation: activationConstant(options.activation),
        recurrentActivation: activationConstant(options.recurrentActivation),
        strides: both(strides),
        padding,
        dilationRate: both(dilationRate),
        returnSequences: options.returnSequences,
        ...(options.goBackwards ? { goBackwards: true } : {}),
      },
      {
        units: options.filters,
        cellDropout: { inputs: options.dropout, state: options.recurrentDropout, masks: 4 },
      },
    ),
  keras: {
    className: "ConvLSTM2D",
    weightPaths: cellWeights,
    extra: (_options, dialect) => ({ data_format: dialect === "tfjs" ? "channelsLast" : "channels_last" }),
    implied: impliedGates,
  },
});
