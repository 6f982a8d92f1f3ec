import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { atomicWrite, writeError } from "../../src/support/files.ts";
import { UserError } from "../../src/support/user-error.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "files-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const read = (path: string): string => readFileSync(path, "utf8");

function failure(run: () => unknown): UserError {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return error as UserError;
  }
  throw new Error("nothing was thrown");
}

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
