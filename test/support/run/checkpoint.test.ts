import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RandomStream } from "../../../src/support/nn/random.ts";
import { type Checkpoint, loadCheckpoint, saveCheckpoint } from "../../../src/support/run/checkpoint.ts";
import { writeRunInfo } from "../../../src/support/run/info.ts";
import { hashOf } from "../../../src/support/run/program.ts";
import { UserError } from "../../../src/support/system/user-error.ts";

let run: string;
beforeEach(() => {
  run = mkdtempSync(join(tmpdir(), "checkpoint-"));
});
afterEach(() => {
  rmSync(run, { recursive: true, force: true });
});

function checkpoint(iteration: number): Checkpoint {
  const tensors = (offset: number): Checkpoint["weights"] => ({
    "lstm1/kernel": { shape: [2, 3], values: Float32Array.from({ length: 6 }, (_, k) => offset + k / 7) },
    "lstm1/bias": { shape: [3], values: Float32Array.of(-0, 1e-38, offset) },
  });
  return {
    definition: { data: "d", model: "m", training: "t" },
    weights: tensors(iteration),
    optimizer: { m: tensors(0.1), v: tensors(0.2) },
    state: { epoch: 2, step: 3, iteration, seed: 42, rateScale: 0.1, stopped: false },
    sums: [1.5, 2],
  };
}

/** What run.json says of the program and of what was fitted. */
function describeRun(definition: Checkpoint["definition"], fitted?: Checkpoint["fitted"]): void {
  const preprocessing = fitted === undefined ? undefined : { sha256: hashOf(fitted) };
  writeRunInfo(run, { status: "finished", program: { name: "a", definition }, preprocessing });
}

const files = (): string[] => readdirSync(join(run, "checkpoint")).sort();
const dataFile = (): string => join(run, "checkpoint", files().find((name) => name.endsWith(".bin"))!);
const indexFile = (): string => join(run, "checkpoint/checkpoint.json");

function failure(): UserError {
  try {
    loadCheckpoint(run);
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return error as UserError;
  }
  throw new Error("nothing was thrown");
}

