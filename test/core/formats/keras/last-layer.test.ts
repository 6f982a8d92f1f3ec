import { expect, it } from "vitest";
import { importSpec } from "../../../../src/core/formats/keras/import-spec.ts";
import { limitsFrom } from "../../../../src/core/formats/limits.ts";
import { compile } from "../../../../src/node.ts";

const layer = (class_name: string, config: object) => ({ class_name, config });
const inner = (class_name: string, activation: string) => layer(class_name, { name: "inner", units: 4, activation });

it.each([
  ["a softmax inside an LSTM", inner("LSTM", "softmax"), "meanSquaredError"],
  ["the softmax of a SimpleRNN", inner("SimpleRNN", "softmax"), "sparseCategoricalCrossentropy"],
  [
    "sigmoids of both directions, added",
    layer("Bidirectional", { name: "both", merge_mode: "sum", layer: inner("LSTM", "sigmoid") }),
    "meanSquaredError",
  ],
])("a Keras model that ends in %s gets a loss that fits", (_name, last, loss) => {
  const input = layer("InputLayer", { batch_shape: [null, 6, 3], name: "pen" });
  const { text } = importSpec({
    path: "reader.keras",
    dialect: "keras3",
    topology: layer("Sequential", { name: "reader", layers: [input, last] }),
    limits: limitsFrom({}),
    compileConfig: undefined,
  });
  const { program, diagnostics } = compile(text);
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  expect(program!.plan.training.loss.type).toBe(loss);
});
