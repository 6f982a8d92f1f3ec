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

/** Places of the axes, counted from 0 in the sample's shape; an axis of the spec counts the batch as 0, or from the end. */
function dotPlaces({ axes }: LayerOptions<"dot">, inputs: readonly Shape[]): number[] {
  const given = typeof axes === "number" ? [axes, axes] : axes;
  return inputs.map((shape, k) => (given[k]! < 0 ? shape.length + given[k]! : given[k]! - 1));
}

/** The axes of both inputs as Keras and TensorFlow.js count them: the batch is axis 0. */
export function dotAxes(options: LayerOptions<"dot">, inputs: readonly Shape[]): number[] {
  return dotPlaces(options, inputs).map((place) => place + 1);
}

/** What is left of each input's shape: [] of a vector. */
function dotRest(options: LayerOptions<"dot">, inputs: readonly Shape[]): number[][] {
  const places = dotPlaces(options, inputs);
  return inputs.map((shape, k) => shape.filter((_, place) => place !== places[k]));
}

const dot: LayerDefinition<LayerOptions<"dot">> = {
  reads: "any",
  inputs: { least: 2, most: 2 },
  mask: "drops",
  outputShape(options, inputs): Shape | ShapeProblem {
    const places = dotPlaces(options, inputs);
    const given = [options.axes].flat();
    const without = inputs.findIndex((shape, k) => shape[places[k]!] === undefined);
    if (without !== -1) {
      const axis = given[given.length === 1 ? 0 : without]!;
      const batch = axis === 0 || axis === -inputs[without]!.length - 1 ? ", but the batch" : "";
      return {
        problem: `axis ${axis} is none of a sample of shape ${show(inputs[without]!)}${batch}`,
        fix: "use `axes: -1` for the features of both, or name an axis of each",
        key: "axes",
      };
    }
    const [first, second] = inputs.map((shape, k) => shape[places[k]!]!);
    if (first !== second) {
      return {
        problem: `its inputs, ${inputs.map(show).join(" and ")}, have ${first} and ${second} values along ${given.length === 1 ? `axis ${given[0]}` : `axes ${given.join(" and ")}`}`,
        fix: fittingAxes(inputs),
        key: "axes",
      };
    }
    const rest = dotRest(options, inputs).flat();
    return rest.length === 0 ? [1] : rest;
  },
  parameters: () => [],
  flops: (options, inputs) =>
    2 * size(inputs[0]!) * size(dotRest(options, inputs)[1]!) + (options.normalize ? 3 : 0) * sizes(inputs),
  kept: (_options, inputs, output) => sizes(inputs) + size(output),
};

function sizes(shapes: readonly Shape[]): number {
  return shapes.reduce((sum, shape) => sum + size(shape), 0);
}

function fittingAxes(inputs: readonly Shape[]): string {
  const [first, second] = inputs as [Shape, Shape];
  const pairs = first.flatMap((n, i) => second.flatMap((m, j) => (n === m ? [`[${i + 1}, ${j + 1}]`] : [])));
  return pairs.length === 0 ? "give it inputs that agree along an axis" : `use \`axes: ${pairs[0]}\``;
}

function attending<O>(
  sum: string,
  rest: Pick<LayerDefinition<O>, "parameters" | "flops" | "kept">,
): LayerDefinition<O> {
  return {
    reads: "sequence",
    inputs: { least: 2, most: 3 },
    mask: "uses",
    outputShape(_options, [query, value, key = value]): Shape | ShapeProblem {
      if (featuresOf(query!) !== featuresOf(key!)) {
        return {
          problem: `query and key have ${featuresOf(query!)} and ${featuresOf(key!)} features, but their ${sum} needs as many`,
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
    ...rest,
  };
}

const attention = attending<LayerOptions<"attention">>("dot product", {
  parameters: (options) => (options.useScale ? [parameter({ scaleInitializer: "ones" }, "scale", "scale", [])] : []),
  flops: (_options, [query, value, key = value]) =>
    2 * query![0]! * value![0]! * (featuresOf(key!) + featuresOf(value!)) + 5 * query![0]! * value![0]!,
  kept: (_options, [query, value], output) => 2 * query![0]! * value![0]! + size(output),
});

const additiveAttention = attending<LayerOptions<"additiveAttention">>("sum", {
  parameters: ({ useScale }, [query]) =>
    useScale ? [parameter({ scaleInitializer: "glorotUniform" }, "scale", "scale", [featuresOf(query!)])] : [],
  // Of each pair of timesteps: sum, tanh, factor and sum over the features, then softmax and average of the values.
  flops: ({ useScale }, [query, value]) =>
    query![0]! * value![0]! * ((useScale ? 4 : 3) * featuresOf(query!) + 5 + 2 * featuresOf(value!)),
  kept: (_options, [query, value], output) => query![0]! * value![0]! * (featuresOf(query!) + 1) + size(output),
});

export const MERGE_LAYERS = {
  concatenate,
  add: elementwise<LayerOptions<"add">>(),
  subtract: { ...elementwise<LayerOptions<"subtract">>(), inputs: { least: 2, most: 2 } },
  multiply: elementwise<LayerOptions<"multiply">>(),
  average: elementwise<LayerOptions<"average">>(),
  maximum: elementwise<LayerOptions<"maximum">>(),
  minimum: elementwise<LayerOptions<"minimum">>(),
  dot,
  attention,
  additiveAttention,
};
