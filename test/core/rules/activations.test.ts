import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { load } from "../../../src/core/load/load.ts";
import { validate } from "../../../src/core/validate.ts";

const FILES = { train: "y-train.npy", test: "y-test.npy" };
const arrays = (targets: object) => ({
  type: "arrays",
  inputs: [{ shape: [5, 2], train: "x-train.npy", test: "x-test.npy" }],
  targets: { ...targets, ...FILES },
});
const TWO = arrays({ encoding: "labels", classes: 2 });
const TWO_PER_TIMESTEP = arrays({ encoding: "labels", classes: 2, timesteps: 5 });
const ONE_HOT = arrays({ encoding: "oneHot", classes: 3 });
const YES_OR_NO = arrays({ encoding: "binary", features: 1 });
const THREE_YES_OR_NO = arrays({ encoding: "binary", features: 3 });
const NUMBER = arrays({ encoding: "numbers", features: 1 });
const DIGITS = { type: "digits", scale: 255 };
const SERIES = { type: "csv", path: "a.csv", target: "sales", lookback: 5 };

function checked(dataset: object, end: object | readonly object[], loss: unknown) {
  const ends = Array.isArray(end) ? end : [{ type: "dense", ...end }];
  const text = stringify({
    specVersion: 1,
    name: "example",
    dataset,
    layers: [{ type: "lstm", units: 4 }, ...ends],
    optimizer: { type: "adam" },
    training: { loss },
  });
  return { text, diagnostics: validate(load(text, "spec.yaml").source!).diagnostics };
}

/** What is said about a model that ends in these layers: "LC1204 what stands there; fix". */
function told(dataset: object, end: object | readonly object[], loss: unknown): string[] {
  const { text, diagnostics } = checked(dataset, end, loss);
  return diagnostics.map(({ code, range, fix }) => {
    const place = text.slice(range.start, range.end).split("\n")[0]!;
    return `${code} ${place}; ${fix}`;
  });
}

const ALWAYS_1 = "LC1250 softmax; use `activation: sigmoid`";

describe("a softmax of one unit is always 1", () => {
  it.each([
    ["two classes", TWO, "binaryCrossentropy", ALWAYS_1],
    [
      "two classes and a categorical loss",
      TWO,
      "sparseCategoricalCrossentropy",
      `${ALWAYS_1} with \`loss: binaryCrossentropy\``,
    ],
    ["a yes-or-no target", YES_OR_NO, "binaryCrossentropy", ALWAYS_1],
    ["a yes-or-no target and a loss of numbers", YES_OR_NO, "meanSquaredError", ALWAYS_1],
    ["three yes-or-no targets", THREE_YES_OR_NO, "binaryCrossentropy", `${ALWAYS_1} and \`units: 3\``],
    ["ten classes", DIGITS, "sparseCategoricalCrossentropy", "LC1250 softmax; use `units: 10`"],
    ["one-hot targets", ONE_HOT, "categoricalCrossentropy", "LC1250 softmax; use `units: 3`"],
    ["a number", NUMBER, "meanSquaredError", "LC1250 softmax; use `activation: linear`"],
    ["a share", NUMBER, "kullbackLeiblerDivergence", "LC1250 softmax; use `activation: linear`"],
    ["a forecast", SERIES, "meanSquaredError", "LC1250 softmax; use `activation: linear`"],
  ])("at the end of a model of %s", (_name, dataset, loss, expected) => {
    expect(told(dataset, { units: 1, activation: "softmax" }, loss)).toEqual([expected]);
  });

  it.each([
    [
      "a layer of its own",
      [
        { type: "dense", units: 1 },
        { type: "activation", activation: "softmax" },
      ],
      ALWAYS_1,
    ],
    [
      "recurrent gates",
      [
        { type: "repeatVector", n: 3 },
        { type: "lstm", units: 1, recurrentActivation: "softmax" },
        { type: "dense", units: 1, activation: "sigmoid" },
      ],
      "LC1250 softmax; use `recurrentActivation: sigmoid`, or more units",
    ],
    [
      "each direction",
      [
        { type: "repeatVector", n: 3 },
        { type: "bidirectional", layer: { type: "simpleRNN", units: 1, activation: "softmax" } },
        { type: "dense", units: 1, activation: "sigmoid" },
      ],
      "LC1250 softmax; use `activation: sigmoid`, or more units",
    ],
  ])("in %s", (_name, layers, expected) => {
    expect(told(TWO, layers, "binaryCrossentropy")).toEqual([expected]);
  });

  it("at each timestep", () => {
    const end = [
      { type: "repeatVector", n: 5 },
      { type: "timeDistributed", layer: { type: "dense", units: 1, activation: "softmax" } },
    ];
    expect(told(TWO_PER_TIMESTEP, end, "binaryCrossentropy")).toEqual([ALWAYS_1]);
  });

  it.each([
    [{ units: 2, activation: "softmax" }, TWO, "sparseCategoricalCrossentropy"],
    [{ units: 1, activation: "sigmoid" }, TWO, "binaryCrossentropy"],
    [{ units: 2, activation: "sigmoid" }, TWO, "binaryCrossentropy"],
    [{ units: 1, activation: "sigmoid" }, YES_OR_NO, "binaryCrossentropy"],
    [{ units: 3, activation: "sigmoid" }, ONE_HOT, "binaryCrossentropy"],
  ])("%j is none", (end, dataset, loss) => {
    expect(told(dataset, end, loss)).toEqual([]);
  });
});

