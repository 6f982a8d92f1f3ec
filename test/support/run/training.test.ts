import { describe, expect, it } from "vitest";
import { describeSamples } from "../../../src/support/run/training.ts";
import { counted } from "../../../src/support/system/counted.ts";

const said = (train: number, test: number, epochs = 40, limited = false, validation?: number): string[] =>
  describeSamples({ source: "a.csv", train, validation, test }, { epochs, limited });

describe("describeSamples", () => {
  it("counts", () => {
    expect(said(1200, 100)).toEqual([
      "data: a.csv; 1,200 training samples and 100 test samples, by which it is validated as well",
    ]);
    expect(said(1200, 100, 40, false, 130)).toEqual([
      "data: a.csv; 1,200 training samples, 130 validation samples and 100 test samples",
    ]);
  });

  it("warns of samples that are too few to learn from, and of those too few to measure with", () => {
    expect(said(3, 1)).toEqual([
      "data: a.csv; 3 training samples and 1 test sample, by which it is validated as well",
      "warning: the model sees 3 training samples 40 times: from so few it learns those by heart, and little that holds for others",
      "warning: one test sample is too few to measure with: valLoss and the metrics beside it are mostly chance",
    ]);
    expect(said(1, 20, 1)[1]).toContain("sees 1 training sample once:");
    expect(said(30, 9)[1]).toContain("9 test samples are too few");
    expect(said(30, 10)).toHaveLength(1);
    expect(said(30, 9, 40, false, 1).slice(1)).toEqual([
      "warning: one validation sample is too few to measure with: valLoss and the metrics beside it are mostly chance",
      "warning: 9 test samples are too few to measure with: what the test says is mostly chance",
    ]);
  });

  it("knows that --limit is meant", () => {
    expect(said(3, 10, 1, true)).toHaveLength(1);
  });
});

it("counted gives the noun its number", () => {
  expect([0, 1, 2, 12_345].map((count) => counted(count, "epoch"))).toEqual([
    "0 epochs",
    "1 epoch",
    "2 epochs",
    "12,345 epochs",
  ]);
  expect(counted(2, "boundary", "boundaries")).toBe("2 boundaries");
});
