import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { atomicWrite, makeFolder, systemError, writeError } from "../../../src/support/system/files.ts";
import { UserError } from "../../../src/support/system/user-error.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lstm-compile-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function refusal(action: () => void): UserError {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return error as UserError;
  }
  throw new Error("it was not refused");
}

describe("makeFolder", () => {
  it("makes the folders above too, and takes one that is there", () => {
    makeFolder(join(folder, "a/b/c"));
    makeFolder(join(folder, "a/b/c"));
    expect(existsSync(join(folder, "a/b/c"))).toBe(true);
    symlinkSync("a", join(folder, "link"));
    makeFolder(join(folder, "link/d"));
    expect(readdirSync(join(folder, "a")).sort()).toEqual(["b", "d"]);
  });

  it.each([
    ["a file in the way", "file/x", /^cannot write .*file\/x: a (part of the path is a )?file.* \((ENOTDIR|EEXIST)\)$/],
    ["a file of its name", "file", /^cannot write .*\/file: a file.* \(EEXIST\)$/],
    ["a link that leads nowhere", "dangling/x", /^cannot write .* a link that leads nowhere.* \(EEXIST\)$/],
    ["links in a circle", "loop/x", /^cannot write .* \((EEXIST|ELOOP)\)$/],
    ["a name that is too long", `${"x".repeat(300)}/y`, /^cannot write .* is too long \(ENAMETOOLONG\)$/],
  ])("refuses %s with exit code 3", (_, path, message) => {
    writeFileSync(join(folder, "file"), "");
    symlinkSync("nowhere", join(folder, "dangling"));
    symlinkSync("loop", join(folder, "loop"));
    const error = refusal(() => makeFolder(join(folder, path)));
    expect(error.exitCode).toBe(3);
    expect(error.fix).not.toBe("");
    expect(error.message).toMatch(message);
  });

  it.runIf(existsSync("/proc/self"))("ends where a file system takes no new folders", () => {
    for (const path of ["/proc/x", "/proc/x/y/z", "/proc/self/x"])
      expect(refusal(() => makeFolder(path))).toMatchObject({ exitCode: 3 });
  });
});

describe("what the system refuses", () => {
  const systemCall = (code: string): Error => Object.assign(new Error(`${code}: no`), { code, syscall: "open" });

  it.each([
    ["EROFS", "read-only"],
    ["ENOSPC", "the disk is full"],
    ["EMFILE", "too many files are open"],
    ["ENAMETOOLONG", "too long"],
    ["ELOOP", "circle"],
    ["ENOENT", "takes no new files"],
    ["EWHATEVER", "the system refuses"],
  ])("%s is an error with a reason, a fix and exit code 3", (code, reason) => {
    const error = writeError("a/b", systemCall(code)) as UserError;
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({
      exitCode: 3,
      message: expect.stringMatching(new RegExp(`^cannot write a/b: .*${reason}.*\\(${code}\\)$`)),
    });
    expect(error.fix).not.toBe("");
    expect(systemError(systemCall(code))).toMatchObject({ exitCode: 3 });
  });

  it("leaves errors of other kinds alone", () => {
    for (const error of [new Error("a bug"), new UserError("x", { exitCode: 2, fix: "y" }), new TypeError("z")]) {
      expect(writeError("a", error)).toBe(error);
      expect(systemError(error)).toBeUndefined();
    }
  });
});

describe("atomicWrite", () => {
  it("leaves the old file and nothing else where it fails", () => {
    const path = join(folder, "f");
    atomicWrite(path, "one");
    atomicWrite(path, new Uint8Array([50]));
    expect(readFileSync(path, "utf8")).toBe("2");
    mkdirSync(join(folder, "g"));
    expect(refusal(() => atomicWrite(join(folder, "g"), "x")).message).toContain("the path is a folder");
    expect(readdirSync(folder).sort()).toEqual(["f", "g"]);
  });
});
