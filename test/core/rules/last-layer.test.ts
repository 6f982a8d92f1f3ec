import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { compile } from "../../../src/node.ts";

const FILES = { train: "y-train.npy", test: "y-test.npy" };
const arrays = (targets: object) => ({
  type: "arrays",
  inputs: [{ shape: [5, 2], train: "x-train.npy", test: "x-test.npy" }],
  targets: { ...targets, ...FILES },
});
const THREE = arrays({ encoding: "labels", classes: 3 });
const THREE_PER_TIMESTEP = arrays({ encoding: "labels", classes: 3, timesteps: 5 });
const YES_OR_NO = arrays({ encoding: "binary", features: 3 });
const COUNTS = arrays({ encoding: "numbers", features: 3 });

const softmax = { units: 3, activation: "softmax" };

/** "LC1204 what stands there; fix" of a model with these layers, and how its loss is fused with the last activation. */
function told(layers: readonly object[], loss: string | object, dataset: object = THREE) {
  const text = stringify({
    specVersion: 1,
    name: "example",
    dataset,
    layers,
    optimizer: { type: "adam" },
    training: { loss },
  });
  const { diagnostics, program } = compile(text);
  const said = diagnostics.map(({ code, range, fix, message }) => ({
    short: `${code} ${text.slice(range.start, range.end).split("\n")[0]}; ${fix}`,
    message,
  }));
  return { said: said.map(({ short }) => short), messages: said.map(({ message }) => message), program };
}

const SPARSE = "sparseCategoricalCrossentropy";
const ADD_SOFTMAX = "add a dense layer with `activation: softmax`";

describe("a softmax at the end", () => {
  it.each([
    ["lstm", { type: "lstm", ...softmax }, `LC1204 type: lstm; ${ADD_SOFTMAX}`],
    ["gru", { type: "gru", ...softmax }, `LC1204 type: gru; ${ADD_SOFTMAX}`],
    [
      "bidirectional",
      { type: "bidirectional", mergeMode: "ave", layer: { type: "lstm", ...softmax } },
      `LC1204 type: bidirectional; ${ADD_SOFTMAX}`,
    ],
    [
      "bidirectional",
      { type: "bidirectional", mergeMode: "sum", layer: { type: "simpleRNN", ...softmax } },
      `LC1204 type: bidirectional; ${ADD_SOFTMAX}`,
    ],
  ])("inside the cell of a %s gives no probabilities, and is bounded", (type, layer, expected) => {
    const { said, messages } = told([layer], SPARSE);
    expect(said).toEqual([expected]);
    const where = `with a softmax inside the ${type} the outputs do not`;
    expect(messages).toEqual([`${SPARSE} needs probabilities that sum to 1; ${where}`]);
  });

  it.each([
    ["a simpleRNN, whose output it is", [{ type: "simpleRNN", ...softmax }], "none"],
    [
      "the average of two of them",
      [{ type: "bidirectional", mergeMode: "ave", layer: { type: "simpleRNN", ...softmax } }],
      "none",
    ],
    ["a layer of its own", [{ type: "lstm", units: 3 }, { type: "activation", activation: "softmax" }], "softmax"],
    ["a dense layer", [{ type: "lstm", units: 4 }, { type: "dense", ...softmax }], "softmax"],
    ["a dense layer that flatten hands on", [{ type: "lstm", units: 4 }, { type: "dense", ...softmax }, { type: "flatten" }], "none"],
    [
      "a dense layer that linear hands on",
      [{ type: "lstm", units: 4 }, { type: "dense", ...softmax }, { type: "activation", activation: "linear" }],
      "none",
    ],
    ["the average over timesteps", [{ type: "dense", ...softmax }, { type: "globalAveragePooling1d" }], "none"],
    [
      "the average over timesteps of a wrapped layer",
      [{ type: "timeDistributed", layer: { type: "dense", ...softmax } }, { type: "globalAveragePooling1d" }],
      "none",
    ],
    [
      "the average of two models",
      [
        { type: "flatten", name: "flat" },
        { type: "dense", ...softmax, name: "a" },
        { type: "dense", ...softmax, name: "b", inputs: ["flat"] },
        { type: "average", inputs: ["a", "b"] },
      ],
      "none",
    ],
  ])("of %s gives probabilities", (_name, layers, fusion) => {
    const { said, program } = told(layers, SPARSE);
    expect(said.filter((one) => !one.startsWith("LC2005"))).toEqual([]);
    expect(program?.plan.training.loss.fusion).toBe(fusion);
  }); // biome-ignore format: one line for each case

  it("of a wrapped dense layer gives probabilities for each timestep", () => {
    const layers = [{ type: "timeDistributed", layer: { type: "dense", ...softmax } }];
    const { said, program } = told(layers, SPARSE, THREE_PER_TIMESTEP);
    expect(said).toEqual([]);
    expect(program?.plan.training.loss.fusion).toBe("softmax");
  });

  it.each([
    ["dropout, which changes them", [{ type: "lstm", units: 4 }, { type: "dense", ...softmax }, { type: "dropout", rate: 0.1 }]],
    ["the largest of several", [{ type: "dense", ...softmax }, { type: "globalMaxPooling1d" }]],
    ["a reshape over the features", [{ type: "dense", units: 3, activation: "softmax" }, { type: "reshape", targetShape: [15] }, { type: "reshape", targetShape: [5, 3] }, { type: "globalMaxPooling1d" }]],
    ["a sum", [{ type: "flatten" }, { type: "dense", ...softmax, name: "a" }, { type: "add", inputs: ["a", "a"] }]],
  ])("is none after %s", (_name, layers) => {
    const { said } = told(layers, SPARSE);
    expect(said.filter((one) => !one.startsWith("LC2005"))).toEqual([`LC1204 type: ${(layers.at(-1) as { type: string }).type}; ${ADD_SOFTMAX}`]);
  }); // biome-ignore format: one line for each case

  it("over the timesteps is none over the classes", () => {
    const layers = [
      { type: "repeatVector", n: 1 },
      { type: "permute", dims: [2, 1] },
    ];
    const { said } = told([{ type: "lstm", ...softmax, activation: "tanh" }, ...layers, { type: "flatten" }], SPARSE);
    expect(said).toEqual([`LC1204 type: flatten; ${ADD_SOFTMAX}`]);
  });
});

