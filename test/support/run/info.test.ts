import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RandomStream } from "../../../src/support/nn/random.ts";
import { definitionHashes } from "../../../src/support/run/definition.ts";
import { trainedRun } from "../../../src/support/run/find-run.ts";
import { markKilled, readRunInfo, writeRunInfo } from "../../../src/support/run/info.ts";
import { sha256 } from "../../../src/support/system/sha256.ts";
import { UserError } from "../../../src/support/system/user-error.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "info-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const RESOLVED = { data: { type: "csv" }, model: [{ units: 4 }], training: { loss: "meanSquaredError" } };
const INFO = {
  status: "finished",
  program: { name: "a", edited: { "model.ts": "0".repeat(64) }, definition: definitionHashes(RESOLVED, sha256) },
  data: { sha256: { "ü.csv": "1".repeat(64), "10": "2", "9": "3" } },
  settings: { trainSamples: 100 },
  absent: undefined,
};
const file = (): string => join(folder, "run.json");

/** What reading throws; "silent" where it gives something else than what was written. */
function reading(path = folder): UserError | "same" | "silent" | "no run" {
  try {
    const info = readRunInfo(path);
    if (info === undefined) return "no run";
    return JSON.stringify(info) === JSON.stringify(INFO) ? "same" : "silent";
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return error as UserError;
  }
}

/** A run with weights, as far as it is looked for. */
function run(name: string): string {
  const path = join(folder, name);
  mkdirSync(join(path, "checkpoint"), { recursive: true });
  writeFileSync(join(path, "checkpoint/checkpoint.json"), "");
  writeRunInfo(path, INFO);
  return path;
}

describe("run.json", () => {
  it("comes back as it was written", () => {
    writeRunInfo(folder, INFO);
    expect(reading()).toBe("same");
  });

  it("has no bit that could flip without being seen, and is refused where it was edited", () => {
    writeRunInfo(folder, INFO);
    const bytes = readFileSync(file());
    const stream = new RandomStream(1, "flips");
    const outcomes = Array.from({ length: 500 }, (_, k) => {
      const flipped = Buffer.from(bytes);
      flipped[stream.integer(2 * k) % bytes.length]! ^= 1 << (stream.integer(2 * k + 1) % 8);
      writeFileSync(file(), flipped);
      const outcome = reading();
      return outcome instanceof UserError ? outcome.exitCode : outcome;
    });
    // "same": a blank between two values became another one; "no run": the mark of our files is gone, and nothing writes there.
    expect(outcomes.filter((outcome) => ![1, 2, "same", "no run"].includes(outcome))).toEqual([]);
    expect(outcomes.filter((outcome) => outcome === 1).length).toBeGreaterThan(400);

    writeFileSync(file(), bytes.toString().replace("finished", "failed"));
    expect(reading()).toMatchObject({ exitCode: 1, message: expect.stringContaining("run.json is damaged") });
    writeFileSync(file(), bytes.subarray(0, 100));
    expect(reading()).toMatchObject({ exitCode: 1 });
  });

  it.each([undefined, 2])("of the older version %s is refused, saying so", (version) => {
    writeFileSync(file(), JSON.stringify({ format: "lstm-compile-run", version, ...INFO }));
    expect(reading()).toMatchObject({ exitCode: 2, message: expect.stringContaining("an older lstm-compile") });
  });

  it("has the values of its program from program.json only where they are those of its hashes", () => {
    writeRunInfo(folder, INFO);
    writeFileSync(join(folder, "program.json"), JSON.stringify({ resolved: RESOLVED }));
    expect(readRunInfo(folder)?.program?.resolved).toEqual(RESOLVED);
    writeFileSync(join(folder, "program.json"), JSON.stringify({ resolved: { ...RESOLVED, model: [{ units: 5 }] } }));
    expect(readRunInfo(folder)?.program).not.toHaveProperty("resolved");
  });

  it("says that its process was killed, and stays readable", () => {
    writeRunInfo(folder, { ...INFO, status: "running" });
    markKilled(folder, "SIGKILL");
    expect(readRunInfo(folder)).toEqual({
      ...INFO,
      status: "killed",
      ended: expect.any(String),
      error: { kind: "SIGKILL", message: "killed" },
    });
    writeFileSync(file(), "{");
    expect(() => markKilled(folder, "SIGKILL")).not.toThrow();
  });
});

describe("the latest run", () => {
  it("is the one with weights, or the folder itself", () => {
    const [first, second] = [run("0001"), run("0002")];
    mkdirSync(join(folder, "0003"));
    expect(trainedRun(folder)).toBe(second);
    expect(trainedRun(first)).toBe(first);
  });

  it.each([
    ["damaged", (path: string) => writeFileSync(path, "{")],
    ["not ours any more", (path: string) => writeFileSync(path, readFileSync(path, "utf8").replace("-run", "-ruN"))],
    ["gone", (path: string) => rmSync(path)],
  ])("is not replaced by an older one where its run.json is %s", (_what, damage) => {
    run("0001");
    damage(join(run("0002"), "run.json"));
    expect(() => trainedRun(folder)).toThrow(UserError);
    expect(() => trainedRun(folder)).toThrow("0002");
  });
});
