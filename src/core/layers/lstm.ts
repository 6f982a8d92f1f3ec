import { defineLayer } from "./definition.ts";
import { cellWeights, impliedGates, recurrent, recurrentSchema } from "./families/recurrent.ts";
import { flag } from "./schema.ts";

export const lstm = defineLayer({
  type: "lstm",
  schema: {
    description: "Long short-term memory over the timesteps (Hochreiter & Schmidhuber 1997).",
    hasWeights: true,
    options: recurrentSchema({
      activation: "Activation of the candidate and of the cell state.",
      hasGates: true,
      afterBias: { unitForgetBias: flag("Start the forget gate's bias at one (Jozefowicz et al. 2015).", true) },
    }),
    required: ["units"],
  },
  ...recurrent({
    name: "lstm",
    gates: 4,
    states: ["h", "c"],
    elementwise: 14,
    keptPerUnit: 11,
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
    className: "LSTM",
    takesMask: true,
    weightPaths: cellWeights,
    extra: (_options, dialect) => (dialect === "tfjs" ? { implementation: 2 } : {}),
    implied: impliedGates,
  },
});
