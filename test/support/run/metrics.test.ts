import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type EpochMetrics, MetricsFile } from "../../../src/support/run/metrics.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "metrics-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const path = (): string => join(folder, "metrics.jsonl");

function epoch(number: number): EpochMetrics {
  return {
    epoch: number,
    loss: 1 / number,
    valLoss: 2 / number,
    learningRate: 0.001,
    seconds: 1,
    samplesPerSecond: 10,
    valAccuracy: 0.5,
    accuracy: 0.6,
  };
}

describe("metrics.jsonl", () => {
  it("keeps the keys in a fixed order", () => {
    new MetricsFile(path()).append(epoch(1));
    const keys = Object.keys(JSON.parse(readFileSync(path(), "utf8")));
    expect(keys.join()).toBe("epoch,loss,accuracy,valLoss,valAccuracy,learningRate,seconds,samplesPerSecond");
  });

  it("drops later epochs and a torn line on resuming", () => {
    const file = new MetricsFile(path());
    for (const number of [1, 2, 3]) file.append(epoch(number));
    appendFileSync(path(), '{"epoch":4,"lo');
    file.keepBefore(3);
    file.append(epoch(3));
    const lines = readFileSync(path(), "utf8").trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line).epoch)).toEqual([1, 2, 3]);
  });

  it("reads back a loss that is no number as NaN", () => {
    const file = new MetricsFile(path());
    file.append({ ...epoch(1), valLoss: Number.POSITIVE_INFINITY });
    expect(file.read()[0]!.valLoss).toBeNaN();
  });
});