describe("the last activation and the loss", () => {
  it.each([
    ["one sigmoid, categorical", TWO, { units: 1, activation: "sigmoid" }, "sparseCategoricalCrossentropy", ["LC1251 sparseCategoricalCrossentropy; use `loss: binaryCrossentropy`"]],
    ["one sigmoid, categorical", TWO, { units: 1, activation: "sigmoid" }, "categoricalCrossentropy", ["LC1251 categoricalCrossentropy; use `loss: binaryCrossentropy`"]],
    ["one sigmoid of ten classes", DIGITS, { units: 1, activation: "sigmoid" }, "binaryCrossentropy", ["LC1203 1; use `units: 10`"]],
    ["one sigmoid, hinge", TWO, { units: 1, activation: "sigmoid" }, "hinge", ["LC1203 1; use `units: 2`", "LC1204 sigmoid; use `activation: linear`"]],
    ["sigmoids, categorical", TWO, { units: 2, activation: "sigmoid" }, "sparseCategoricalCrossentropy", ["LC1204 type: dense; use `activation: softmax`"]],
    ["sigmoids, one-hot", ONE_HOT, { units: 3, activation: "hardSigmoid" }, "categoricalCrossentropy", ["LC1204 type: dense; use `activation: softmax`"]],
    ["a softmax, binary", TWO, { units: 2, activation: "softmax" }, "binaryCrossentropy", ["LC1204 type: dense; use `loss: sparseCategoricalCrossentropy`, or `activation: sigmoid`"]],
    ["a softmax, binary", ONE_HOT, { units: 3, activation: "softmax" }, "binaryCrossentropy", ["LC1204 type: dense; use `loss: categoricalCrossentropy`, or `activation: sigmoid`"]],
    ["a softmax, binary", THREE_YES_OR_NO, { units: 3, activation: "softmax" }, "binaryCrossentropy", ["LC1204 type: dense; use `activation: sigmoid`"]],
    ["no activation", ONE_HOT, { units: 3 }, "categoricalCrossentropy", ["LC1204 type: dense; add `activation: softmax`"]],
    ["relu", TWO, { units: 2, activation: "relu" }, "sparseCategoricalCrossentropy", ["LC1204 type: dense; use `activation: softmax`"]],
  ])("%s: each mistake has one fix that helps (%j)", (_name, dataset, end, loss, expected) => {
    expect(told(dataset, end, loss)).toEqual(expected);
  }); // biome-ignore format: one line for each case

  it.each(["relu", "sigmoid", "softplus", "exponential"])("%s does not reach what is below the mean", (activation) => {
    const fix = "LC2040 ACTIVATION; use `activation: linear`, or `scaling: minMax` in the dataset";
    expect(told(SERIES, { units: 1, activation }, "meanSquaredError")).toEqual([fix.replace("ACTIVATION", activation)]);
    for (const scaling of ["minMax", "none"])
      expect(told({ ...SERIES, scaling }, { units: 1, activation }, "meanSquaredError")).toEqual([]);
  });

  it("counts in the singular where there is one", () => {
    const [found] = checked(DIGITS, { units: 1, activation: "sigmoid" }, "binaryCrossentropy").diagnostics;
    expect(found!.message).toBe("1 unit, but the dataset has 10 classes");
  });
});