describe("a softmax at the end of a model of numbers", () => {
  it.each([
    ["lstm", []],
    ["simpleRNN", ["LC1204 softmax; add a dense layer without activation"]],
  ])("in a %s", (type, expected) => {
    expect(told([{ type, ...softmax }], "meanSquaredError", COUNTS).said).toEqual(expected);
  });
});

describe("logits", () => {
  const last = { type: "lstm", units: 3 };
  const loss = { type: SPARSE, fromLogits: true };

  it("are no outputs of a cell's activation, but can be what two directions give together", () => {
    const refused = ["LC1204 type: lstm; remove `fromLogits`, or add a dense layer without activation"];
    expect(told([last], loss).said).toEqual(refused);
    expect(told([{ type: "bidirectional", mergeMode: "ave", layer: last }], loss).said).toEqual([]);
  });
});

describe("a sigmoid at the end", () => {
  const sigmoid = { units: 3, activation: "sigmoid" };

  it.each([
    ["inside a gru, whose gates take shares of it", [{ type: "gru", ...sigmoid }]],
    ["of the largest over time", [{ type: "dense", ...sigmoid }, { type: "globalMaxPooling1d" }]],
    ["of both directions", [{ type: "bidirectional", mergeMode: "mul", layer: { type: "lstm", ...sigmoid } }]],
  ])("%s gives probabilities", (_name, layers) => {
    const { said, program } = told(layers, "binaryCrossentropy", YES_OR_NO);
    expect(said).toEqual([]);
    expect(program?.plan.training.loss.fusion).toBe("none");
  });

  it.each([
    ["the sum of both directions", [{ type: "bidirectional", mergeMode: "sum", layer: { type: "lstm", ...sigmoid } }]],
    ["gates that are no shares", [{ type: "lstm", ...sigmoid, recurrentActivation: "tanh" }]],
  ])("is none with %s", (_name, layers) => {
    const { said } = told(layers, "binaryCrossentropy", YES_OR_NO);
    expect(said).toEqual([expect.stringContaining("; add a dense layer with `activation: sigmoid`")]);
  });
});

describe("what is unusual of a layer", () => {
  const end = [{ type: "dense", ...softmax }];

  it.each<[string, object[], string[]]>([
    ["a relu lstm in both directions", [{ type: "bidirectional", layer: { type: "lstm", units: 2, activation: "relu" } }], ["LC2002 relu; keep the learning rate low, or use tanh"]],
    ["unbounded gates", [{ type: "gru", units: 2, recurrentActivation: "softplus" }], ["LC2002 softplus; keep the learning rate low, or use sigmoid"]],
    ["bounded activations", [{ type: "simpleRNN", units: 2, activation: "relu6" }], []],
    ["bounded gates", [{ type: "lstm", units: 2, activation: "softmax", recurrentActivation: "hardSigmoid02" }], []],
    ["dropout at each timestep", [{ type: "timeDistributed", layer: { type: "dropout", rate: 0.9 } }, { type: "lstm", units: 2 }], ["LC2003 0.9; 0.1 to 0.5 is usual"]],
    ["dropout of states in both directions", [{ type: "bidirectional", layer: { type: "gru", units: 2, recurrentDropout: 0.8 } }], ["LC2003 0.8; 0.1 to 0.5 is usual"]],
    ["dropout of features", [{ type: "spatialDropout1d", rate: 0.85 }, { type: "lstm", units: 2 }], ["LC2003 0.85; 0.1 to 0.5 is usual"]],
    ["a softmax at each timestep", [{ type: "timeDistributed", layer: { type: "dense", ...softmax } }, { type: "lstm", units: 2 }], ["LC2005 softmax; use relu or tanh"]],
    ["too many units in both directions", [{ type: "bidirectional", layer: { type: "lstm", units: 20000 } }], ["LC1209 20000; use fewer units"]],
  ])("%s", (_name, layers, expected) => {
    expect(told([...layers, ...end], SPARSE).said).toEqual(expected);
  }); // biome-ignore format: one line for each case

  it("counts have outputs that are not negative, whatever the last layer", () => {
    const add = "add a dense layer with `activation: softplus`";
    expect(told([{ type: "lstm", units: 3 }], "poisson", COUNTS).said).toEqual([`LC2030 type: lstm; ${add}`]);
    expect(told([{ type: "lstm", units: 3, activation: "sigmoid" }], "poisson", COUNTS).said).toEqual([]);
  });

  it("units of the last layer are named inside a wrapper", () => {
    const layers = [{ type: "timeDistributed", layer: { type: "dense", units: 4, activation: "softmax" } }];
    expect(told(layers, SPARSE, THREE_PER_TIMESTEP).said).toEqual(["LC1203 4; use `units: 3`"]);
  });

  it("the sequence that should be none is named inside a wrapper", () => {
    const layers = [{ type: "bidirectional", mergeMode: "ave", layer: { type: "simpleRNN", ...softmax, returnSequences: true } }];
    expect(told(layers, SPARSE).said).toEqual(["LC1202 true; remove `returnSequences` from the last bidirectional"]);
  }); // biome-ignore format: one line
});
