import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { compile } from "../../src/node.ts";
import { programCommand } from "../../src/program/run.ts";
import { writeProgram } from "../../src/program/write.ts";
import { cpuInstalled, NO_CPU } from "../installed.ts";

/** Two recurrent layers, dropout of every kind, moving statistics, clipping, and a last batch of 3: 17 steps of 3 epochs. */
const SPEC = `specVersion: 1
name: captured
dataset: { type: digits, scale: 255, trainSamples: 259, testSamples: 30 }
layers:
  - { type: lstm, units: 12, activation: relu, returnSequences: true, dropout: 0.1 }
  - { type: spatialDropout1d, rate: 0.1 }
  - { type: batchNormalization }
  - { type: gru, units: 12, recurrentDropout: 0.1 }
  - { type: gaussianNoise, stddev: 0.1 }
  - { type: dropout, rate: 0.2 }
  - { type: dense, units: 10, activation: softmax, kernelRegularizer: { l2: 0.001 } }
optimizer:
  type: adam
  learningRate: { schedule: exponentialDecay, initialLearningRate: 0.01, decaySteps: 10, decayRate: 0.5 }
  globalClipNorm: 1
training: { loss: sparseCategoricalCrossentropy, metrics: [accuracy, f1], epochs: 3, batchSize: 16 }
`;

describe("graph capture", () => {
  mkdirSync(".tmp", { recursive: true });
  const root = resolve(mkdtempSync(join(".tmp", "capture-")));
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it.skipIf(!cpuInstalled)(`gives the numbers of eager training, with the same random numbers${NO_CPU}`, () => {
    const { folder } = writeProgram(root, compile(SPEC).program!);
    const train = (...options: string[]): { captured: boolean; metrics: Record<string, number>[] } => {
      const out = mkdtempSync(join(root, "run-"));
      const [command, ...rest] = programCommand(join(folder, "train.ts"));
      const args = [...rest, "--backend", "cpu", "--out", out, ...options];
      const { status, stderr } = spawnSync(command!, args, { encoding: "utf8" });
      expect(status, stderr).toBe(0);
      const { captured } = JSON.parse(readFileSync(join(out, "run.json"), "utf8")) as { captured: boolean };
      const lines = readFileSync(join(out, "metrics.jsonl"), "utf8").trim().split("\n");
      return { captured, metrics: lines.map((line) => JSON.parse(line) as Record<string, number>) };
    };
    const captured = train();
    const eager = train("--no-capture");
    expect([captured.captured, eager.captured]).toEqual([true, false]);
    expect(captured.metrics).toHaveLength(3);
    for (const [epoch, metrics] of captured.metrics.entries()) {
      for (const [name, value] of Object.entries(metrics)) {
        if (name === "seconds" || name === "samplesPerSecond") continue;
        expect(Math.abs(value - eager.metrics[epoch]![name]!), `${name} of epoch ${epoch + 1}`).toBeLessThan(1e-5);
      }
    }
  });
});
