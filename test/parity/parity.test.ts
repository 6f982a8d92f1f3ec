import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { BACKENDS, cpuInstalled, isInstalled } from "../installed.ts";

const FIXTURES = "test/fixtures/keras";

function parity(...args: string[]): { status: number | null; stdout: string; stderr: string; lines: string[] } {
  const run = spawnSync(process.execPath, ["--import", "tsx", "test/parity/main.ts", ...args], { encoding: "utf8" });
  return { ...run, lines: run.stdout.trim().split("\n") };
}

describe("generated programs compute what Keras computes", () => {
  it("on wasm", () => {
    const { lines, status } = parity(FIXTURES);
    expect(lines).toEqual([expect.stringMatching(/^[1-9]\d* passed, 0 failed$/)]);
    expect(status).toBe(0);
  }, 180_000);

  it("those of the ctc loss too, on wasm", () => {
    const { lines, status } = parity("test/fixtures/ctc/keras");
    expect(lines).toEqual(["4 passed, 0 failed"]);
    expect(status).toBe(0);
  }, 60_000);

  it.skipIf(!cpuInstalled)(
    `on cpu${cpuInstalled ? "" : " (skipped: cpu is not installed)"}`,
    () => {
      const { lines, status } = parity(FIXTURES, "--backend", "cpu");
      expect(lines).toEqual([expect.stringMatching(/^[1-9]\d* passed, 0 failed$/)]);
      expect(status).toBe(0);
    },
    180_000,
  );
});

describe("combinations of layers, losses and optimizers compute what Keras computes", () => {
  for (const [backend, missing] of BACKENDS) {
    it.skipIf(missing !== "")(
      `on ${backend}${missing}`,
      () => {
        expect(parity("test/fixtures/keras-parity", "--backend", backend).lines).toEqual(["38 passed, 0 failed"]);
      },
      180_000,
    );
  }
});

