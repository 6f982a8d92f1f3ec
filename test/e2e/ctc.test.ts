import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compile } from "../../src/node.ts";
import { programCommand } from "../../src/program/run.ts";
import { writeProgram } from "../../src/program/write.ts";
import { formatNpy, parseNpy } from "../../src/support/data/npy.ts";
import { RandomStream } from "../../src/support/nn/random.ts";
import { cpuInstalled, NO_CPU } from "../installed.ts";

const [SAMPLES, T, F, L] = [320, 12, 3, 3];

/** Up to three strokes, of one or two timesteps each and with a gap before them. The labels do not say when they were. */
function strokes(random: RandomStream): { x: Float32Array; y: Int32Array } {
  const x = new Float32Array(SAMPLES * T * F);
  const y = new Int32Array(SAMPLES * L);
  let drawn = 0;
  const below = (n: number): number => Math.floor(n * random.uniform(drawn++));
  for (let sample = 0; sample < SAMPLES; sample++) {
    const count = below(L + 1);
    for (let k = 0, t = 0; k < count; k++) {
      const label = 1 + below(F);
      y[sample * L + k] = label;
      t += 1 + below(2);
      for (const end = t + 1 + below(2); t < end; t++) x[(sample * T + t) * F + label - 1] = 1;
    }
  }
  return { x, y };
}

const SPEC = `specVersion: 1
name: strokes
dataset:
  type: arrays
  inputs: [{ shape: [${T}, ${F}], train: x.npy, test: x-test.npy }]
  targets: { encoding: labelSequence, classes: ${F + 1}, length: ${L}, train: y.npy, test: y-test.npy }
layers:
  - { type: bidirectional, layer: { type: lstm, units: 16, returnSequences: true } }
  - { type: dense, units: ${F + 1} }
optimizer: { type: adam, learningRate: 0.03 }
training: { loss: ctc, epochs: 12, batchSize: 16 }
`;

interface Metrics {
  readonly loss: number;
  readonly valLoss: number;
}

describe("a program that learns by ctc", () => {
  mkdirSync(".tmp", { recursive: true });
  const root = resolve(mkdtempSync(join(".tmp", "ctc-")));
  const data = join(root, "data");
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  beforeAll(() => {
    mkdirSync(data);
    for (const part of ["", "-test"]) {
      const { x, y } = strokes(new RandomStream(1, `strokes${part}`));
      writeFileSync(join(data, `x${part}.npy`), formatNpy(x, [SAMPLES, T, F]));
      writeFileSync(join(data, `y${part}.npy`), formatNpy(y, [SAMPLES, L]));
    }
    const weights = Float32Array.from({ length: SAMPLES }, (_, k) => (k % 3) + 0.5);
    writeFileSync(join(data, "w.npy"), formatNpy(weights, [SAMPLES]));
  });

  function run(file: string, ...args: string[]): { status: number | null; stdout: string; stderr: string } {
    const [command, ...rest] = programCommand(file);
    return spawnSync(command!, [...rest, ...args], { encoding: "utf8" });
  }

  function train(folder: string, out: string, ...args: string[]): Metrics[] {
    const { status, stderr } = run(join(folder, "train.ts"), "--data", data, "--out", join(root, out), ...args);
    expect(status, stderr).toBe(0);
    const lines = readFileSync(join(root, out, "metrics.jsonl"), "utf8")
      .trim()
      .split("\n");
    return lines.map((line) => JSON.parse(line) as Metrics);
  }

  it("reads the labels of samples that it has not seen (wasm)", () => {
    const { folder } = writeProgram(root, compile(SPEC).program!);
    const metrics = train(folder, "wasm", "--backend", "wasm");
    expect(metrics[0]!.loss).toBeGreaterThan(2);
    expect(metrics.at(-1)!.valLoss).toBeLessThan(0.1);
    const predict = (...args: string[]) =>
      run(join(folder, "predict.ts"), "--backend", "wasm", "--run", join(root, "wasm"), ...args);
    const shown = predict("--data", data, "--demo", String(SAMPLES)).stdout.trim().split("\n");
    expect(shown).toHaveLength(SAMPLES);
    expect(shown.filter((line) => line.endsWith(", which is right")).length).toBeGreaterThan(0.95 * SAMPLES);

    const { data: y } = parseNpy(readFileSync(join(data, "y-test.npy")), "y-test.npy");
    const rows = JSON.parse(predict("--data", data, "--demo", "9", "--json").stdout) as object[];
    const read = JSON.parse(predict("--input", join(data, "x-test.npy"), "--json").stdout) as { labels: number[] }[];
    expect(rows).toEqual(
      read.slice(0, 9).map(({ labels }, k) => ({
        labels,
        target: [...y.slice(k * L, (k + 1) * L)].map(Number).filter((label) => label > 0),
      })),
    );
    const file = join(root, "new", "labels.npy");
    expect(predict("--input", join(data, "x-test.npy"), "--output", file)).toMatchObject({ status: 0 });
    const written = parseNpy(readFileSync(file), file);
    const length = written.shape[1]!;
    expect(written.shape).toEqual([SAMPLES, Math.max(...read.map(({ labels }) => labels.length))]);
    expect([...written.data]).toEqual(
      read.flatMap(({ labels }) => [...labels, ...new Array<number>(length - labels.length).fill(0)]),
    );
    expect(predict()).toMatchObject({ status: 2 });
  }, 120_000);

  it.skipIf(!cpuInstalled)(
    `gives the same losses captured and eagerly, with masks, sample weights and a smaller last batch${NO_CPU}`,
    () => {
      const spec = SPEC.replace("name: strokes", "name: masked")
        .replace("layers:", "  sampleWeights: { train: w.npy }\nlayers:\n  - { type: masking }")
        .replace("epochs: 12, batchSize: 16", "epochs: 2, batchSize: 48");
      const { folder } = writeProgram(root, compile(spec).program!);
      const captured = train(folder, "captured", "--backend", "cpu");
      const eager = train(folder, "eager", "--backend", "cpu", "--no-capture");
      const info = (out: string) =>
        JSON.parse(readFileSync(join(root, out, "run.json"), "utf8")) as { captured: boolean };
      expect([info("captured").captured, info("eager").captured]).toEqual([true, false]);
      expect(captured).toHaveLength(2);
      for (const [epoch, { loss, valLoss }] of captured.entries()) {
        expect(Math.abs(loss - eager[epoch]!.loss)).toBeLessThan(1e-5);
        expect(Math.abs(valLoss - eager[epoch]!.valLoss)).toBeLessThan(1e-5);
      }
    },
    120_000,
  );
});
