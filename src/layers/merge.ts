import type { Shape } from "../spec/dataset.ts";
import {
  featuresOf,
  type LayerDefinition,
  type LayerOptions,
  parameter,
  type ShapeProblem,
  size,
} from "./definition.ts";

const MANY_INPUTS = { least: 2, most: 16 } as const;

function show(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

/** The inputs' common shape, or the problem that they differ. */
function sameShape(inputs: readonly Shape[]): Shape | ShapeProblem {
  const [first] = inputs;
  const other = inputs.find((shape) => show(shape) !== show(first!));
  if (other === undefined) return first!;
  return {
    problem: `its inputs have different shapes: ${show(first!)} and ${show(other)}`,
    fix: "give it inputs of one shape",
    key: "inputs",
  };
}

function elementwise<O>(): LayerDefinition<O> {
  return {
    reads: "any",
    inputs: MANY_INPUTS,
    mask: "combines",
    outputShape: (_options, inputs) => sameShape(inputs),
    parameters: () => [],
    flops: (_options, inputs, output) => inputs.length * size(output),
    kept: (_options, inputs, output) => inputs.length * size(output),
  };
}

const concatenate: LayerDefinition<LayerOptions<"concatenate">> = {
  ...elementwise<LayerOptions<"concatenate">>(),
  outputShape({ axis }, inputs): Shape | ShapeProblem {
    const rank = inputs[0]!.length;
    const different = inputs.some((shape) => shape.length !== rank);
    const along = axis === -1 ? rank - 1 : axis - 1;
    if (!different && along >= rank) {
      return { problem: "vectors have no axis 2", fix: "use `axis: -1`", key: "axis" };
    }
    const rest = (shape: Shape): string => show(shape.filter((_, index) => index !== along));
    if (different || inputs.some((shape) => rest(shape) !== rest(inputs[0]!))) {
      return {
        problem: `its inputs, ${inputs.map(show).join(" and ")}, do not fit together along axis ${axis}`,
        fix: "give it inputs that differ along that axis only",
        key: "inputs",
      };
    }
    const joined = inputs.reduce((sum, shape) => sum + shape[along]!, 0);
    return inputs[0]!.map((n, index) => (index === along ? joined : n));
  },
  flops: () => 0,
  kept: (_options, _inputs, output) => size(output),
};

const attention: LayerDefinition<LayerOptions<"attention">> = {
  reads: "sequence",
  inputs: { least: 2, most: 3 },
  mask: "uses",
  outputShape(_options, [query, value, key = value]): Shape | ShapeProblem {
    if (featuresOf(query!) !== featuresOf(key!)) {
      return {
        problem: `query and key have ${featuresOf(query!)} and ${featuresOf(key!)} features, but their dot product needs as many`,
        fix: "give the layers before it as many units",
        key: "inputs",
      };
    }
    if (key![0] !== value![0]) {
      return {
        problem: `key and value have ${key![0]} and ${value![0]} timesteps, but each key belongs to a value`,
        fix: "give it key and value of the same timesteps",
        key: "inputs",
      };
    }
    return [query![0]!, featuresOf(value!)];
  },
  parameters: (options) => (options.useScale ? [parameter({ scaleInitializer: "ones" }, "scale", "scale", [])] : []),
  flops: (_options, [query, value, key = value]) =>
    2 * query![0]! * value![0]! * (featuresOf(key!) + featuresOf(value!)) + 5 * query![0]! * value![0]!,
  kept: (_options, [query, value], output) => 2 * query![0]! * value![0]! + size(output),
};

export const MERGE_LAYERS = {
  concatenate,
  add: elementwise<LayerOptions<"add">>(),
  subtract: { ...elementwise<LayerOptions<"subtract">>(), inputs: { least: 2, most: 2 } },
  multiply: elementwise<LayerOptions<"multiply">>(),
  average: elementwise<LayerOptions<"average">>(),
  maximum: elementwise<LayerOptions<"maximum">>(),
  minimum: elementwise<LayerOptions<"minimum">>(),
  attention,
};