describe("npm run parity", () => {
  const root = mkdtempSync(join(tmpdir(), "lstm-compile-parity-test-"));
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  /** x [2, 2] · kernel [2, 1] + bias [1], with its gradients. */
  const DENSE = {
    training: false,
    layers: [{ type: "dense", units: 1, activation: "linear" }],
    input: { shape: [2, 2], data: [1, 2, 3, 4] },
    weights: [
      { name: "0/kernel", shape: [2, 1], data: [10, 100] },
      { name: "0/bias", shape: [1], data: [0.5] },
    ],
    output: { shape: [2, 1], data: [210.5, 430.5] },
    cotangent: { shape: [2, 1], data: [1, -1] },
    inputGradient: { shape: [2, 2], data: [10, 100, -10, -100] },
    weightGradients: [
      { name: "0/kernel", shape: [2, 1], data: [-2, -2] },
      { name: "0/bias", shape: [1], data: [0] },
    ],
  };

  function folder(name: string, files: Readonly<Record<string, unknown>>): string {
    mkdirSync(join(root, name));
    for (const [file, content] of Object.entries(files)) {
      writeFileSync(join(root, name, file), typeof content === "string" ? content : JSON.stringify(content));
    }
    return join(root, name);
  }

  it("passes right numbers and names the largest difference of wrong ones, and its place", () => {
    const wrong = (change: Partial<typeof DENSE>) => ({ ...DENSE, ...change });
    const { lines, status } = parity(
      folder("numbers", {
        "layer-a.json": DENSE,
        "layer-b.json": wrong({ output: { shape: [2, 1], data: [210.51, 431] } }),
        "layer-c.json": wrong({ inputGradient: { shape: [2, 2], data: [10, 100, -10, -101] } }),
        "layer-d.json": wrong({ weightGradients: [{ name: "0/kernel", shape: [2, 1], data: [-2, 2] }] }),
        "layer-e.json": wrong({ output: { shape: [1, 2], data: [210.5, 430.5] } }),
        "layer-f.json": wrong({ weights: DENSE.weights.slice(0, 1) }),
      }),
    );
    expect(lines).toEqual([
      expect.stringMatching(/^layer-b\.json: output\[1, 0\]: 430\.5 instead of 431, a difference of 5\.00e-1$/),
      expect.stringMatching(/^layer-c\.json: inputGradient\[1, 1\]: -100 instead of -101/),
      expect.stringMatching(/^layer-d\.json: gradient of 0\/kernel\[1, 0\]: -2 instead of 2/),
      "layer-e.json: output has shape [2,1] instead of [1,2]",
      "layer-f.json: the program has 2 weights, the fixture 1",
      "1 passed, 5 failed",
    ]);
    expect(status).toBe(1);
  });

  it("compares the loss of each sample, and its mean", () => {
    const loss = {
      loss: "meanSquaredError",
      yTrue: { shape: [2, 2], data: [0, 0, 0, 0] },
      yPred: { shape: [2, 2], data: [1, 1, 2, 2] },
      perSample: { shape: [2], data: [1, 4] },
      value: 2.5,
    };
    const { lines, status } = parity(
      folder("losses", {
        "loss-a.json": loss,
        "loss-b.json": { ...loss, perSample: { shape: [2], data: [2, 3] } },
        "loss-c.json": { ...loss, perSample: { shape: [2, 2], data: [0, 2, 5, 3] } },
        "loss-d.json": { ...loss, value: 5 },
      }),
    );
    expect(lines).toEqual([
      expect.stringMatching(/^loss-b\.json: perSample\[\d\]: [14] instead of [23],/),
      expect.stringMatching(/^loss-d\.json: meanSquaredError: 2\.5 instead of 5,/),
      "2 passed, 2 failed",
    ]);
    expect(status).toBe(1);
  });

  it("counts files that are no fixtures as failures", () => {
    const { lines, status } = parity(
      folder("malformed", {
        "layer-a.json": "{",
        "layer-b.json": { ...DENSE, input: { shape: [2, 2], data: [1] } },
        "layer-c.json": { layers: [] },
        "layer-d.json": { ...DENSE, layers: [{ type: "perceptron", units: 1 }] },
        "layer-e.json": { ...DENSE, training: "false" },
        "layer-f.json": JSON.stringify(DENSE).replace("210.5", "1e999"),
        "layer-g.json": { ...DENSE, cotangent: undefined },
        "layer-h.json": { ...DENSE, weightGradients: [{ name: "0/gamma", shape: [1], data: [0] }] },
        "layer-i.json": { ...DENSE, input: { ...DENSE.input, dtype: "int32" } },
        "layer-j\n.json": "[]",
        "other.json": {},
      }),
    );
    expect(lines).toEqual([
      expect.stringMatching(/^layer-a\.json: it cannot be read: /),
      "layer-b.json: it cannot be read: input has 1 numbers, its shape [2,2] 4",
      "layer-c.json: it cannot be read: the key input is missing",
      expect.stringMatching(/^layer-d\.json: LC1104 unknown type `perceptron`/),
      "layer-e.json: it cannot be read: training is not true or false",
      "layer-f.json: it cannot be read: output is not a tensor of numbers",
      "layer-g.json: there are gradients, but no cotangent that they belong to",
      "layer-h.json: the program has no gradient of 0/gamma; it has layer0/kernel, layer0/bias",
      "layer-i.json: an input of type int32 and an embedding as the first layer go together",
      "layer-j\\n.json: it cannot be read: it is not an object",
      expect.stringMatching(/^other\.json: its name begins with none of/),
      "0 passed, 11 failed",
    ]);
    expect(status).toBe(1);
  });

  it("refuses training runs and scores that do not go together", () => {
    const TRAIN = {
      layers: DENSE.layers,
      optimizer: { type: "sgd", learningRate: 0.5 },
      loss: "meanSquaredError",
      batchSize: 2,
      passes: 1,
      x: DENSE.input,
      y: { shape: [2], data: [210.5, 430.5] },
      initialWeights: DENSE.weights,
      losses: [0],
      finalWeights: DENSE.weights,
      finalMetric: { name: "meanAbsoluteError", value: 0 },
    };
    const sparse = { loss: "sparseCategoricalCrossentropy", config: {}, yPred: { shape: [1, 2], data: [0.5, 0.5] } };
    const { lines } = parity(
      folder("inconsistent", {
        "loss-a.json": { ...sparse, yTrue: { shape: [1, 1], dtype: "int32", data: [1] }, value: Math.LN2 },
        "loss-b.json": { ...sparse, yTrue: { shape: [1], dtype: "int32", data: [2] }, value: Math.LN2 },
        "train-a.json": TRAIN,
        "train-b.json": { ...TRAIN, batchSize: 0 },
        "train-c.json": { ...TRAIN, y: { shape: [1, 1], data: [0] } },
        "train-d.json": { ...TRAIN, sampleWeight: { shape: [1], data: [1] } },
        "train-e.json": { ...TRAIN, finalWeights: DENSE.weights.slice(1) },
        "train-f.json": { ...TRAIN, losses: [] },
        "train-g.json": { ...TRAIN, finalMetric: { name: "meanAbsoluteError" } },
      }),
    );
    expect(lines).toEqual([
      "loss-b.json: yTrue has the id 2, which is not in 0 to 1",
      "train-b.json: it cannot be read: batchSize is not an integer of at least 1",
      "train-c.json: y has 1 samples, x 2",
      "train-d.json: sampleWeight has shape [1] instead of [2]",
      "train-e.json: finalWeights lacks 0/kernel",
      "train-f.json: losses has 1 values instead of 0",
      "train-g.json: it cannot be read: finalMetric is not an object with a name and a value",
      "2 passed, 7 failed",
    ]);
  });

  it("fails an empty folder (1), refuses a wrong call (2)", () => {
    const empty = parity(folder("empty", {}));
    expect(empty).toMatchObject({ status: 1, lines: [expect.stringContaining("no fixtures"), "0 passed, 1 failed"] });
    for (const args of [[], ["a", "b"], [root, "--backend", "abacus"], [root, "--fast"], [join(root, "none")]]) {
      const { status, stderr } = parity(...args);
      expect(stderr, args.join(" ")).toMatch(/error: .*\n {2}fix: /);
      expect(status, args.join(" ")).toBe(2);
    }
  });

  it.skipIf(isInstalled("gpu"))("says that a backend is missing (3)", () => {
    expect(parity(root, "--backend", "gpu").status).toBe(3);
  });
});
