import { defineLayer } from "./definition.ts";
import { cellWeights, recurrent, recurrentSchema } from "./families/recurrent.ts";

export const simpleRNN = defineLayer({
  type: "simpleRNN",
  schema: {
    description: "Fully connected recurrent layer: the output is fed back (Elman 1990).",
    hasWeights: true,
    options: recurrentSchema({ activation: "Activation of the output.", hasGates: false }),
    required: ["units"],
  },
  ...recurrent({
    name: "simpleRnn",
    gates: 1,
    states: ["h"],
    elementwise: 2,
    keptPerUnit: 2,
  }),
  shown: ["activation", "dropout", "recurrentDropout", "returnSequences", "goBackwards", "stateful"],
  keras: { className: "SimpleRNN", takesMask: true, weightPaths: cellWeights },
});
