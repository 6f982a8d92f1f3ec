import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type EpochMetrics, MetricsFile } from "../../../src/support/run/metrics.ts";
import { UserError } from "../../../src/support/system/user-error.ts";

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

  it("has a line for each epoch before the one that a run goes on with, or is refused", () => {
    const file = new MetricsFile(path());
    expect(() => file.requireBefore(1)).not.toThrow();
    for (const number of [1, 2, 3]) file.append(epoch(number));
    expect(() => file.requireBefore(3)).not.toThrow();
    expect(() => file.requireBefore(5)).toThrow("lacks a line for epoch 4");
    file.append(epoch(2));
    expect(() => file.requireBefore(4)).toThrow(UserError);
    writeFileSync(path(), readFileSync(path(), "utf8").replace('{"epoch":1', '{"epocH":1'));
    expect(() => file.requireBefore(3)).toThrow("lacks a line for epoch 1");
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
