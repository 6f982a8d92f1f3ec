import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import schema from "../../../schemas/model-spec.v1.schema.json" with { type: "json" };
import { analyze } from "../../../src/core/compile.ts";
import { definitionOfTargets, kindOfLoss, lossOfHead } from "../../../src/core/tasks/targets.ts";

const KINDS = ["labels", "oneHot", "numbers", "binary", "labelSequence"] as const;
const ALL = KINDS.map((kind) => definitionOfTargets({ kind }));

describe("kinds of targets", () => {
  it("each loss and metric of the schema fits some, and nothing else does", () => {
    const { LossMap, MetricMap } = schema.$defs;
    const of = (names: readonly ReadonlySet<string>[]): string[] =>
      [...new Set(names.flatMap((set) => [...set]))].sort();
    expect(of(ALL.map(({ losses }) => losses))).toEqual([...LossMap.properties.type.enum].sort());
    expect(of(ALL.map(({ metrics }) => metrics))).toEqual([...MetricMap.properties.type.enum].sort());
  });

  it.each(KINDS)("%s: what is advised, or taken for granted, fits", (kind) => {
    const { losses, usualLosses, meantBy = [], metrics, accuracy } = definitionOfTargets({ kind });
    expect([...usualLosses, ...meantBy].filter((loss) => !losses.has(loss))).toEqual([]);
    expect(accuracy === undefined || metrics.has(accuracy)).toBe(true);
    expect(metrics.has("accuracy")).toBe(accuracy !== undefined);
    for (const loss of meantBy) expect(kindOfLoss(loss, "linear")).toBe(kind);
  });

  it("a loss that fits no other kind alone means numbers; a divergence after a softmax classes", () => {
    expect(kindOfLoss("huber", "linear")).toBe("numbers");
    expect(kindOfLoss("kullbackLeiblerDivergence", "linear")).toBe("numbers");
    expect(kindOfLoss("kullbackLeiblerDivergence", "softmax")).toBe("oneHot");
  });

  it.each(["softmax", "sigmoid", "linear"])(
    "the loss of a model that ends in %s fits the targets that it means",
    (head) => {
      const loss = lossOfHead(head);
      expect(definitionOfTargets({ kind: kindOfLoss(loss, head) }).losses.has(loss)).toBe(true);
    },
  );

  it("says nothing of class weights where the classes are not counted yet", () => {
    const spec = {
      specVersion: 1,
      name: "weighted",
      dataset: {
        type: "arrays",
        inputs: [{ shape: [4, 2], train: "x.npy", test: "y.npy" }],
        targets: { encoding: "labels", train: "a.npy", test: "b.npy" },
      },
      layers: [
        { type: "lstm", units: 4 },
        { type: "dense", units: 3, activation: "softmax" },
      ],
      optimizer: { type: "adam" },
      training: { loss: "sparseCategoricalCrossentropy", classWeight: { "1": 2 } },
    };
    const errors = analyze(stringify(spec)).diagnostics.filter(({ severity }) => severity === "error");
    expect(errors.map(({ code }) => code)).toEqual(["LC1240"]);
  });
});
