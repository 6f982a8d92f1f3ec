import { spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type OpenOptions, openRun, type RunDirectory } from "../../../src/support/run/directory.ts";
import { nextRun } from "../../../src/support/run/folders.ts";
import { readRunInfo, writeRunInfo } from "../../../src/support/run/info.ts";
import type { ProgramRecord } from "../../../src/support/run/program.ts";
import { ownerFile } from "../../../src/support/system/lock.ts";
import { UserError } from "../../../src/support/system/user-error.ts";

let folder: string;
let before: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "run-directory-"));
  before = process.cwd();
  process.chdir(folder);
});
afterEach(() => {
  process.chdir(before);
  rmSync(folder, { recursive: true, force: true });
});

const PROGRAM: ProgramRecord = {
  name: "digits",
  spec: "../digits.yaml",
  specSha256: "0123456789abcdef",
  compiler: "lstm-compile 0.1.0",
  definition: { data: "d", model: "m", training: "t" },
  folder: "/programs/digits",
};

const notes: string[] = [];
const note = (line: string): void => void notes.push(line);

function open(options: Partial<OpenOptions> = {}, program = PROGRAM): RunDirectory {
  notes.length = 0;
  const rest = { out: undefined, resume: false, overwrite: false, acceptChangedProgram: false };
  return openRun(program, { ...rest, ...options }, note);
}

function failure(options: Partial<OpenOptions>, program = PROGRAM): UserError {
  try {
    open(options, program).close();
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return error as UserError;
  }
  throw new Error("nothing was thrown");
}

/** A run with something to lose. */
function trained(options: Partial<OpenOptions> = {}, status: "finished" | "interrupted" = "finished"): string {
  const run = open(options);
  run.begin({ name: "digits" });
  mkdirSync(join(run.path, "checkpoint"), { recursive: true });
  writeFileSync(join(run.path, "checkpoint/checkpoint.json"), "weights");
  run.update({ status });
  run.close();
  return run.path;
}

/** Everything in a folder but the locks. */
function contents(path: string): Record<string, string> {
  const files = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map((entry) => {
      const file = join(entry.parentPath ?? entry.path, entry.name);
      return [file, readFileSync(file, "utf8")];
    }),
  );
}

describe("a run without --out", () => {
  it("gets the next number, and `latest` leads to the last that began", () => {
    expect([trained(), trained()]).toEqual(["runs/digits/0001", "runs/digits/0002"]);
    expect(readlinkSync("runs/digits/latest")).toBe("0002");
    const never = open();
    expect(never.path).toBe("runs/digits/0003");
    never.close();
    expect(readdirSync("runs/digits").sort()).toEqual(["0001", "0002", "latest"]);
  });

  it("gets a number of its own beside one that trains", () => {
    const first = open();
    const second = open();
    expect([first.path, second.path]).toEqual(["runs/digits/0001", "runs/digits/0002"]);
    first.close();
    second.close();
  });

  it("gets a number of its own where others ask at the very same time, or stand in the way", () => {
    // Another process has made 0001 and not locked it yet: one of the two gets it, the other the next.
    mkdirSync("runs/digits/0001", { recursive: true });
    const runs = Array.from({ length: 4 }, () => nextRun("runs/digits"));
    expect(runs.map(({ path }) => path)).toEqual(["0001", "0002", "0003", "0004"].map((n) => `runs/digits/${n}`));
    for (const { lock } of runs) lock.release();
    writeFileSync("runs/digits/0007", "a file");
    mkdirSync("runs/digits/0008/lock/foreign", { recursive: true });
    expect(nextRun("runs/digits").path).toBe("runs/digits/0009");
  });

  it("reuses the folder of a process that ended before its run began", () => {
    mkdirSync("runs/digits/0001/lock", { recursive: true });
    writeFileSync(`runs/digits/0001/lock/${ownerFile(2 ** 30)}`, "");
    expect(trained()).toBe("runs/digits/0001");
  });

  it("resumes the latest, or begins where there is none, saying so", () => {
    const first = open({ resume: true });
    expect(first.resumed).toBeUndefined();
    expect(notes).toEqual(["runs/digits/0001 has no run to resume: this one begins from the start"]);
    first.close();
    trained();
    trained();
    const run = open({ resume: true });
    expect([run.path, run.resumed?.status]).toEqual(["runs/digits/0002", "finished"]);
    run.close();
  });
});

