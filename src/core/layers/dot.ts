import type { Shape } from "../spec/dataset.ts";
import { kernel } from "./call.ts";
import { defineLayer, type LayerOptions, size } from "./definition.ts";
import { show } from "./families/merging.ts";
import { flag } from "./schema.ts";

type DotOptions = Pick<LayerOptions<"dot">, "axes">;

function pair({ axes }: DotOptions): readonly [number, number] {
  return typeof axes === "number" ? [axes, axes] : axes;
}

/** Places of the axes, counted from 0 in the sample's shape; an axis of the spec counts the batch as 0, or from the end. */
function places(options: DotOptions, inputs: readonly Shape[]): number[] {
  const given = pair(options);
  return inputs.map((shape, k) => (given[k]! < 0 ? shape.length + given[k]! : given[k]! - 1));
}

/** What is left of each input's shape: [] of a vector. */
function rest(options: DotOptions, inputs: readonly Shape[]): number[][] {
  const along = places(options, inputs);
  return inputs.map((shape, k) => shape.filter((_, place) => place !== along[k]));
}

function sizes(shapes: readonly Shape[]): number {
  return shapes.reduce((sum, shape) => sum + size(shape), 0);
}

function fittingAxes(inputs: readonly Shape[]): string {
  const [first, second] = inputs as [Shape, Shape];
  const pairs = first.flatMap((n, i) => second.flatMap((m, j) => (n === m ? [`[${i + 1}, ${j + 1}]`] : [])));
  return pairs.length === 0 ? "give it inputs that agree along an axis" : `use \`axes: ${pairs[0]}\``;
}

export const dot = defineLayer({
  type: "dot",
  schema: {
    description: "Dot products of the vectors along an axis of each of its two inputs.",
    options: {
      axes: {
        description:
          "The axis along which products are summed, or one for each input. -1: the features; of sequences 1 or -2: the timesteps, 2: the features; of vectors 1: the features.",
        type: ["integer", "array"],
        minimum: -2,
        maximum: 2,
        minItems: 2,
        maxItems: 2,
        items: { type: "integer", minimum: -2, maximum: 2 },
        default: -1,
        tsType: "number | [number, number]",
        examples: [-1],
      },
      normalize: flag("Scale the vectors to length 1: the products are their cosines.", false),
    },
  },
  reads: "vectors",
  inputs: { least: 2, most: 2 },
  mask: "drops",
  outputShape(options, inputs) {
    const along = places(options, inputs);
    const given = [options.axes].flat();
    const without = inputs.findIndex((shape, k) => shape[along[k]!] === undefined);
    if (without !== -1) {
      const axis = given[given.length === 1 ? 0 : without]!;
      const batch = axis === 0 || axis === -inputs[without]!.length - 1 ? ", but the batch" : "";
      return {
        problem: `axis ${axis} is none of a sample of shape ${show(inputs[without]!)}${batch}`,
        fix: "use `axes: -1` for the features of both, or name an axis of each",
        key: "axes",
      };
    }
    const [first, second] = inputs.map((shape, k) => shape[along[k]!]!);
    if (first !== second) {
      return {
        problem: `its inputs, ${inputs.map(show).join(" and ")}, have ${first} and ${second} values along ${given.length === 1 ? `axis ${given[0]}` : `axes ${given.join(" and ")}`}`,
        fix: fittingAxes(inputs),
        key: "axes",
      };
    }
    const left = rest(options, inputs).flat();
    return left.length === 0 ? [1] : left;
  },
  parameters: () => [],
  flops: (options, inputs) =>
    2 * size(inputs[0]!) * size(rest(options, inputs)[1]!) + (options.normalize ? 3 : 0) * sizes(inputs),
  kept: (_options, inputs, output) => sizes(inputs) + size(output),
  shown: [],
  call: ({ axes, normalize }) => kernel("dot", { axes: pair({ axes }), normalize }, { list: true }),
  keras: {
    className: "Dot",
    // Of a pair, TensorFlow.js wants both axes counted from the batch.
    extra(options, dialect, inputs) {
      const { axes } = options as unknown as DotOptions;
      return dialect === "tfjs" && typeof axes !== "number"
        ? { axes: places({ axes }, inputs).map((place) => place + 1) }
        : {};
    },
  },
});
