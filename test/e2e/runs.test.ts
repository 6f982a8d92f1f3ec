import { spawn, spawnSync } from "node:child_process";
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compile } from "../../src/node.ts";
import { programCommand } from "../../src/program/run.ts";
import { writeProgram } from "../../src/program/write.ts";
import { formatNpy } from "../../src/support/data/npy.ts";
import { RandomStream } from "../../src/support/nn/random.ts";

let root: string;
beforeAll(() => {
  mkdirSync(".tmp", { recursive: true });
  root = resolve(mkdtempSync(join(".tmp", "runs-")));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function write(spec: string, specPath = "spec.yaml"): string {
  const { program, diagnostics } = compile(spec, { specPath, headerPath: specPath });
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  return writeProgram(root, program!).folder;
}

interface Result {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(file: string, args: readonly string[]): Result {
  const [command, ...rest] = programCommand(file);
  return spawnSync(command, [...rest, "--backend", "wasm", ...args], { encoding: "utf8", cwd: root });
}

const train = (folder: string, ...args: string[]): Result => start(join(folder, "train.ts"), args);
const predict = (folder: string, ...args: string[]): Result => start(join(folder, "predict.ts"), args);

/** Everything in a folder. */
function contents(path: string): Record<string, string> {
  const files = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map((entry) => {
      const file = join(entry.parentPath ?? entry.path, entry.name);
      return [file, readFileSync(file, "latin1")];
    }),
  );
}

const info = (run: string): Record<string, unknown> => JSON.parse(readFileSync(join(root, run, "run.json"), "utf8"));

const random = new RandomStream(1, "series");
const SERIES = Array.from({ length: 90 }, (_, t) => 100 + 2 * t + 20 * Math.sin(t / 3) + random.normal(t));

function csv(folder: string, values: readonly number[]): string {
  mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, folder, "sales.csv"), `sales\n${values.map((value) => value.toFixed(3)).join("\n")}\n`);
  return folder;
}

const FORECAST = `specVersion: 1
name: sales
dataset: { type: csv, path: sales.csv, target: sales, lookback: 8 }
layers: [{ type: lstm, units: 4 }, { type: dense, units: 1 }]
optimizer: { type: adam, learningRate: 0.02 }
training: { loss: meanSquaredError, epochs: 3, batchSize: 16 }
`;

describe("a forecast", () => {
  it("comes from the run's scalers, whatever history the last rows have", () => {
    const folder = write(FORECAST);
    csv("then", SERIES.slice(0, 70));
    expect(train(folder, "--data", "then", "--out", "f")).toMatchObject({ status: 0 });
    const histories = [
      csv("grown", SERIES),
      csv(
        "scaled",
        SERIES.map((value, t) => (t < 82 ? 10 * value : value)),
      ),
      csv("only-last", SERIES.slice(-8)),
    ].map((data) => predict(folder, "--run", "f", "--data", data, "--json").stdout);
    expect(JSON.parse(histories[0]!).forecast).toHaveLength(1);
    expect(new Set(histories).size).toBe(1);
    const own = predict(folder, "--run", "f", "--input", "only-last/sales.csv", "--json");
    expect(own.stdout).toBe(histories[0]);
  });

  it.each([
    ["--output=f.csv"],
    ["--demo=3"],
    ["--length=3"],
    ["sales.csv"],
    ["--temperature=1"],
    ["--data=then", "--input=grown/sales.csv"],
  ])("refuses %s, which would have no effect", (...args) => {
    const { status, stdout, stderr } = predict(join(root, "sales"), "--run", "f", ...args);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^error: .*\n {2}fix: /);
  });
});

const LETTERS = `specVersion: 1
name: letters
dataset: { type: text, path: t.txt, timesteps: 6, vocabularySize: 8 }
layers: [{ type: lstm, units: 12 }, { type: dense, units: 8, activation: softmax }]
optimizer: { type: adam, learningRate: 0.05 }
training: { loss: sparseCategoricalCrossentropy, epochs: 4, batchSize: 32 }
`;

