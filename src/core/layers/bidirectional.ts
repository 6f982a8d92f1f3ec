import { cellConstant, kernel } from "./call.ts";
import { defineLayer, featuresOf, isSequence, type LayerDefinition, ONE_INPUT } from "./definition.ts";
import {
  cellCall,
  cellOptions,
  cellParameters,
  otherMask,
  type RecurrentLayerOptions,
  type RecurrentType,
  recurrentOutput,
} from "./families/recurrent.ts";
import { gru } from "./gru.ts";
import { lstm } from "./lstm.ts";
import { choice, innerLayer } from "./schema.ts";
import { simpleRNN } from "./simple-rnn.ts";

const LAYERS = { lstm, gru, simpleRNN };
const DIRECTIONS = ["forward", "backward"];

type Inside = Pick<LayerDefinition<RecurrentType, RecurrentLayerOptions>, "cell" | "flops" | "kept">;

function inside(type: RecurrentType): Inside {
  return LAYERS[type];
}

export const bidirectional = defineLayer({
  type: "bidirectional",
  schema: {
    description:
      "Runs a recurrent layer forwards and another backwards over the timesteps and merges both (Schuster & Paliwal 1997).",
    hasWeights: true,
    options: {
      layer: innerLayer("The recurrent layer to run in both directions.", "RecurrentLayer", {
        type: "lstm",
        units: 32,
      }),
      mergeMode: choice(
        "How both outputs become one: concat doubles the features.",
        ["concat", "sum", "mul", "ave"],
        "concat",
      ),
    },
    required: ["layer"],
  },
  reads: "sequence",
  inputs: ONE_INPUT,
  mask: "uses",
  wraps: {
    choice: {
      title: "RecurrentLayer",
      description: "A recurrent layer inside a wrapper.",
      type: "Kind of recurrent layer.",
    },
    layers: Object.values(LAYERS),
    innerShape: (input) => input,
    directions: DIRECTIONS,
  },
  outputShape({ layer, mergeMode }, [input]) {
    const output = recurrentOutput(layer as RecurrentLayerOptions, input!);
    return mergeMode === "concat" ? [...output.slice(0, -1), 2 * featuresOf(output)] : output;
  },
  parameters: ({ layer }, [input]) =>
    DIRECTIONS.flatMap((direction) => {
      const { gates } = inside(layer.type).cell!;
      return cellParameters(gates, layer as RecurrentLayerOptions, input!, `${direction}/`);
    }),
  flops: ({ layer }, inputs, output) => 2 * inside(layer.type).flops(layer as RecurrentLayerOptions, inputs, output),
  kept: ({ layer }, inputs, output) => 2 * inside(layer.type).kept(layer as RecurrentLayerOptions, inputs, output),
  mergedValues({ mergeMode }, { low, high, isDistribution }) {
    switch (mergeMode) {
      case "ave":
        return { low, high, isDistribution };
      case "concat":
        return { low, high, isDistribution: false };
      case "sum":
        return { low: 2 * low, high: 2 * high, isDistribution: false };
      case "mul": {
        const most = Math.max(-low, high) ** 2;
        return { low: low < 0 ? -most : 0, high: most, isDistribution: false };
      }
    }
  },
  shown: ["mergeMode"],
  call({ layer, mergeMode }) {
    const options = layer as RecurrentLayerOptions;
    const cell = inside(layer.type).cell!;
    return kernel(
      "bidirectional",
      { layer: cellConstant(cell.name), mergeMode, cell: cellOptions(options) },
      { takesMask: ["mask"], directions: DIRECTIONS, ...cellCall(options, cell) },
    );
  },
  keras: {
    className: "Bidirectional",
    takesMask: true,
    innerPrefix: "forward_",
    secondLayer: "backward_layer",
    weightPaths: (names) => names.map((name, k) => `${name.split("/")[0]}_layer/cell/vars/${k % (names.length / 2)}`),
  },
  tensorflowJs: {
    maskWarnings(call) {
      const other = otherMask(call);
      if (other.length > 0 || call.inputMasks[0] === undefined || !isSequence(call.outputShape)) return other;
      return ["loaded in TensorFlow.js, masked timesteps repeat the output before them; as trained they are zeros"];
    },
  },
});
