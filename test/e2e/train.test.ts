import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { initCommand } from "../../src/cli/init-command.ts";
import { compile } from "../../src/node.ts";
import { programCommand } from "../../src/program/run.ts";
import { writeProgram } from "../../src/program/write.ts";
import { formatNpy, parseNpy } from "../../src/support/data/npy.ts";

const CLASSIFY = `specVersion: 1
name: tiny
dataset: { type: digits, scale: 255, trainSamples: 300, testSamples: 60 }
layers:
  - { type: lstm, units: 16, returnSequences: true }
  - { type: dropout, rate: 0.1 }
  - { type: lstm, units: 16 }
  - { type: dense, units: 10, activation: softmax }
optimizer: { type: adam, learningRate: 0.01 }
training: { loss: sparseCategoricalCrossentropy, metrics: [accuracy], epochs: 3, batchSize: 32 }
`;

let root: string;

beforeAll(() => {
  mkdirSync(".tmp", { recursive: true });
  root = resolve(mkdtempSync(join(".tmp", "train-")));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function write(spec: string): string {
  const { program, diagnostics } = compile(spec, { headerPath: "tiny.yaml" });
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  return writeProgram(root, program!).folder;
}

function run(file: string, args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  const [command, ...rest] = programCommand(file);
  return spawnSync(command!, [...rest, ...args], { encoding: "utf8", cwd: root });
}

interface Line {
  [key: string]: number;
}

function metrics(out: string): Line[] {
  return readFileSync(join(out, "metrics.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
}

/** Without what the clock decides. */
function untimed(lines: Line[]): Line[] {
  return lines.map(({ seconds: _seconds, samplesPerSecond: _rate, ...rest }) => rest);
}

describe("a generated classifier on wasm", () => {
  it("learns, repeats itself for a seed, differs for another, and resumes as if it had not stopped", () => {
    const folder = write(CLASSIFY);
    const train = (out: string, ...args: string[]) =>
      run(join(folder, "train.ts"), ["--backend", "wasm", "--out", join(root, out), ...args]);

    const first = train("a");
    expect(first.stderr).toContain("epoch 3/3");
    expect(first.status).toBe(0);
    const lines = metrics(join(root, "a"));
    expect(Object.keys(lines[0]!)).toEqual([
      "epoch",
      "loss",
      "accuracy",
      "valLoss",
      "valAccuracy",
      "learningRate",
      "seconds",
      "samplesPerSecond",
    ]);
    expect(lines[2]!.loss!).toBeLessThan(lines[0]!.loss! * 0.9);
    for (const file of ["run.json", "report.html", "model/model.json", "checkpoint/checkpoint.json"]) {
      expect(readFileSync(join(root, "a", file)).length, file).toBeGreaterThan(100);
    }

    expect(train("b", "--quiet").stderr).toBe("");
    expect(untimed(metrics(join(root, "b")))).toEqual(untimed(lines));

    expect(train("c", "--seed", "7", "--epochs", "1").status).toBe(0);
    expect(metrics(join(root, "c"))[0]!.loss).not.toBe(lines[0]!.loss);
    const info = JSON.parse(readFileSync(join(root, "a", "run.json"), "utf8"));
    expect(info.settings).toMatchObject({ trainSamples: 270, validationSamples: 30, testSamples: 60 });
    expect(Object.keys(info.test)).toEqual(["loss", "accuracy"]);
    expect(info.test.loss).not.toBe(info.metrics.valLoss);
    expect(first.stderr).toContain(
      `test: loss ${info.test.loss.toFixed(4)}  accuracy ${info.test.accuracy.toFixed(4)}`,
    );
    const report = readFileSync(join(root, "a", "report.html"), "utf8");
    expect(report).toContain("<h2>Test</h2>\n<p>Looked at once, after the training.</p>");
    expect(JSON.parse(readFileSync(join(root, "c", "run.json"), "utf8")).overrides).toMatchObject({
      seed: 7,
      epochs: 1,
    });

    expect(train("d", "--epochs", "1").status).toBe(0);
    expect(train("d", "--resume").status).toBe(0);
    expect(untimed(metrics(join(root, "d")))).toEqual(untimed(lines));

    const shown = run(join(folder, "predict.ts"), [
      "--backend",
      "wasm",
      "--run",
      join(root, "a"),
      "--demo",
      "2",
      "--json",
    ]);
    const predictions = JSON.parse(shown.stdout) as { class: number; probabilities: number[] }[];
    expect(predictions).toHaveLength(2);
    expect(predictions[0]!.probabilities.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 5);
  });

  it("names the spec's line where a layer leaves the finite numbers", () => {
    const folder = write(
      CLASSIFY.replace("name: tiny", "name: exploding")
        .replace("units: 16, returnSequences", "units: 16, activation: relu, returnSequences")
        .replace("learningRate: 0.01", "learningRate: 900"),
    );
    const { status, stderr } = run(join(folder, "train.ts"), ["--backend", "wasm", "--out", join(root, "nan")]);
    expect(stderr).toMatch(/error: tiny\.yaml:\d+: .* is not finite/);
    expect(status).toBe(1);
  });

  it("refuses a wrong flag (2), a folder that is no run (2), missing data (3)", () => {
    const folder = write(CLASSIFY);
    expect(run(join(folder, "train.ts"), ["--epochs", "many"]).status).toBe(2);
    mkdirSync(join(root, "mine"));
    writeFileSync(join(root, "mine", "thesis.txt"), "years of work");
    const refused = run(join(folder, "train.ts"), ["--backend", "wasm", "--out", join(root, "mine")]);
    expect(refused.status).toBe(2);
    expect(readFileSync(join(root, "mine", "thesis.txt"), "utf8")).toBe("years of work");
    const mnist = write(
      CLASSIFY.replace(
        "{ type: digits, scale: 255, trainSamples: 300, testSamples: 60 }",
        "{ type: mnist, scale: 255 }",
      ),
    );
    const missing = run(join(mnist, "train.ts"), ["--backend", "wasm", "--data", root]);
    expect(missing.status).toBe(3);
    expect(missing.stderr).toContain("train-images-idx3-ubyte");
  });
});

describe("the other datasets", () => {
  it("forecasts a series", () => {
    const rows = Array.from({ length: 80 }, (_, t) => `${t},${(10 + 5 * Math.sin(t / 3)).toFixed(4)}`);
    writeFileSync(join(root, "wave.csv"), `t,value\n${rows.join("\n")}\n`);
    const folder = write(`specVersion: 1
name: wave
dataset: { type: csv, path: wave.csv, target: value, lookback: 8, horizon: 2 }
layers: [{ type: lstm, units: 12 }, { type: dense, units: 2 }]
optimizer: { type: adam, learningRate: 0.02 }
training: { loss: meanSquaredError, metrics: [meanAbsoluteError], epochs: 25, batchSize: 16 }
`);
    expect(
      run(join(folder, "train.ts"), ["--backend", "wasm", "--data", root, "--out", join(root, "w")]),
    ).toMatchObject({ status: 0 });
    expect(metrics(join(root, "w")).at(-1)!.valLoss).toBeLessThan(0.2);
    const { stdout } = run(join(folder, "predict.ts"), [
      "--backend",
      "wasm",
      "--data",
      root,
      "--run",
      join(root, "w"),
      "--json",
    ]);
    const { forecast } = JSON.parse(stdout) as { forecast: number[] };
    expect(forecast).toHaveLength(2);
    for (const value of forecast) expect(Math.abs(value - 10)).toBeLessThan(8);
  });

  it("forecasts the series of `init` better than forecasts that need no model", () => {
    const before = process.cwd();
    process.chdir(root);
    try {
      expect(initCommand("sales", "forecast")).toBe(0);
    } finally {
      process.chdir(before);
    }
    const folder = write(readFileSync(join(root, "sales.yaml"), "utf8"));
    const args = ["--backend", "wasm", "--data", root, "--out", join(root, "template")];
    const { stderr } = run(join(folder, "train.ts"), args);
    expect(stderr).toMatch(/^forecast: .*: better than each of them$/m);
  });

  it("continues a text", () => {
    writeFileSync(join(root, "abc.txt"), "abcd ".repeat(80));
    const folder = write(`specVersion: 1
name: abc
dataset: { type: text, path: abc.txt, timesteps: 6, vocabularySize: 8 }
layers: [{ type: lstm, units: 16 }, { type: dense, units: 8, activation: softmax }]
optimizer: { type: adam, learningRate: 0.03 }
training: { loss: sparseCategoricalCrossentropy, metrics: [accuracy], epochs: 6, batchSize: 16 }
`);
    expect(
      run(join(folder, "train.ts"), ["--backend", "wasm", "--data", root, "--out", join(root, "t")]),
    ).toMatchObject({ status: 0 });
    expect(metrics(join(root, "t")).at(-1)!.valAccuracy).toBe(1);
    const { stdout } = run(join(folder, "predict.ts"), [
      ...[
        "--backend",
        "wasm",
        "--data",
        root,
        "--run",
        join(root, "t"),
        "--length",
        "10",
        "--temperature",
        "0.2",
        "abcd a",
      ],
    ]);
    expect(stdout.trim()).toBe("abcd abcd abcd a");
  });

  it("learns the sum of an array's timesteps, and predicts an array", () => {
    const samples = 400;
    const x = Float32Array.from({ length: samples * 6 }, (_, k) => ((k * 7919) % 101) / 101);
    const y = Float32Array.from({ length: samples }, (_, b) => x.subarray(6 * b, 6 * b + 6).reduce((a, v) => a + v, 0));
    writeFileSync(join(root, "x.npy"), formatNpy(x, [samples, 6, 1]));
    writeFileSync(join(root, "y.npy"), formatNpy(y, [samples]));
    const folder = write(`specVersion: 1
name: sums
dataset:
  type: arrays
  inputs: [{ name: steps, shape: [6, 1], train: x.npy, test: x.npy }]
  targets: { encoding: numbers, train: y.npy, test: y.npy }
layers: [{ type: lstm, units: 12 }, { type: dense, units: 1 }]
optimizer: { type: adam, learningRate: 0.02 }
training: { loss: meanSquaredError, epochs: 15, batchSize: 32 }
`);
    const out = join(root, "s");
    const trained = run(join(folder, "train.ts"), ["--backend", "wasm", "--data", root, "--out", out]);
    expect(trained).toMatchObject({ status: 0 });
    expect(metrics(out).at(-1)!.valLoss).toBeLessThan(0.1); // the sums' variance is about 0.5
    const predict = (...args: string[]) =>
      run(join(folder, "predict.ts"), ["--backend", "wasm", "--run", out, ...args]);
    const printed = predict("--input", join(root, "x.npy"), "--json");
    const rows = JSON.parse(printed.stdout) as number[][];
    expect(rows).toHaveLength(samples);
    const wrong = rows.filter(([value], b) => Math.abs(value! - y[b]!) > 1);
    expect(wrong.length).toBeLessThan(samples / 50);
    expect(predict("--input", `steps=${join(root, "x.npy")}`, "--output", join(root, "p.npy")).status).toBe(0);
    expect([...parseNpy(readFileSync(join(root, "p.npy")), "p.npy").data]).toEqual(rows.flat());
    expect(predict("--input", join(root, "y.npy"))).toMatchObject({ status: 1 });
    expect(predict()).toMatchObject({ status: 2 });
  });
});