describe("a generated text", () => {
  it("comes from the run's vocabulary, without the text, down to the temperature 0", () => {
    mkdirSync(join(root, "then"), { recursive: true });
    mkdirSync(join(root, "later"));
    writeFileSync(join(root, "then/t.txt"), "abcd".repeat(100));
    writeFileSync(join(root, "later/t.txt"), "zyxw".repeat(300)); // a vocabulary fitted to it would be another one
    const folder = write(LETTERS);
    expect(train(folder, "--data", "then", "--out", "t")).toMatchObject({ status: 0 });
    const generate = (...args: string[]): Result => predict(folder, "--run", "t", "--length", "8", ...args);
    const first = generate("--temperature", "0.2", "abcdab");
    expect(first.stdout).toBe("abcdabcdabcdab\n");
    expect(generate("--data", "later", "--temperature", "0.2", "abcdab").stdout).toBe(first.stdout);
    for (const temperature of ["0", "1e-6"]) {
      expect(generate("--prompt=abcdab", "--temperature", temperature).stdout).toBe(first.stdout);
    }
    const unknown = generate("--prompt=abcdé", "--json");
    expect(JSON.parse(unknown.stdout)).toMatchObject({ prompt: "abcdé" });
    expect(unknown.stderr).toContain("not in the vocabulary, and read as unknown: é (U+00E9)");
    expect(generate("--temperature", "1e-7", "a")).toMatchObject({ status: 2, stdout: "" });
    expect(generate("--prompt=a", "b")).toMatchObject({ status: 2, stdout: "" });
  });
});

describe("a predictor in a program of others", () => {
  it("rejects what the model cannot read, and never throws before it returns", () => {
    const use = `import { createPredictor as forecaster } from "./sales/predictor.ts";
import { createPredictor as writer } from "./letters/predictor.ts";
const { predict } = await forecaster({ run: "f", backend: "wasm" });
const { generate } = await writer({ run: "t", backend: "wasm" });
const rows = (last: number): { sales: number }[] => [1, 2, 3, 4, 5, 6, 7, last].map((sales) => ({ sales }));
const promises: Promise<unknown>[] = [
  predict([rows(8)]),
  predict([]),
  predict([rows(1e300)]),
  predict([rows(Number.NaN)]),
  predict([[]]),
  predict(rows(8) as never),
  generate("abc", { length: -1 }),
  generate("abc", { temperature: Number.NaN }),
];
for (const result of await Promise.allSettled(promises)) {
  console.log(result.status === "fulfilled" ? JSON.stringify(result.value) : \`\${result.reason.name}: \${result.reason.message}\`);
}
`;
    writeFileSync(join(root, "refusals.ts"), use);
    const [command, ...rest] = programCommand(join(root, "refusals.ts"));
    const { stdout, stderr } = spawnSync(command, rest, { encoding: "utf8", cwd: root });
    expect(stderr).toBe("");
    expect(stdout.trim().split("\n")).toEqual([
      expect.stringMatching(/^\[\[[\d.]+\]\]$/),
      "[]",
      'UserError: row 7 of window 0: "sales" is 1e+300, beyond what the model can read',
      'UserError: row 7 of window 0: "sales" is NaN, not a finite number',
      "UserError: window 0 has 0 rows, but the model reads 8",
      "UserError: window 0 is no list of rows",
      "UserError: length is -1",
      "UserError: temperature is NaN",
    ]);
  });
});

const ARRAYS = `specVersion: 1
name: numbers
dataset:
  type: arrays
  inputs: [{ name: steps, shape: [5, 2], train: x.npy, test: x.npy }]
  targets: { encoding: numbers, train: y.npy, test: y.npy }
layers: [{ type: lstm, units: 3 }, { type: dense, units: 1 }]
optimizer: { type: adam }
training: { loss: meanSquaredError, epochs: 2, batchSize: 8 }
`;

