import { describe, expect, it } from "vitest";
import { importSpec } from "../../../../src/core/formats/keras/import-spec.ts";
import { limitsFrom } from "../../../../src/core/formats/limits.ts";
import { compile } from "../../../../src/node.ts";

const layer = (class_name: string, config: object) => ({ class_name, config });
const TOPOLOGY = layer("Sequential", {
  name: "reader",
  layers: [
    layer("InputLayer", { batch_shape: [null, 6, 3], name: "pen" }),
    layer("LSTM", { name: "lstm", units: 4, return_sequences: true }),
    layer("Dense", { name: "dense", units: 5, activation: "linear" }),
  ],
});

describe("a Keras model compiled with the loss CTC", () => {
  it.each<[string, unknown]>([
    ["an object", layer("CTC", { name: "ctc", reduction: "sum_over_batch_size" })],
    ["a name", "ctc"],
  ])("is imported with sequences of labels: %s", (_name, loss) => {
    const { text, notExpressed } = importSpec({
      path: "reader.keras",
      limits: limitsFrom({}),
      dialect: "keras3",
      topology: TOPOLOGY,
      compileConfig: { loss },
    });
    expect(notExpressed).toEqual([]);
    expect(text).not.toContain("assumed");
    const { program, diagnostics } = compile(text);
    expect(diagnostics).toEqual([]);
    expect(program!.plan.training.loss).toEqual({ type: "ctc", fusion: "none" });
    expect(program!.plan.dataset.targets).toEqual({
      kind: "labelSequence",
      classes: 5,
      shape: [6],
      perTimestep: false,
    });
  });
});
