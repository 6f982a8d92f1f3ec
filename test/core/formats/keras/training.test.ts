import { expect, it } from "vitest";
import { Field } from "../../../../src/core/formats/field.ts";
import { importMetrics } from "../../../../src/core/formats/keras/training.ts";

it("the AUC of Keras is imported with its curve, and what a spec cannot say of it is reported", () => {
  const notExpressed: string[] = [];
  const context = {
    path: "m.keras",
    dialect: "keras3",
    notExpressed: (what: string) => notExpressed.push(what),
  } as const;
  const metrics = (...list: unknown[]): Field => new Field("m.keras", "compile_config.metrics", list);
  const auc = (config: object): unknown => ({
    class_name: "AUC",
    config: {
      name: "auc",
      dtype: "float32",
      num_thresholds: 200,
      curve: "ROC",
      summation_method: "interpolation",
      multi_label: false,
      num_labels: null,
      label_weights: null,
      ...config,
    },
  });
  expect(importMetrics(metrics(auc({}), auc({ curve: "PR", num_thresholds: 50 })), context)).toEqual([
    "auc",
    { type: "auc", curve: "PR", numThresholds: 50 },
  ]);
  expect(notExpressed).toEqual([]);
  importMetrics(metrics(auc({ curve: "PRGAIN" }), auc({ summation_method: "minoring" })), context);
  expect(notExpressed).toEqual(['metric auc: curve "PRGAIN"', 'metric auc: summation_method "minoring"']);
});
