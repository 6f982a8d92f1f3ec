import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { describe, expect, it } from "vitest";
import { compile, type GeneratedProgram } from "../../src/node.ts";
import { writeProgram } from "../../src/program/write.ts";
import { sha256 } from "../../src/support/system/sha256.ts";
import { UserError } from "../../src/support/system/user-error.ts";
import { spec, useProject } from "../cli/specs.ts";

useProject();

/** A program of few files, its manifest as the emitter writes it. */
function program(files: Record<string, string>): GeneratedProgram {
  const hashes = Object.fromEntries(Object.entries(files).map(([path, text]) => [path, sha256(text)]));
  const manifest = { format: "lstm-compile-program", compiler: { version: "0" }, spec: { sha256: "0" }, files: hashes };
  return {
    ...base,
    files: new Map([...Object.entries(files), ["manifest.json", JSON.stringify(manifest)]]),
    packages: new Map(),
  };
}

const base = compile(spec("a")).program!;
const V1 = program({ "train.ts": "one", "support/deep/x.ts": "x" });
const V2 = program({ "train.ts": "two" });

function refusal(action: () => unknown): UserError {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return error as UserError;
  }
  throw new Error("it was not refused");
}

describe("writeProgram", () => {
  it("writes what differs and removes what is no longer generated, with its empty folders", () => {
    expect(writeProgram("out", V1).changed).toEqual(["train.ts", "support/deep/x.ts", "manifest.json"]);
    expect(writeProgram("out", V1)).toMatchObject({ changed: [], removed: [] });
    expect(writeProgram("out", V2)).toMatchObject({
      changed: ["train.ts", "manifest.json"],
      removed: ["support/deep/x.ts"],
      overwrittenEdits: [],
    });
    expect(readdirSync("out/a").sort()).toEqual(["manifest.json", "train.ts"]);
  });

  it("leaves a current file untouched", () => {
    writeProgram("out", V1);
    const before = statSync("out/a/train.ts");
    writeProgram("out", V1);
    expect(statSync("out/a/train.ts").ino).toBe(before.ino);
  });

  it("says which edited files it overwrote, and keeps edited ones that are no longer generated", () => {
    writeProgram("out", V1);
    writeFileSync("out/a/train.ts", "mine");
    writeFileSync("out/a/support/deep/x.ts", "mine too");
    expect(writeProgram("out", V2)).toMatchObject({ overwrittenEdits: ["train.ts"], removed: [] });
    expect(readFileSync("out/a/support/deep/x.ts", "utf8")).toBe("mine too");
  });

  it.each(["notes.md", "train.ts", "support/mine.ts"])("changes nothing in a folder with a foreign %s", (path) => {
    mkdirSync("out/a/support", { recursive: true });
    writeFileSync(`out/a/${path}`, "mine");
    const error = refusal(() => writeProgram("out", V1));
    expect(error.exitCode).toBe(2);
    expect(error.message).toContain(`${path} was not written by lstm-compile`);
    expect(readFileSync(`out/a/${path}`, "utf8")).toBe("mine");
    expect(existsSync("out/a/manifest.json")).toBe(false);
  });

  it("changes nothing where a foreign file lies among ours", () => {
    writeProgram("out", V1);
    writeFileSync("out/a/notes.md", "mine");
    expect(refusal(() => writeProgram("out", V2)).exitCode).toBe(2);
    expect(readFileSync("out/a/train.ts", "utf8")).toBe("one");
  });

  it.runIf(process.platform !== "win32")("refuses what is no plain file, and waits for none", () => {
    writeProgram("out", V1);
    execFileSync("mkfifo", ["out/a/pipe.ts"]);
    expect(refusal(() => writeProgram("out", V2)).message).toContain("pipe.ts was not written by lstm-compile");
    rmSync("out/a/pipe.ts");
    rmSync("out/a/manifest.json");
    execFileSync("mkfifo", ["out/a/manifest.json"]);
    expect(refusal(() => writeProgram("out", V2)).exitCode).toBe(2);
  });

  it("says so where the manifest is damaged", () => {
    writeProgram("out", V1);
    writeFileSync("out/a/manifest.json", "<<<<<<< ours");
    expect(refusal(() => writeProgram("out", V1)).message).toContain(
      "is not a manifest of lstm-compile, or is damaged",
    );
  });

  it("goes on where a write was cut short before the manifest", () => {
    mkdirSync("out/a", { recursive: true });
    writeFileSync("out/a/train.ts", "one");
    writeFileSync("out/a/train.ts.123.lstm-compile-tmp", "on");
    expect(writeProgram("out", V1).changed).toEqual(["support/deep/x.ts", "manifest.json"]);
  });

  it("never touches what package managers and runs leave", () => {
    writeProgram("out", V1);
    mkdirSync("out/a/runs");
    writeFileSync("out/a/runs/x", "kept");
    writeFileSync("out/a/package-lock.json", "kept");
    writeProgram("out", V2);
    expect(readFileSync("out/a/runs/x", "utf8") + readFileSync("out/a/package-lock.json", "utf8")).toBe("keptkept");
  });

  it("does not follow links out of the project, and removes nothing outside for a tampered manifest", () => {
    mkdirSync("elsewhere/a", { recursive: true });
    mkdirSync("project");
    symlinkSync("../elsewhere", "project/generated");
    const before = process.cwd();
    process.chdir("project");
    try {
      expect(refusal(() => writeProgram("generated", V1)).exitCode).toBe(2);
    } finally {
      process.chdir(before);
    }
    mkdirSync("out");
    symlinkSync("../elsewhere/a", "out/a");
    expect(refusal(() => writeProgram("out", V1)).exitCode).toBe(2);
    expect(readdirSync("elsewhere/a")).toEqual([]);

    writeFileSync("elsewhere/precious", "kept");
    const tampered = program({ "train.ts": "one" });
    const manifest = JSON.parse(tampered.files.get("manifest.json")!);
    manifest.files["../../elsewhere/precious"] = sha256("kept");
    writeProgram("out2", {
      ...tampered,
      files: new Map([...tampered.files, ["manifest.json", JSON.stringify(manifest)]]),
    });
    writeProgram("out2", V2);
    expect(existsSync("elsewhere/precious")).toBe(true);
  });

  it("explains where it cannot write", () => {
    writeFileSync("out", "a file");
    const error = refusal(() => writeProgram("out", V1));
    expect(error.exitCode).toBe(3);
    expect(error.message).toContain("a part of the path is a file");
    expect(error.fix).toContain("--out-dir");
  });
});
