import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { newState, type TrainingState } from "../../../src/support/run/checkpoint.ts";
import { predictionCommand, resumeCommand } from "../../../src/support/run/next-command.ts";
import type { ProgramIdentity } from "../../../src/support/run/program.ts";
import { CheckpointClock, refuseOtherData } from "../../../src/support/run/resume.ts";
import { UserError } from "../../../src/support/system/user-error.ts";

const RUN = {
  status: "interrupted",
  data: { sha256: { "x.npy": "a".repeat(64), "y.npy": "b".repeat(64) } },
  settings: { trainSamples: 100, validationSamples: 10 },
  preprocessing: { sha256: "c".repeat(64) },
} as const;
const NOW = {
  checksums: RUN.data.sha256 as Record<string, string>,
  trainSamples: 100,
  validationSamples: 10,
  preprocessing: RUN.preprocessing.sha256 as string | undefined,
  seed: 42,
  specSeed: 42,
  epochs: 4,
};
const state = (changes: object): TrainingState => ({ ...newState(42), epoch: 3, iteration: 9, ...changes });

describe("refuseOtherData", () => {
  it("accepts what the run began with, another seed of the run, and imported weights with any data", () => {
    expect(() => refuseOtherData("r", RUN, state({}), NOW)).not.toThrow();
    expect(() => refuseOtherData("r", RUN, state({ seed: 7 }), NOW)).not.toThrow();
    expect(() =>
      refuseOtherData("r", { status: "imported", data: { source: "m.keras" } }, state({}), NOW),
    ).not.toThrow();
  });

  it.each([
    [
      { checksums: { ...NOW.checksums, "y.npy": "d".repeat(64) } },
      "y.npy has changed (SHA-256 bbbbbbbbbbbb… then, dddddddddddd… now)",
    ],
    [{ checksums: { "x.npy": "a".repeat(64) } }, "y.npy is no longer read"],
    [{ trainSamples: 99 }, "99 training samples, but the run began with 100"],
    [{ validationSamples: 11 }, "11 validation samples, but the run began with 10"],
    [{ preprocessing: undefined }, "the data is scaled otherwise"],
    [{ epochs: 1 }, "it has begun epoch 2, but is to end after 1"],
    [{ seed: 8 }, "--seed 8, but the run began with seed 42"],
  ])("refuses %j", (change, message) => {
    const refused = (): void => refuseOtherData("runs/a", RUN, state({}), { ...NOW, ...change });
    expect(refused).toThrow(UserError);
    expect(refused).toThrow(`runs/a: ${message}`);
  });
});

describe("--epochs", () => {
  it("may be what the run has, but not cut an epoch off that it has begun", () => {
    expect(() => refuseOtherData("r", RUN, state({ epoch: 5 }), NOW)).not.toThrow();
    const begun = (): void => refuseOtherData("r", RUN, state({ epoch: 5, step: 1 }), NOW);
    expect(begun).toThrow("r: it has begun epoch 5, but is to end after 4");
  });
});

describe("CheckpointClock", () => {
  it("is due after its seconds, and never takes more than a fiftieth of the time", async () => {
    let now = 0;
    const clock = new CheckpointClock(60, () => now);
    now = 59_999;
    expect(clock.due()).toBe(false);
    now = 60_000;
    expect(clock.due()).toBe(true);
    await clock.save(async () => {
      now += 4000;
    });
    now += 199_999;
    expect(clock.due()).toBe(false);
    now += 1;
    expect(clock.due()).toBe(true);
  });
});

describe("the next command", () => {
  let folder: string;
  let program: ProgramIdentity;
  const before = { cwd: process.cwd(), spec: process.env.LSTM_COMPILE_SPEC };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "next-"));
    process.chdir(folder);
    delete process.env.LSTM_COMPILE_SPEC;
    program = { folder: `${pathToFileURL(join(process.cwd(), "generated/a")).href}/` } as ProgramIdentity;
  });
  afterEach(() => {
    process.chdir(before.cwd);
    if (before.spec !== undefined) process.env.LSTM_COMPILE_SPEC = before.spec;
    else delete process.env.LSTM_COMPILE_SPEC;
    rmSync(folder, { recursive: true, force: true });
  });

  it("starts the programs where they lie", () => {
    expect(predictionCommand(program, "runs/a b", ["--input", "it's.npy"])).toMatch(
      /^(npx tsx|node) generated\/a\/predict\.ts --run 'runs\/a b' --input 'it'\\''s\.npy'$/,
    );
    expect(resumeCommand(program, "runs/a/0001", { data: "d", epochs: 3, seed: 1, capture: false })).toMatch(
      /^(npx tsx|node) generated\/a\/train\.ts --resume --out runs\/a\/0001 --data d --epochs 3 --no-capture$/,
    );
  });

  it("names a folder so that it is not taken for an option", () => {
    expect(predictionCommand(program, "-run", [])).toMatch(/ --run \.\/-run$/);
    expect(resumeCommand(program, "-run", { data: "-d" })).toMatch(/ --out \.\/-run --data \.\/-d$/);
    process.env.LSTM_COMPILE_SPEC = "a.yaml";
    expect(predictionCommand(program, "-run", [])).toBe("npx lstm-compile predict ./-run");
  });

  it("is one of the compiler where that started the program", () => {
    process.env.LSTM_COMPILE_SPEC = join(process.cwd(), "specs/a.yaml");
    expect(predictionCommand(program, "runs/a/0001", [])).toBe("npx lstm-compile predict runs/a/0001");
    expect(predictionCommand(program, "runs/a/0001", ["--demo", "4"])).toBe(
      "npx lstm-compile predict runs/a/0001 -- --demo 4",
    );
    expect(resumeCommand(program, "runs/a/0001", {})).toBe(
      "npx lstm-compile run specs/a.yaml -- --resume --out runs/a/0001",
    );
  });
});
