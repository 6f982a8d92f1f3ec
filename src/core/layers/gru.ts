import { defineLayer } from "./definition.ts";
import { cellWeights, impliedGates, otherMask, recurrent, recurrentSchema } from "./families/recurrent.ts";
import { flag } from "./schema.ts";

export const gru = defineLayer({
  type: "gru",
  schema: {
    description: "Gated recurrent unit over the timesteps (Cho et al. 2014).",
    hasWeights: true,
    options: recurrentSchema({
      activation: "Activation of the candidate.",
      hasGates: true,
      afterBias: {
        resetAfter: flag(
          "Apply the reset gate after the recurrent product, as Keras does, with a bias of its own.",
          true,
        ),
      },
    }),
    required: ["units"],
  },
  ...recurrent({
    name: "gru",
    gates: 3,
    states: ["h"],
    elementwise: 12,
    keptPerUnit: 8,
  }),
  shown: [
    "activation",
    "recurrentActivation",
    "dropout",
    "recurrentDropout",
    "returnSequences",
    "goBackwards",
    "stateful",
  ],
  keras: {
    className: "GRU",
    takesMask: true,
    weightPaths: cellWeights,
    extra: (_options, dialect) => (dialect === "tfjs" ? { implementation: 2 } : {}),
    implied(config, dialect) {
      const gates = impliedGates(config, dialect);
      if (dialect === "keras3" || config.reset_after !== undefined) return gates;
      // Versions of Keras that do not write this key compute so; those that do would have another shape of bias.
      const isOpen = dialect === "keras2" && config.use_bias === false;
      return { ...gates, resetAfter: isOpen ? undefined : false };
    },
  },
  tensorflowJs: {
    maskWarnings: otherMask,
    warnings: ({ resetAfter }) =>
      resetAfter
        ? ["TensorFlow.js cannot load it: its GRU has no resetAfter; train with `resetAfter: false` for that"]
        : [],
  },
});