describe("checkpoints", () => {
  it("come back bit for bit", () => {
    saveCheckpoint(run, checkpoint(5));
    expect(loadCheckpoint(run)).toEqual(checkpoint(5));
  });

  it("keep the states of stateful layers apart from the optimizer's", () => {
    const saved = { ...checkpoint(5), states: { "lstm1/h": { shape: [1, 2], values: Float32Array.of(3, 4) } } };
    saveCheckpoint(run, saved);
    expect(loadCheckpoint(run)).toEqual(saved);
    expect(loadCheckpoint(run).optimizer).not.toHaveProperty("states");
  });

  it("save a view of a larger buffer by its own values", () => {
    const saved = checkpoint(5);
    saved.weights = { w: { shape: [2], values: new Float32Array([1, 2, 3, 4]).subarray(1, 3) } };
    saveCheckpoint(run, saved);
    expect([...loadCheckpoint(run).weights.w!.values]).toEqual([2, 3]);
  });

  it("keep only the last, and clear what a kill has left", () => {
    saveCheckpoint(run, checkpoint(5));
    writeFileSync(`${dataFile()}.77.tmp`, "torn");
    writeFileSync(`${indexFile()}.77.tmp`, "torn");
    writeFileSync(join(run, "checkpoint/notes.txt"), "mine");
    saveCheckpoint(run, checkpoint(6));
    expect(files()).toHaveLength(3);
    expect(files()).toContain("notes.txt");
    expect(loadCheckpoint(run).state.iteration).toBe(6);
  });

  it("stay whole when a kill comes between the data and the index", () => {
    saveCheckpoint(run, checkpoint(5));
    const index = readFileSync(indexFile());
    const data = { path: dataFile(), bytes: readFileSync(dataFile()) };
    const other = checkpoint(5);
    other.weights["lstm1/bias"]!.values[0] = 9;
    saveCheckpoint(run, other);
    // What is on disk before the new index is renamed: both data files and the old index.
    expect(dataFile()).not.toBe(data.path);
    writeFileSync(data.path, data.bytes);
    writeFileSync(indexFile(), index);
    expect(loadCheckpoint(run)).toEqual(checkpoint(5));
  });

  it("keep sums that are not finite", () => {
    const saved = checkpoint(5);
    saved.sums = [Number.NaN, 1];
    saveCheckpoint(run, saved);
    expect(loadCheckpoint(run).sums).toEqual([Number.NaN, 1]);
  });

  it("keep the numbers and tensors of parts, those that JSON does not have among them", () => {
    const numbers = {
      best: Number.POSITIVE_INFINITY,
      least: Number.NEGATIVE_INFINITY,
      waited: -0,
      none: Number.NaN,
      x: 0.1,
    };
    const parts = {
      plateau: { numbers, tensors: {} },
      __proto__x: { numbers: {}, tensors: { "lstm1/kernel": { shape: [1], values: Float32Array.of(0.1) } } },
    };
    saveCheckpoint(run, { ...checkpoint(5), parts });
    const loaded = loadCheckpoint(run);
    expect(loaded).toEqual({ ...checkpoint(5), parts });
    expect(Object.is(loaded.parts!.plateau!.numbers.waited, -0)).toBe(true);
  });

  it("of older versions are told apart from damaged ones", () => {
    saveCheckpoint(run, checkpoint(5));
    writeFileSync(indexFile(), readFileSync(indexFile(), "utf8").replace('"version": 4', '"version": 3'));
    expect(failure()).toMatchObject({ exitCode: 2, message: expect.stringContaining("an older lstm-compile") });
  });

  it("keep what was fitted to the data, bit for bit, whatever its names", () => {
    const fitted = JSON.parse(
      '{"scalers": {"2020": {"offset": 0.1, "scale": 1e-17}, "__proto__": {"offset": 5e-324, "scale": 3}}}',
    );
    saveCheckpoint(run, { ...checkpoint(5), fitted });
    expect(JSON.stringify(loadCheckpoint(run).fitted)).toBe(JSON.stringify(fitted));
  });

  it("keep tensors of hostile names apart from the language's own", () => {
    const values = { shape: [1], values: Float32Array.of(7) };
    const named = <T>(value: T): Record<string, T> => Object.fromEntries([["__proto__", value]]);
    const hostile = named(values);
    const optimizer = named(hostile);
    saveCheckpoint(run, { ...checkpoint(5), weights: hostile, optimizer });
    const loaded = loadCheckpoint(run);
    expect(Object.keys(loaded.weights)).toEqual(["__proto__"]);
    expect(Object.keys(loaded.optimizer)).toEqual(["__proto__"]);
    expect(({} as Record<string, unknown>).values).toBeUndefined();
  });

  it("are refused where there is none", () => {
    expect(failure()).toMatchObject({ exitCode: 2, message: `${run} has no checkpoint` });
  });

  it.each([
    '{\n  "format": "lstm-compile-checkpoint",\n  "data": {}\n}\n',
    '{"format": "lstm-compile-checkpoint", "version": 2, "sha256": "0", "index": {}}\n',
  ])("of earlier versions are refused, since they lack what a run keeps now", (text) => {
    saveCheckpoint(run, checkpoint(5));
    writeFileSync(indexFile(), text);
    expect(failure()).toMatchObject({ exitCode: 2, message: expect.stringContaining("older lstm-compile") });
  });

  it("belong to the run beside them: those of another program or other data are refused", () => {
    const fitted = { scalers: { y: { offset: 1, scale: 2 } } };
    const { definition } = checkpoint(5);
    saveCheckpoint(run, { ...checkpoint(5), fitted });
    describeRun(definition, fitted);
    expect(loadCheckpoint(run).fitted).toEqual(fitted);
    for (const part of ["data", "model", "training"] as const) {
      describeRun({ ...definition, [part]: "x" }, fitted);
      expect(failure()).toMatchObject({ exitCode: 1, message: expect.stringContaining("another run") });
    }
    describeRun(definition, { scalers: { y: { offset: 1, scale: 3 } } });
    expect(failure()).toMatchObject({ exitCode: 1, message: expect.stringContaining("another run") });
    // Imported weights that a training began to go on with, and was killed before it saved.
    saveCheckpoint(run, checkpoint(5));
    expect(loadCheckpoint(run).fitted).toBeUndefined();
  });

  it("have no bit of the index that could flip without being seen", () => {
    saveCheckpoint(run, checkpoint(5));
    const bytes = readFileSync(indexFile());
    const stream = new RandomStream(1, "flips");
    for (let k = 0; k < 500; k++) {
      const flipped = Buffer.from(bytes);
      flipped[stream.integer(2 * k) % bytes.length]! ^= 1 << (stream.integer(2 * k + 1) % 8);
      writeFileSync(indexFile(), flipped);
      expect([1, 2]).toContain(failure().exitCode);
    }
  });

  it("are refused with an epoch or a step that cannot be, even where the checksum is right", () => {
    for (const state of [{ epoch: 0 }, { step: 1e9 }, { iteration: -1 }, { seed: 0.5 }, { rateScale: -1 }]) {
      saveCheckpoint(run, { ...checkpoint(5), state: { ...checkpoint(5).state, ...state } });
      expect(failure()).toMatchObject({ exitCode: 1, message: expect.stringContaining("damaged") });
    }
  });

  const damages: [string, () => void][] = [
    ["a flipped bit", () => flip(dataFile())],
    ["truncated data", () => truncateSync(dataFile(), 20)],
    ["missing data", () => rmSync(dataFile())],
    ["a truncated index", () => truncateSync(indexFile(), 50)],
    [
      "an edited index",
      () => writeFileSync(indexFile(), readFileSync(indexFile(), "utf8").replace('"epoch": 2', '"epoch": 1')),
    ],
    ["an index without tensors", () => edit((index) => delete index.slots)],
    ["an index without its program", () => edit((index) => delete index.definition.model)],
    ["an index without state", () => edit((index) => delete index.state)],
    ["an index without parts", () => edit((index) => delete index.parts)],
    ["a part whose number is none", () => edit((index) => (index.parts.plateau = { best: "low" }))],
    ["a tensor of a part that is not there", () => edit((index) => (index.slots[0].slot = "parts/other"))],
    ["a shape that is no shape", () => edit((index) => (index.slots[0].shape = [2, -3]))],
    ["shapes larger than the data", () => edit((index) => (index.slots[0].shape = [200, 3]))],
    ["shapes smaller than the data", () => edit((index) => (index.slots[0].shape = [1, 3]))],
    ["data outside the folder", () => edit((index) => (index.data.file = "../run.json"))],
  ];
  it.each(damages)("with %s are damaged", (_what, damage) => {
    saveCheckpoint(run, checkpoint(5));
    damage();
    const error = failure();
    expect(error.exitCode).toBe(1);
    expect(error.message).toContain("damaged");
    expect(error.message).toContain(run);
  });
});

function flip(path: string): void {
  const bytes = readFileSync(path);
  bytes[3]! ^= 1;
  writeFileSync(path, bytes);
}

/** Changes the index, and its checksum with it. */
// biome-ignore lint/suspicious/noExplicitAny: a document to be damaged in any way
function edit(change: (index: any) => void): void {
  const { index } = JSON.parse(readFileSync(indexFile(), "utf8"));
  change(index);
  const text = JSON.stringify(index, null, 1);
  const sha256 = createHash("sha256").update(text).digest("hex");
  writeFileSync(
    indexFile(),
    `{"format": "lstm-compile-checkpoint", "version": 4, "sha256": "${sha256}", "index": ${text}}\n`,
  );
}
