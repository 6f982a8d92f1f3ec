import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { reportFailure, specLineOf } from "../../../src/support/system/failure.ts";
import { UserError } from "../../../src/support/system/user-error.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lstm-compile-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function report(error: unknown, verbose = false): { exitCode: number; printed: string } {
  let printed = "";
  const write = vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  try {
    const modelUrl = pathToFileURL(join(folder, "model.ts"));
    return { exitCode: reportFailure(error, { modelUrl, specPath: "a.yaml", verbose }), printed };
  } finally {
    write.mockRestore();
  }
}

describe("reportFailure", () => {
  it("prints text of data harmlessly, and cuts what is very long", () => {
    const header = `\u001b[2J\nerror: x${"y".repeat(2e7)}`;
    const { exitCode, printed } = report(new UserError(`no column ${header}`, { exitCode: 2, fix: `name ${header}` }));
    expect(exitCode).toBe(2);
    expect(printed.length).toBeLessThan(5000);
    expect(printed).not.toContain("\u001b");
    expect(printed.match(/^(?:error: no column| {2}fix: name| {2}\| error: x)/gm)).toHaveLength(4);
    expect(report(new Error(header)).printed).not.toContain("\u001b");
  });

  it("takes what the system refuses for no bug: exit code 3, a fix, and no stack", () => {
    const error = Object.assign(new Error("EMFILE: too many open files, open 'x'"), {
      code: "EMFILE",
      syscall: "open",
    });
    const { exitCode, printed } = report(error);
    expect(exitCode).toBe(3);
    expect(printed).toBe(
      "error: the system refuses: EMFILE: too many open files, open 'x'\n  fix: raise the limit (ulimit -n)\n",
    );
    expect(report(error, true).printed).toContain("EMFILE: too many open files, open 'x'\n  |     at ");
  });
});

describe("specLineOf", () => {
  it("finds the spec's line, also of a spec with spaces in its name", () => {
    const model = join(folder, "model.ts");
    writeFileSync(model, "const a = 1;\nconst b = f(a); // my model.yaml:12 → [B, 4]\n");
    const error = Object.assign(new Error("x"), { stack: `Error: x\n    at f (${model}:2:11)` });
    expect(specLineOf(error, pathToFileURL(model))).toBe(12);
  });
});
