import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { atomicWrite, writeError } from "../../src/support/files.ts";
import { openRunDirectory } from "../../src/support/run-directory.ts";
import { UserError } from "../../src/support/user-error.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "run-directory-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function epoch(number: number): Parameters<ReturnType<typeof openRunDirectory>["appendMetrics"]>[0] {
  return {
    epoch: number,
    loss: 1 / number,
    valLoss: 2 / number,
    learningRate: 0.001,
    seconds: 1,
    samplesPerSecond: 10,
    valAccuracy: 0.5,
    accuracy: 0.6,
  };
}

function failure(run: () => unknown): UserError {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return error as UserError;
  }
  throw new Error("nothing was thrown");
}

const read = (path: string): string => readFileSync(path, "utf8");

describe("openRunDirectory", () => {
  it("makes the folder and marks it as a run", () => {
    const path = join(folder, "a/b");
    const run = openRunDirectory(path, { resume: false });
    run.writeRun({ name: "digits" });
    run.finishRun({ status: "finished" });
    const info = { format: "lstm-compile-run", name: "digits", status: "finished" };
    expect(JSON.parse(read(join(path, "run.json")))).toEqual(info);
    expect(readdirSync(path)).toEqual(["run.json"]);
  });

  it.each([["photo.jpg"], ["run.json"]])("refuses a folder with a foreign %s and leaves it alone", (name) => {
    writeFileSync(join(folder, name), '{"format": "something else"}');
    const error = failure(() => openRunDirectory(folder, { resume: false }));
    expect(error.exitCode).toBe(2);
    expect(error.message).toContain(name);
    expect(error.fix).toContain("--out");
    expect(readdirSync(folder)).toEqual([name]);
  });

  it("replaces an old run's files and nothing else", () => {
    const run = openRunDirectory(folder, { resume: false });
    run.writeRun({ name: "old" });
    run.appendMetrics(epoch(1));
    mkdirSync(join(folder, "checkpoint"));
    mkdirSync(join(folder, "model"));
    writeFileSync(join(folder, "notes.txt"), "mine");
    openRunDirectory(folder, { resume: false });
    expect(readdirSync(folder).sort()).toEqual(["notes.txt", "run.json"]);
    expect(read(join(folder, "run.json"))).not.toContain("old");
    expect(() => openRunDirectory(folder, { resume: false })).not.toThrow();
  });

  it("starts over what a kill has left of the very first write", () => {
    writeFileSync(join(folder, "run.json.123.tmp"), '{"form');
    openRunDirectory(folder, { resume: false });
    expect(readdirSync(folder)).toEqual(["run.json"]);
  });

  it("resumes only where there is a checkpoint, and makes no folder otherwise", () => {
    const path = join(folder, "absent");
    expect(failure(() => openRunDirectory(path, { resume: true })).exitCode).toBe(2);
    expect(existsSync(path)).toBe(false);
    const run = openRunDirectory(path, { resume: false });
    run.appendMetrics(epoch(1));
    mkdirSync(join(path, "checkpoint"));
    expect(openRunDirectory(path, { resume: true }).readMetrics()).toHaveLength(1);
  });

  it("explains a path that is a file, and one below a file", () => {
    const file = join(folder, "file");
    writeFileSync(file, "");
    expect(failure(() => openRunDirectory(file, { resume: false })).exitCode).toBe(2);
    const error = failure(() => openRunDirectory(join(file, "run"), { resume: false }));
    expect(error.exitCode).toBe(3);
    expect(error.message).toContain(join(file, "run"));
  });
});

describe("metrics.jsonl", () => {
  it("keeps the keys in a fixed order", () => {
    const run = openRunDirectory(folder, { resume: false });
    run.appendMetrics(epoch(1));
    const keys = Object.keys(JSON.parse(read(join(folder, "metrics.jsonl"))));
    expect(keys.join()).toBe("epoch,loss,accuracy,valLoss,valAccuracy,learningRate,seconds,samplesPerSecond");
  });

  it("drops later epochs and a torn line on resuming", () => {
    const run = openRunDirectory(folder, { resume: false });
    for (const number of [1, 2, 3]) run.appendMetrics(epoch(number));
    appendFileSync(join(folder, "metrics.jsonl"), '{"epoch":4,"lo');
    run.keepMetricsBefore(3);
    run.appendMetrics(epoch(3));
    const lines = read(join(folder, "metrics.jsonl")).trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line).epoch)).toEqual([1, 2, 3]);
  });

  it("reads back a loss that is no number as NaN", () => {
    const run = openRunDirectory(folder, { resume: false });
    run.appendMetrics({ ...epoch(1), valLoss: Number.POSITIVE_INFINITY });
    expect(run.readMetrics()[0]!.valLoss).toBeNaN();
  });
});

describe("atomicWrite", () => {
  it("replaces a file and leaves no temporary one", () => {
    atomicWrite(join(folder, "x"), "old");
    atomicWrite(join(folder, "x"), Uint8Array.of(110, 101, 119));
    expect(read(join(folder, "x"))).toBe("new");
    expect(readdirSync(folder)).toEqual(["x"]);
  });

  it("leaves the old file where the new one cannot be put in place", () => {
    mkdirSync(join(folder, "x/y"), { recursive: true });
    expect(() => atomicWrite(join(folder, "x"), "new")).toThrow();
    expect(readdirSync(folder)).toEqual(["x"]);
    expect(readdirSync(join(folder, "x"))).toEqual(["y"]);
  });
});

describe("writeError", () => {
  it.each(["ENOSPC", "EACCES", "EROFS"])("%s ends with exit code 3, the path and what to do", (code) => {
    const error = failure(() => {
      throw writeError("runs/x/run.json", Object.assign(new Error(code), { code }));
    });
    expect(error.exitCode).toBe(3);
    expect(error.message).toContain("runs/x/run.json");
    expect(error.fix).toContain("choose");
  });

  it("passes other errors through", () => {
    const bug = new TypeError("bug");
    expect(writeError("x", bug)).toBe(bug);
  });
});
