import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compile } from "../../src/node.ts";
import { programCommand } from "../../src/program/run.ts";
import { writeProgram } from "../../src/program/write.ts";
import { formatNpy } from "../../src/support/data/npy.ts";
import { loadCheckpoint } from "../../src/support/run/checkpoint.ts";
import { cpuInstalled, NO_CPU } from "../installed.ts";

const SAMPLES = 1603;
const TIMESTEPS = 3;
const BATCH_SIZE = 16;

function spec(name: string, layer: object, training: object): string {
  return JSON.stringify({
    specVersion: 1,
    name,
    dataset: {
      type: "arrays",
      inputs: [{ shape: [TIMESTEPS, 1], train: "x.npy", test: "x.npy" }],
      targets: { encoding: "numbers", train: "y.npy", test: "y.npy" },
      validation: "test",
    },
    layers: [
      { type: "lstm", units: 8, ...layer },
      { type: "dense", units: 1 },
    ],
    optimizer: { type: "sgd", learningRate: 0.05 },
    training: { loss: "meanSquaredError", batchSize: BATCH_SIZE, shuffle: false, ...training },
  });
}

const STATEFUL = spec("stateful", { stateful: true, dropout: 0.2 }, { epochs: 3 });

let root: string;

beforeAll(() => {
  mkdirSync(".tmp", { recursive: true });
  root = resolve(mkdtempSync(join(".tmp", "stateful-")));
  const x = Float32Array.from({ length: SAMPLES * TIMESTEPS }, (_, k) => ((k * 7919) % 101) / 101);
  const y = Float32Array.from({ length: SAMPLES }, (_, b) => x[TIMESTEPS * Math.max(0, b - BATCH_SIZE)]!);
  writeFileSync(join(root, "x.npy"), formatNpy(x, [SAMPLES, TIMESTEPS, 1]));
  writeFileSync(join(root, "y.npy"), formatNpy(y, [SAMPLES]));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function write(text: string): string {
  const { program, diagnostics } = compile(text, { headerPath: "stateful.yaml" });
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  return writeProgram(root, program!).folder;
}

/** Command and arguments of a training run into the folder `out`. */
function trainCommand(folder: string, out: string, args: readonly string[]): [string, string[]] {
  const [command, ...rest] = programCommand(join(folder, "train.ts"));
  const given = args.includes("--backend") ? args : ["--backend", "wasm", ...args];
  return [command!, [...rest, "--data", root, "--out", join(root, out), ...given]];
}

function train(folder: string, out: string, ...args: string[]): { status: number | null; stderr: string } {
  return spawnSync(...trainCommand(folder, out, args), { encoding: "utf8", cwd: root });
}

interface Line {
  [key: string]: number;
}

/** Lines of metrics.jsonl, without what the clock decides. */
function metrics(out: string): Line[] {
  const lines = readFileSync(join(root, out, "metrics.jsonl"), "utf8")
    .trim()
    .split("\n");
  return lines.map((line) => {
    const { seconds: _seconds, samplesPerSecond: _rate, ...rest } = JSON.parse(line) as Line;
    return rest;
  });
}

describe("a generated program with a stateful layer", () => {
  it("starts every epoch and evaluation from zeros, and carries states between their batches", () => {
    // A learning rate that leaves the weights as they are: every pass over the same data gives the same loss.
    const still = (name: string, layer: object): string =>
      spec(name, layer, { epochs: 2 }).replace('"learningRate":0.05', '"learningRate":1e-30');
    const stateful = train(write(still("still", { stateful: true })), "frozen");
    expect(stateful).toMatchObject({ status: 0 });
    expect(stateful.stderr).toContain("the last 3 training samples do not fill a batch");
    expect(stateful.stderr).toContain("the last 3 test samples do not fill a batch");
    expect(stateful.stderr).toContain("1,600 training samples and 1,600 test samples");
    const [first, second] = metrics("frozen");
    expect(second!.loss).toBe(first!.loss);
    expect(first!.valLoss).toBeCloseTo(first!.loss!, 6);
    expect(second!.valLoss).toBe(first!.valLoss);

    expect(train(write(still("stateless", {})), "frozen-stateless", "--limit", "1600")).toMatchObject({ status: 0 });
    expect(Math.abs(metrics("frozen-stateless")[0]!.loss! - first!.loss!)).toBeGreaterThan(1e-4);
  });

  // Windows ends a process at once where others let it handle a signal.
  it.skipIf(process.platform === "win32")(
    "resumes in the middle of an epoch as if it had not stopped, and predicts",
    async () => {
      const folder = write(STATEFUL);
      expect(train(folder, "whole")).toMatchObject({ status: 0 });

      const [command, args] = trainCommand(folder, "broken", []);
      const child = spawn(command, args, { cwd: root, stdio: ["ignore", "ignore", "pipe"] });
      const ended = new Promise<number | null>((done) => {
        child.on("close", done);
      });
      child.stderr.on("data", (text: Buffer) => {
        if (text.toString("utf8").includes("epoch 1/3")) child.kill("SIGINT");
      });
      expect(await ended).toBe(130);
      const { state } = loadCheckpoint(join(root, "broken"));
      expect(state.epoch).toBe(2);
      expect(state.step).toBeGreaterThan(0);
      expect(train(folder, "broken", "--resume")).toMatchObject({ status: 0 });
      expect(metrics("broken")).toEqual(metrics("whole"));

      const [node, ...rest] = programCommand(join(folder, "predict.ts"));
      const predict = ["--backend", "wasm", "--run", join(root, "whole"), "--input", join(root, "x.npy"), "--json"];
      const { stdout } = spawnSync(node!, [...rest, ...predict], { encoding: "utf8", cwd: root });
      expect(JSON.parse(stdout)).toHaveLength(SAMPLES);
    },
  );

  it("refuses fewer samples than a batch (1)", () => {
    const { status, stderr } = train(write(STATEFUL), "few", "--limit", "15");
    expect(stderr).toContain("stateful layers need whole batches of 16, but there are 15 training samples");
    expect(status).toBe(1);
  });

  it.skipIf(!cpuInstalled)(`computes the same captured and eager${NO_CPU}`, () => {
    const folder = write(STATEFUL);
    const cpu = ["--backend", "cpu", "--epochs", "2"];
    expect(train(folder, "captured", ...cpu)).toMatchObject({ status: 0 });
    expect(train(folder, "eager", "--no-capture", ...cpu)).toMatchObject({ status: 0 });
    const runs = ["captured", "eager"].map((out) => JSON.parse(readFileSync(join(root, out, "run.json"), "utf8")));
    expect(runs.map(({ captured }) => captured)).toEqual([true, false]);
    for (const [index, line] of metrics("eager").entries()) {
      for (const key of ["loss", "valLoss"]) expect(metrics("captured")[index]![key]).toBeCloseTo(line[key]!, 5);
    }
  });
});
