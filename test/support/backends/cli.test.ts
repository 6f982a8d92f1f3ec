import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { backendCommand } from "../../../src/support/backends/cli.ts";
import type { BackendProbe } from "../../../src/support/backends/types.ts";

let stdout: string;
let stderr: string;
beforeEach(() => {
  stdout = stderr = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    stdout += text;
    return true;
  });
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    stderr += text;
    return true;
  });
});
afterEach(() => vi.restoreAllMocks());

describe("backendCommand", () => {
  it.each([
    ["list", "foo"],
    ["check", "foo", "bar"],
    ["install"],
    ["install", "cpu", "gpu"],
    ["remove"],
    ["toString"],
    ["remove", "wasm"],
  ])("refuses %s %s %s with exit code 2", async (...words) => {
    const probe = () => Promise.reject(new Error("nothing is tried"));
    expect([await backendCommand(words, probe), stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/not a command|there is no backend/);
  });

  it.each([
    [true, 0],
    [false, 3],
  ])("check ends with the exit code that says whether anything works (%s: %i)", async (usable, exitCode) => {
    const wasm: BackendProbe = { name: "wasm", usable, version: "4", device: "x64", reason: "no SIMD", fix: "" };
    expect(await backendCommand(["check"], async () => [wasm])).toBe(exitCode);
    expect(stdout).toBe(usable ? "wasm   usable: 4, x64\n" : "wasm   not usable: no SIMD\n");
  });
});
