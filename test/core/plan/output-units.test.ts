import { describe, expect, it } from "vitest";
import { compile } from "../../../src/node.ts";

interface Model {
  readonly targets: string;
  readonly loss: string;
  readonly layers: string;
  readonly dataset?: string;
}

function specText({ targets, loss, layers, dataset }: Model): string {
  const arrays = `{ type: arrays, inputs: [{ shape: [6, 3], train: x.npy, test: x.npy }], targets: { ${targets}, train: y.npy, test: y.npy } }`;
  return `specVersion: 1
name: example
dataset: ${dataset ?? arrays}
optimizer: { type: adam }
training: { loss: ${loss} }
layers:
${layers.replace(/^ */gm, "  - ")}
`;
}

const DENSE = "{ type: lstm, units: 4 }\n{ type: dense }";
const SOFTMAX = "{ type: lstm, units: 4 }\n{ type: dense, activation: softmax }";
const SIGMOID = "{ type: lstm, units: 4 }\n{ type: dense, activation: sigmoid }";
const STEPS =
  "{ type: lstm, units: 4, returnSequences: true }\n{ type: timeDistributed, layer: { type: dense, activation: softmax } }";
const CSV = "{ type: csv, path: a.csv, target: y, lookback: 4, horizon: 3 }";

describe("the units of the last layer, left out", () => {
  it.each<[string, Model, number]>([
    [
      "a class each",
      { targets: "encoding: labels, classes: 7", loss: "sparseCategoricalCrossentropy", layers: SOFTMAX },
      7,
    ],
    [
      "two classes of a softmax",
      { targets: "encoding: oneHot, classes: 2", loss: "categoricalCrossentropy", layers: SOFTMAX },
      2,
    ],
    ["a number each", { targets: "encoding: numbers, features: 5", loss: "meanSquaredError", layers: DENSE }, 5],
    ["yes or no each", { targets: "encoding: binary, features: 3", loss: "binaryCrossentropy", layers: SIGMOID }, 3],
    ["the steps of a forecast", { targets: "", dataset: CSV, loss: "meanSquaredError", layers: DENSE }, 3],
    [
      "the quantiles of each step of a forecast",
      { targets: "", dataset: CSV, loss: "{ type: quantile, quantiles: [0.1, 0.5, 0.9] }", layers: DENSE },
      9,
    ],
    [
      "inside a wrapper",
      { targets: "encoding: labels, classes: 7, timesteps: 6", loss: "sparseCategoricalCrossentropy", layers: STEPS },
      7,
    ],
    [
      "the classes and the blank",
      {
        targets: "encoding: labelSequence, classes: 7, length: 2",
        loss: "ctc",
        layers: STEPS.replace("softmax", "linear"),
      },
      7,
    ],
  ])("%s", (_, model, units) => {
    const { program, diagnostics } = compile(specText(model));
    expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
    expect(program!.plan.layers.at(-1)!.outputShape.at(-1)).toBe(units);
    const written = compile(
      specText({ ...model, layers: model.layers.replace(/type: dense/g, `type: dense, units: ${units}`) }),
    );
    // Comments and the record of the spec name its text; what is computed is the same.
    const code = (name: string): string | undefined => program!.files.get(name)?.replace(/^\/\/.*$/gm, "");
    for (const name of ["model.ts", "data.ts", "topology.ts"]) {
      expect(code(name)).toBe(written.program!.files.get(name)?.replace(/^\/\/.*$/gm, ""));
    }
  });

  it("one sigmoid for two classes, where the loss is of one", () => {
    const dataset =
      "{ type: idx, trainImages: a, trainLabels: b, testImages: c, testLabels: d, rows: 4, columns: 4, classes: 2, scale: 255 }";
    const model = { targets: "", dataset, loss: "binaryCrossentropy", layers: SIGMOID };
    expect(compile(specText(model)).program!.plan.layers.at(-1)!.outputShape).toEqual([1]);
  });

  it.each([
    [
      "in a layer before the last",
      {
        targets: "encoding: numbers",
        loss: "meanSquaredError",
        layers: "{ type: lstm, units: 4 }\n{ type: dense }\n{ type: dense }",
      },
      "8:5 LC1102 `layers[1]` lacks the key `units`: add `units: 32`; only the last layer can leave them to the targets",
    ],
    [
      "in a wrapper before the last layer",
      {
        targets: "encoding: numbers",
        loss: "meanSquaredError",
        layers:
          "{ type: lstm, units: 4, returnSequences: true }\n{ type: timeDistributed, layer: { type: dense } }\n{ type: flatten }\n{ type: dense }",
      },
      "8:37 LC1102 `layer` lacks the key `units`: add `units: 32`; only the last layer can leave them to the targets",
    ],
  ])("is an error %s", (_, model, expected) => {
    const found = compile(specText(model)).diagnostics.map(
      ({ line, column, code, message, fix }) => `${line}:${column} ${code} ${message}: ${fix}`,
    );
    expect(found).toEqual([expected]);
  });

  it("needs the classes", () => {
    const { diagnostics } = compile(
      specText({ targets: "encoding: labels", loss: "sparseCategoricalCrossentropy", layers: SOFTMAX }),
    );
    expect(diagnostics.map(({ code }) => code)).toContain("LC1240");
  });
});
