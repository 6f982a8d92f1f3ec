import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { recordMetrics, saveCheckpoints, showProgress } from "../../../src/support/run/callbacks.ts";
import { newState } from "../../../src/support/run/checkpoint.ts";
import { type EpochMetrics, epochMetrics, MetricsFile } from "../../../src/support/run/metrics.ts";
import { Progress } from "../../../src/support/run/progress.ts";
import type { TrainingLoop } from "../../../src/support/run/training-loop.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "callbacks-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function line(epoch: number): EpochMetrics {
  return epochMetrics([{ name: "loss" }], [epoch], [epoch], {
    epoch,
    learningRate: 1,
    seconds: 1,
    samplesPerSecond: 1,
  });
}

function trainingAt(epoch: number, rest: Partial<TrainingLoop> = {}): TrainingLoop {
  return { state: { ...newState(1), epoch }, save: vi.fn(), interrupted: false, ...rest } as unknown as TrainingLoop;
}

describe("recordMetrics", () => {
  it("adds a line for each epoch, and drops those of epochs that are repeated, once", () => {
    const file = new MetricsFile(join(folder, "metrics.jsonl"));
    for (const epoch of [1, 2, 3]) file.append(line(epoch));
    const record = recordMetrics(file);
    record.epochStart!(trainingAt(2));
    record.epochEnd!(trainingAt(3), line(2));
    record.epochStart!(trainingAt(3));
    record.epochEnd!(trainingAt(4), line(3));
    expect(file.read().map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    writeFileSync(join(folder, "metrics.jsonl"), "torn");
    record.epochStart!(trainingAt(4));
    expect(readFileSync(join(folder, "metrics.jsonl"), "utf8")).toBe("torn");
  });
});

describe("saveCheckpoints", () => {
  it("saves after an epoch, when it is time, and before an interrupted training ends", async () => {
    const save = saveCheckpoints(1e6);
    const training = trainingAt(1);
    save.epochStart!(training);
    await save.stepEnd!(training);
    expect(training.save).toHaveBeenCalledTimes(0);
    await save.epochEnd!(training, line(1));
    expect(training.save).toHaveBeenCalledTimes(1);
    const interrupted = trainingAt(1, { interrupted: true });
    await save.stepEnd!(interrupted);
    expect(interrupted.save).toHaveBeenCalledTimes(1);
    const often = saveCheckpoints(0);
    const due = trainingAt(1);
    often.epochStart!(due);
    await often.stepEnd!(due);
    expect(due.save).toHaveBeenCalledTimes(1);
  });
});

describe("showProgress", () => {
  it("reads the values only where they are shown", async () => {
    let now = 0;
    const written: string[] = [];
    const stream = { write: (text: string) => written.push(text), isTTY: false };
    const progress = new Progress({ stream, quiet: false, epochs: 2, clock: () => now });
    const show = showProgress(progress);
    const values = vi.fn(async () => [0.5, 0.75]);
    const metrics = [{ name: "loss" }, { name: "accuracy" }] as unknown as TrainingLoop["metrics"];
    const training = trainingAt(1, { values, metrics, samples: 10, samplesDone: 5 });
    await show.stepEnd!(training);
    expect(values).toHaveBeenCalledTimes(0);
    now = 1e6;
    await show.stepEnd!(training);
    expect(values).toHaveBeenCalledTimes(1);
    show.epochEnd!(training, line(1));
    expect(written.join("")).toContain("epoch 1/2  loss 1.0000");
  });
});
