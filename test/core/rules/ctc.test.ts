import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { compile } from "../../../src/node.ts";

const TARGETS = { encoding: "labelSequence", classes: 5, length: 3, train: "y.npy", test: "y.npy" };
const LSTM = { type: "lstm", units: 8, returnSequences: true };

function told({
  targets = TARGETS as object,
  layers = [LSTM, { type: "dense", units: 5 }] as object[],
  training = {},
}) {
  const spec = {
    specVersion: 1,
    name: "example",
    dataset: { type: "arrays", inputs: [{ shape: [9, 4], train: "x.npy", test: "x.npy" }], targets },
    layers,
    optimizer: { type: "adam" },
    training: { loss: "ctc", ...training },
  };
  const text = stringify(spec);
  return compile(text).diagnostics.map(({ code, line, message, fix }) => {
    return `${code} ${text.split("\n")[line - 1]!.trim()}: ${message}; ${fix}`;
  });
}

const without = (key: string): object => Object.fromEntries(Object.entries(TARGETS).filter(([name]) => name !== key));

describe("rules of the ctc loss", () => {
  it("accepts what fits, as a name and as a map", () => {
    expect(told({})).toEqual([]);
    expect(told({ training: { loss: { type: "ctc" } } })).toEqual([]);
    expect(
      told({
        layers: [
          { type: "bidirectional", layer: LSTM },
          { type: "dense", units: 5 },
        ],
      }),
    ).toEqual([]);
    const timeDistributed = { type: "timeDistributed", layer: { type: "dense", units: 5 } };
    expect(told({ layers: [{ type: "masking" }, LSTM, timeDistributed] })).toEqual([]);
  });

  it.each<[string, Parameters<typeof told>[0], string]>([
    [
      "a softmax head",
      { layers: [LSTM, { type: "dense", units: 5, activation: "softmax" }] },
      "LC1204 activation: softmax: ctc takes logits, but the activation is softmax; use `activation: linear`",
    ],
    [
      "a recurrent head",
      { layers: [{ ...LSTM, units: 5, activation: "tanh" }] },
      "LC1204 activation: tanh: ctc takes logits, but the activation is tanh; add a dense layer without activation",
    ],
    [
      "an output without timesteps",
      {
        layers: [
          { type: "gru", units: 8 },
          { type: "dense", units: 5 },
        ],
      },
      "LC1243 - type: gru: labels are aligned with timesteps, but the output has none; add `returnSequences: true` to the last recurrent layer",
    ],
    [
      "another number of classes",
      { layers: [LSTM, { type: "dense", units: 4 }] },
      "LC1203 units: 4: 4 units, but the dataset has 5 classes; use `units: 5`",
    ],
    [
      "a label per timestep",
      { targets: { encoding: "labels", classes: 5, timesteps: 9, train: "y.npy", test: "y.npy" } },
      "LC1205 loss: ctc: ctc learns sequences of labels, but the targets of arrays are none; use an arrays dataset with `encoding: labelSequence`, or another loss",
    ],
    [
      "numbers",
      { targets: { encoding: "numbers", features: 5, timesteps: 9, train: "y.npy", test: "y.npy" } },
      "LC1205 loss: ctc: ctc learns sequences of labels, but the targets of arrays are none; use an arrays dataset with `encoding: labelSequence`, or another loss",
    ],
    [
      "another loss",
      { training: { loss: "meanSquaredError" } },
      "LC1205 loss: meanSquaredError: meanSquaredError does not compare sequences of labels; use ctc",
    ],
    [
      "accuracy",
      { training: { metrics: ["accuracy"] } },
      "LC1206 - accuracy: accuracy does not compare sequences of labels; remove it",
    ],
    [
      "class weights",
      { training: { classWeight: { "1": 2 } } },
      'LC1232 "1": 2: classes have weights, but the targets of arrays are sequences; remove `classWeight`',
    ],
    [
      "no length",
      { targets: without("length") },
      "LC1240 encoding: labelSequence: targets as labelSequence lack the length of the longest; add `length: 12`, or as many as there are",
    ],
    [
      "no classes",
      { targets: without("classes") },
      "LC1240 encoding: labelSequence: targets as labelSequence lack the number of classes; add `classes: 10`, or as many as there are",
    ],
    [
      "timesteps",
      { targets: { ...TARGETS, timesteps: 9 } },
      "LC1240 timesteps: 9: the timesteps of the labels are not known with labelSequence; use `length`, or `encoding: labels` for a label per timestep",
    ],
    [
      "features",
      { targets: { ...TARGETS, features: 2 } },
      "LC1240 features: 2: targets as labelSequence have classes, not features; remove `features`",
    ],
    [
      "more labels than timesteps",
      { targets: { ...TARGETS, length: 10 } },
      "LC2032 length: 10: a label takes a timestep at least, but the output has 9 for up to 10 labels; keep more timesteps, for instance by less pooling, or use `length: 9`",
    ],
    ["the name of the function", { training: { loss: "ctc_loss" } }, "did you mean `ctc`?"],
    ["the name in capitals", { training: { loss: "CTC" } }, "did you mean `ctc`?"],
  ])("tells of %s", (_name, change, expected) => {
    expect(told(change)).toEqual([expect.stringContaining(expected)]);
  });

  it("keeps the length to sequences of labels", () => {
    const targets = { encoding: "labels", classes: 5, length: 3, train: "y.npy", test: "y.npy" };
    const layers = [
      { type: "lstm", units: 8 },
      { type: "dense", units: 5, activation: "softmax" },
    ];
    expect(told({ targets, layers, training: { loss: "sparseCategoricalCrossentropy" } })).toEqual([
      "LC1240 length: 3: targets as labels have no length; remove `length`, or use `encoding: labelSequence`",
    ]);
  });

  it.each([
    ["labels", "sparseCategoricalCrossentropy"],
    ["oneHot", "categoricalCrossentropy"],
  ])("asks for the classes of %s alone, of which nothing else can be said", (encoding, loss) => {
    const targets = { encoding, train: "y.npy", test: "y.npy" };
    const layers = [
      { type: "lstm", units: 8 },
      { type: "dense", units: 5, activation: "softmax" },
    ];
    expect(told({ targets, layers, training: { loss } })).toEqual([
      expect.stringContaining(`targets as ${encoding} lack the number of classes`),
    ]);
  });
});
