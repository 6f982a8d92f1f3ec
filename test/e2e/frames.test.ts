import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { compile } from "../../src/node.ts";
import { programCommand } from "../../src/program/run.ts";
import { writeProgram } from "../../src/program/write.ts";
import { formatNpy, parseNpy } from "../../src/support/data/npy.ts";
import { RandomStream } from "../../src/support/nn/random.ts";

const [TIMESTEPS, SIZE, CLASSES] = [4, 6, 4];
const VALUES = TIMESTEPS * SIZE * SIZE;

const SPEC = `specVersion: 1
name: moving-squares
dataset:
  type: arrays
  inputs: [{ shape: [${TIMESTEPS}, ${SIZE}, ${SIZE}, 1], train: x-train.npy, test: x-test.npy }]
  targets: { encoding: labels, classes: ${CLASSES}, train: y-train.npy, test: y-test.npy }
layers:
  - { type: convLstm2d, filters: 6, kernelSize: 3, padding: same, returnSequences: true }
  - { type: leakyRelu, negativeSlope: 0.1 }
  - { type: convLstm2d, filters: 4, kernelSize: 3, strides: 2, padding: same, dropout: 0.05 }
  - { type: flatten }
  - { type: dense, units: ${CLASSES}, activation: softmax }
optimizer: { type: adam, learningRate: 0.02 }
training: { loss: sparseCategoricalCrossentropy, metrics: [accuracy], epochs: 6, batchSize: 32 }
`;

let root: string;

beforeAll(() => {
  mkdirSync(".tmp", { recursive: true });
  root = resolve(mkdtempSync(join(".tmp", "frames-")));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A square of four pixels that moves by one each step, round the edges: down, up, right or left, which is its label. */
function movingSquares(name: string, count: number): { x: Float32Array; y: Int32Array } {
  const random = new RandomStream(5, name);
  const x = new Float32Array(count * VALUES);
  const y = Int32Array.from({ length: count }, (_, k) => k % CLASSES);
  const moves = [
    [1, 0],
    [-1, 0],
    [0, 1],
    [0, -1],
  ] as const;
  for (const [k, label] of y.entries()) {
    const start = [0, 1].map((axis) => Math.floor(random.uniform(2 * k + axis) * SIZE)) as [number, number];
    for (let t = 0; t < TIMESTEPS; t++) {
      for (const [dr, dc] of [
        [0, 0],
        [0, 1],
        [1, 0],
        [1, 1],
      ] as const) {
        const row = (start[0] + dr + t * moves[label]![0] + SIZE) % SIZE;
        const column = (start[1] + dc + t * moves[label]![1] + SIZE) % SIZE;
        x[k * VALUES + (t * SIZE + row) * SIZE + column] = 1;
      }
    }
  }
  return { x, y };
}

function run(file: string, args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  const [command, ...rest] = programCommand(file);
  return spawnSync(command!, [...rest, ...args], { encoding: "utf8", cwd: root });
}

it("a model of frames learns which way squares move, and predicts files as it predicts nested arrays", async () => {
  for (const [part, count] of [
    ["train", 320],
    ["test", 64],
  ] as const) {
    const { x, y } = movingSquares(part, count);
    writeFileSync(join(root, `x-${part}.npy`), formatNpy(x, [count, TIMESTEPS, SIZE, SIZE, 1]));
    writeFileSync(join(root, `y-${part}.npy`), formatNpy(y, [count]));
  }
  const { program, diagnostics } = compile(SPEC, { headerPath: "moving-squares.yaml" });
  expect(diagnostics).toEqual([]);
  const { folder } = writeProgram(root, program!);
  const out = join(root, "run");
  const trained = run(join(folder, "train.ts"), ["--backend", "wasm", "--data", root, "--out", out]);
  expect(trained.stderr).toContain("epoch 6/6");
  expect(trained.status).toBe(0);
  const lines = readFileSync(join(out, "metrics.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines.at(-1).loss).toBeLessThan(lines[0].loss * 0.5);
  expect(lines.at(-1).valAccuracy).toBeGreaterThan(0.6);
  expect(JSON.parse(readFileSync(join(out, "model", "model.json"), "utf8")).modelTopology).toBeDefined();

  const predictions = join(root, "a", "new", "folder", "predictions.npy");
  const predict = run(join(folder, "predict.ts"), [
    "--backend",
    "wasm",
    "--run",
    out,
    "--input",
    join(root, "x-test.npy"),
    "--output",
    predictions,
  ]);
  expect(predict.status, predict.stderr).toBe(0);
  const { shape, data } = parseNpy(readFileSync(predictions), predictions);
  expect(shape).toEqual([64, CLASSES]);

  const { x } = movingSquares("test", 64);
  const at = (...place: number[]): number =>
    place.reduce((index, k, axis) => index * [64, TIMESTEPS, SIZE, SIZE][axis]! + k, 0);
  const list = <T>(length: number, item: (k: number) => T): T[] => Array.from({ length }, (_, k) => item(k));
  const nested = list(3, (b) => list(TIMESTEPS, (t) => list(SIZE, (r) => list(SIZE, (c) => [x[at(b, t, r, c)]!]))));
  writeFileSync(
    join(folder, "nested.ts"),
    `import { createPredictor } from "./predictor.ts";
const predictor = await createPredictor({ run: ${JSON.stringify(out)}, backend: "wasm" });
console.log(JSON.stringify(await predictor.predict({ input: ${JSON.stringify(nested)} })));
`,
  );
  const own = run(join(folder, "nested.ts"), []);
  expect(own.status, own.stderr).toBe(0);
  const rows = JSON.parse(own.stdout) as number[][];
  for (const [b, row] of rows.entries()) {
    for (const [k, value] of row.entries()) expect(value).toBeCloseTo(Number(data[b * CLASSES + k]), 5);
  }
}, 240_000);