describe("what is there already", () => {
  it("is never lost: a finished run needs --overwrite, an unfinished one that or --resume", () => {
    for (const status of ["finished", "interrupted"] as const) {
      const path = trained({ out: status }, status);
      const there = contents(path);
      const error = failure({ out: path });
      expect(error).toMatchObject({ exitCode: 2, message: expect.stringContaining(status) });
      expect(error.fix).toContain("--overwrite");
      expect(error.fix.includes("--resume")).toBe(status !== "finished");
      expect(contents(path)).toEqual(there);
    }
  });

  it("stays until a run that replaces it begins", () => {
    const path = trained({ out: "a" });
    writeFileSync("a/notes.txt", "mine");
    const there = contents(path);
    const run = open({ out: path, overwrite: true });
    expect(contents("a")).toEqual(expect.objectContaining(there));
    run.begin({});
    run.close();
    expect(readdirSync("a").sort()).toEqual(["notes.txt", "program.json", "run.json"]);
  });

  it.each([
    ["another name", { ...PROGRAM, name: "letters" }],
    ["another model", { ...PROGRAM, definition: { ...PROGRAM.definition, model: "x" } }],
  ])("is refused for %s, even with --overwrite", (_what, other) => {
    const path = trained({ out: "a" });
    const there = contents(path);
    expect(failure({ out: path, overwrite: true }, other)).toMatchObject({
      exitCode: 2,
      message: expect.stringContaining("another model, digits"),
    });
    expect(contents(path)).toEqual(there);
  });

  it.each([["photo.jpg"], ["run.json"]])("is left alone where it is a foreign %s", (name) => {
    writeFileSync(name, '{"format": "something else"}');
    const error = failure({ out: folder });
    expect(error).toMatchObject({ exitCode: 2, message: expect.stringContaining(name) });
    expect(error.fix).toContain("--out");
    expect(readdirSync(folder)).toEqual([name]);
  });

  it("is nothing to lose where a kill has left the very first write, or a run that failed at once", () => {
    mkdirSync("a");
    writeFileSync("a/run.json.123.tmp", '{"form');
    trained({ out: "a" });
    expect(readdirSync("a").sort()).toEqual(["checkpoint", "program.json", "run.json"]);
    const run = open({ out: "b" });
    run.begin({});
    run.fail(new Error("no memory"));
    run.close();
    expect(() => open({ out: "b" }).close()).not.toThrow();
  });

  it("explains a path that is a file, and one below a file", () => {
    writeFileSync("file", "");
    expect(failure({ out: "file" }).exitCode).toBe(2);
    expect(failure({ out: "file/run" })).toMatchObject({ exitCode: 3, message: expect.stringContaining("file/run") });
  });
});

describe("resuming", () => {
  it("keeps how it fared before", () => {
    const path = trained({}, "interrupted");
    const run = open({ resume: true });
    run.begin({ arguments: ["--resume"] });
    run.update({ status: "finished" });
    run.close();
    expect(readRunInfo(path)).toMatchObject({ status: "finished", sessions: [{ status: "interrupted" }] });
  });

  it("begins from the start where there is no checkpoint, saying so", () => {
    const first = open({ out: "a" });
    first.begin({});
    first.close();
    const run = open({ out: "a", resume: true });
    expect(run.resumed).toBeUndefined();
    expect(notes).toEqual(["a has no checkpoint to resume from: the run begins from the start"]);
    run.close();
  });

  it.each([
    ["data", "x"],
    ["model", "x"],
    ["training", "x"],
  ] as const)("refuses a program of another %s", (part, hash) => {
    const path = trained();
    const other = { ...PROGRAM, definition: { ...PROGRAM.definition, [part]: hash }, specSha256: "ffff" };
    const error = failure({ out: path, resume: true }, other);
    expect(error.exitCode).toBe(2);
    expect(error.message).toContain("0123456789ab");
    expect(error.message).toContain("ffff");
    expect(error.message).toContain(part);
  });
});

describe("the status", () => {
  it("says why a run ended", () => {
    const run = open({ out: "a" });
    run.begin({});
    expect(readRunInfo("a")).toMatchObject({ status: "running", process: { pid: process.pid, host: hostname() } });
    run.fail(new UserError("the loss is not finite", { exitCode: 1, fix: "lower it" }));
    run.close();
    expect(readRunInfo("a")).toMatchObject({
      status: "failed",
      error: { message: "the loss is not finite", fix: "lower it" },
    });
  });

  it("is not touched by a failure before the run began", () => {
    const path = trained();
    const there = contents(path);
    const run = open({ out: path, overwrite: true });
    run.fail(new Error("no such file"));
    run.close();
    expect(contents(path)).toEqual(there);
  });

  it("of a process that was killed becomes killed when the run goes on", () => {
    const path = trained({}, "interrupted");
    writeRunInfo(path, { ...readRunInfo(path), status: "running" });
    expect(failure({ out: path }).message).toContain("killed");
    const run = open({ resume: true });
    run.begin({});
    run.close();
    expect(readRunInfo(path)).toMatchObject({ sessions: [{ status: "killed" }] });
  });
});

describe("two processes on one folder", () => {
  it("are kept apart, and the owner is named", () => {
    const run = open({ out: "a" });
    run.begin({});
    for (const options of [{ resume: true }, { overwrite: true }, {}]) {
      const error = failure({ out: "a", ...options });
      expect(error).toMatchObject({ exitCode: 2, message: `a is in use: process ${process.pid} trains there` });
      expect(error.fix).toContain(join("a", "lock"));
    }
    run.close();
    expect(existsSync("a/lock")).toBe(false);
  });

  it("one that was killed does not keep the other out", async () => {
    const child = spawn(process.execPath, ["-e", ""]);
    await new Promise((resolve) => child.on("exit", resolve));
    mkdirSync("a/lock", { recursive: true });
    writeFileSync(`a/lock/${ownerFile(child.pid!)}`, "");
    const run = open({ out: "a" });
    run.begin({});
    run.close();
    expect(readRunInfo("a")).toBeDefined();
  });
});
