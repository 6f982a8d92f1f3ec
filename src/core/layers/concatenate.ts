import { defineLayer, hasFrames, size } from "./definition.ts";
import { MERGING, mergeKernel, show } from "./families/merging.ts";

export const concatenate = defineLayer({
  type: "concatenate",
  schema: {
    description: "Joins its inputs along an axis.",
    options: {
      axis: {
        description:
          "-1: the features, or the channels of frames; 2: the features of sequences; 1: the timesteps of sequences, or the features of vectors.",
        type: "integer",
        enum: [-1, 1, 2],
        default: -1,
        examples: [-1],
      },
    },
  },
  ...MERGING,
  joinsMasks: ({ axis }) => axis === 1,
  outputShape({ axis }, inputs) {
    const rank = inputs[0]!.length;
    const different = inputs.some((shape) => shape.length !== rank);
    const along = axis === -1 ? rank - 1 : axis - 1;
    if (!different && along >= rank) {
      return { problem: "vectors have no axis 2", fix: "use `axis: -1`", key: "axis" };
    }
    if (!different && hasFrames(inputs[0]!) && axis !== -1) {
      return { problem: "frames are joined along their channels alone", fix: "use `axis: -1`", key: "axis" };
    }
    const rest = (shape: readonly number[]): string => show(shape.filter((_, index) => index !== along));
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
  shown: ["axis"],
  call: ({ axis }) => mergeKernel("concatenate", { axis }),
  keras: { className: "Concatenate" },
  tensorflowJs: {
    combinesMasks: "all",
    maskWarnings({ options: { axis }, inputMasks }) {
      const isMasked = inputMasks.map((mask) => mask !== undefined);
      return axis === 1 && isMasked.includes(true) && isMasked.includes(false)
        ? ["TensorFlow.js cannot run it: it has no masks to join along the timesteps"]
        : [];
    },
  },
});