describe("a run of arrays", () => {
  const x = Float32Array.from({ length: 40 * 10 }, (_, k) => random.uniform(1000 + k));
  beforeAll(() => {
    writeFileSync(join(root, "x.npy"), formatNpy(x, [40, 5, 2]));
    writeFileSync(join(root, "y.npy"), formatNpy(x.slice(0, 40), [40]));
  });

  it("records what it was made from, and what was done to the program", () => {
    const folder = write(ARRAYS);
    expect(train(folder)).toMatchObject({ status: 0 });
    expect(info("runs/numbers/0001")).toMatchObject({
      status: "finished",
      arguments: ["--backend", "wasm"],
      started: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      program: { name: "numbers", sha256: expect.stringMatching(/^[0-9a-f]{64}$/), edited: {} },
      data: { sha256: { "x.npy": expect.stringMatching(/^[0-9a-f]{64}$/) } },
      git: { commit: expect.stringMatching(/^[0-9a-f]{40}$/), clean: false }, // .tmp is not tracked
    });
    appendFileSync(join(folder, "model.ts"), "// changed\n");
    expect(train(folder)).toMatchObject({ status: 0 });
    const { program } = info("runs/numbers/latest") as { program: { sha256: string; edited: object } };
    expect(Object.keys(program.edited)).toEqual(["model.ts"]);
    expect(program.sha256).not.toBe((info("runs/numbers/0001").program as { sha256: string }).sha256);

    const input = ["--input", "x.npy"];
    const refused = predict(folder, "--run", "runs/numbers/0001", ...input);
    expect(refused).toMatchObject({
      status: 2,
      stdout: "",
      stderr: expect.stringContaining("model.ts was edited by hand"),
    });
    expect(predict(folder, "--run", "runs/numbers/0001", "--accept-changed-program", ...input)).toMatchObject({
      status: 0,
    });
    expect(predict(folder, ...input)).toMatchObject({ status: 0, stderr: "weights: runs/numbers/0002\n" });
    write(ARRAYS);
  });

  it("is refused by a program of the same shapes and another meaning, which names both and what differs", () => {
    const other = ARRAYS.replace("shape: [5, 2],", "shape: [5, 2], scale: 10,").replace(
      "units: 3",
      "units: 3, goBackwards: true",
    );
    const there = contents(join(root, "runs/numbers/0001"));
    const folder = write(other, "spec2.yaml");
    for (const result of [
      predict(folder, "--run", "runs/numbers/0001", "--input", "x.npy"),
      train(folder, "--resume", "--out", "runs/numbers/0001"),
    ]) {
      expect(result).toMatchObject({ status: 2, stdout: "" });
      expect(result.stderr).toMatch(/numbers \(spec\.yaml, .* this is numbers \(spec2\.yaml, /);
      expect(result.stderr).toContain("model[0].options.goBackwards is false in the run and true here");
      expect(result.stderr).not.toContain("    at ");
    }
    expect(train(folder, "--overwrite", "--out", "runs/numbers/0001")).toMatchObject({ status: 2 });
    expect(contents(join(root, "runs/numbers/0001"))).toEqual(there);
    write(ARRAYS);
  });

  it("is not resumed on changed data, and stays as it was", () => {
    const there = contents(join(root, "runs/numbers/0001"));
    mkdirSync(join(root, "changed"));
    cpSync(join(root, "y.npy"), join(root, "changed/y.npy"));
    writeFileSync(
      join(root, "changed/x.npy"),
      formatNpy(
        x.map((value) => value + 1),
        [40, 5, 2],
      ),
    );
    const resumed = train(
      join(root, "numbers"),
      "--resume",
      "--out",
      "runs/numbers/0001",
      "--data",
      "changed",
      "--epochs",
      "4",
    );
    expect(resumed).toMatchObject({ status: 2, stderr: expect.stringContaining("x.npy has changed (SHA-256 ") });
    expect(contents(join(root, "runs/numbers/0001"))).toEqual(there);
  });

  it("says that it failed, and why", () => {
    const folder = write(
      ARRAYS.replace("name: numbers", "name: bursting")
        .replace("epochs: 2", "epochs: 20")
        .replace("type: adam", "type: sgd, learningRate: 1000"),
    );
    expect(train(folder)).toMatchObject({ status: 1, stderr: expect.stringContaining("is not finite") });
    expect(info("runs/bursting/latest")).toMatchObject({ status: "failed", error: { kind: "diverged" } });
  });

  it("predicts in programs of others, run from the sources and built", () => {
    const folder = join(root, "numbers");
    const run = join(root, "runs/numbers/0001");
    const expected = JSON.parse(predict(folder, "--run", run, "--input", "x.npy", "--json").stdout) as number[][];
    const samples = Array.from({ length: 40 }, (_, b) =>
      Array.from({ length: 5 }, (_, t) => [...x.subarray(10 * b + 2 * t, 10 * b + 2 * t + 2)]),
    );
    writeFileSync(join(root, "samples.json"), JSON.stringify(samples));
    const program = (module: string): string => `import { readFileSync } from "node:fs";
import { createPredictor } from ${JSON.stringify(module)};
const predictor = await createPredictor({ run: ${JSON.stringify(run)}, backend: "wasm" });
const steps = JSON.parse(readFileSync("samples.json", "utf8"));
process.stdout.write(JSON.stringify(await predictor.predict({ steps })));
`;
    writeFileSync(join(root, "use.ts"), program("./numbers/predictor.ts"));
    const [command, ...rest] = programCommand(join(root, "use.ts"));
    const used = spawnSync(command, rest, { encoding: "utf8", cwd: root });
    expect(JSON.parse(used.stdout)).toEqual(expected);

    const options = [
      "--rewriteRelativeImportExtensions",
      "--target",
      "es2022",
      "--module",
      "nodenext",
      "--lib",
      "es2023",
      "--skipLibCheck",
    ];
    const tsc = resolve("node_modules/typescript/bin/tsc");
    const build = spawnSync(process.execPath, [tsc, ...options, "--types", "node", "--outDir", "built", "use.ts"], {
      encoding: "utf8",
      cwd: root,
    });
    expect(build.stdout).toBe("");
    const built = spawnSync(process.execPath, ["built/use.js"], { encoding: "utf8", cwd: root });
    expect(JSON.parse(built.stdout)).toEqual(expected);
  });

  it.skipIf(process.platform === "win32")("ends quietly when its reader has seen enough", () => {
    const [command, ...rest] = programCommand(join(root, "numbers", "predict.ts"));
    const line = [command, ...rest, "--backend", "wasm", "--run", "runs/numbers/0001", "--input", "x.npy"]
      .map((word) => `'${word}'`)
      .join(" ");
    const { status, stdout, stderr } = spawnSync("bash", ["-c", `set -o pipefail; ${line} | head -n 1`], {
      encoding: "utf8",
      cwd: root,
    });
    expect([status, stdout.trim().split("\n").length, stderr]).toEqual([0, 1, "weights: runs/numbers/0001\n"]);
  });

  it.skipIf(process.platform === "win32")(
    "loses at most the steps since the last checkpoint when it is killed",
    async () => {
      const folder = write(ARRAYS.replace("name: numbers", "name: long").replace("epochs: 2", "epochs: 1"));
      // Thousands of steps in an epoch, so that the kill comes within it.
      const many = Float32Array.from({ length: 12_000 * 10 }, (_, k) => x[k % x.length]!);
      mkdirSync(join(root, "many"));
      writeFileSync(join(root, "many/x.npy"), formatNpy(many, [12_000, 5, 2]));
      writeFileSync(join(root, "many/y.npy"), formatNpy(many.slice(0, 12_000), [12_000]));
      const [command, ...rest] = programCommand(join(folder, "train.ts"));
      const args = ["--backend", "wasm", "--data", "many", "--out", "killed", "--checkpoint-seconds", "1"];
      const child = spawn(command, [...rest, ...args], { cwd: root, stdio: "ignore" });
      const ended = new Promise((done) => child.on("exit", done));
      const index = join(root, "killed/checkpoint/checkpoint.json");
      for (let k = 0; k < 600; k++) {
        await new Promise((done) => setTimeout(done, 50));
        try {
          if (readFileSync(index).length > 0) break;
        } catch {
          // There is none yet.
        }
      }
      child.kill("SIGKILL");
      await ended;
      expect(info("killed")).toMatchObject({ status: "running" });
      const refused = train(folder, ...args.slice(2));
      expect(refused).toMatchObject({ status: 2, stderr: expect.stringContaining("killed") });
      expect(train(folder, ...args.slice(2), "--resume")).toMatchObject({
        status: 0,
        stderr: expect.stringMatching(/resumed killed in epoch 1 after [1-9]/),
      });
      expect(info("killed")).toMatchObject({ status: "finished", sessions: [{ status: "killed" }] });

      expect(train(folder, ...args.slice(2, 4), "--out", "whole")).toMatchObject({ status: 0 });
      const losses = ["killed", "whole"].map(
        (run) => JSON.parse(readFileSync(join(root, run, "metrics.jsonl"), "utf8")).valLoss,
      );
      expect(losses[0]).toBe(losses[1]);
    },
  );
});
