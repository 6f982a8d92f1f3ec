import { chmodSync, lstatSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { lstmCompile, spec, useProject } from "./specs.ts";

useProject();

const wrong = (name: string): string => spec(name).replace("units: 4", "unit: 4").replace("lstm", "LSTM");

describe("validate --fix", () => {
  it("corrects the file, says what and where, and reports what is left", async () => {
    writeFileSync("a.yaml", wrong("a"));
    expect(await lstmCompile("validate", "--fix", "a.yaml")).toEqual({
      exitCode: 0,
      stdout: "",
      stderr: `a.yaml:5:13: \`LSTM\` → \`lstm\`
a.yaml:5:19: \`unit\` → \`units\`
a.yaml: valid
next: npx lstm-compile run a.yaml
`,
    });
    expect(readFileSync("a.yaml", "utf8")).toBe(spec("a"));
    const left = spec("b").replace("units: 4", 'unit: "4"');
    writeFileSync("b.yaml", left);
    const { exitCode, stderr } = await lstmCompile("validate", "--fix", "b.yaml");
    expect(exitCode).toBe(2);
    expect(stderr).toContain("b.yaml:5:19: `unit` → `units`\nb.yaml:5:26: error LC1103");
    expect(readFileSync("b.yaml", "utf8")).toBe(left.replace("unit:", "units:"));
  });

  it("is named where it would help, and without it nothing is written", async () => {
    writeFileSync("a.yaml", wrong("a"));
    const { exitCode, stderr } = await lstmCompile("validate", "a.yaml");
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/\n1 mistake can be corrected: npx lstm-compile validate --fix a\.yaml\n$/);
    expect(readFileSync("a.yaml", "utf8")).toBe(wrong("a"));
  });

  it("keeps a byte order mark, CRLF, comments and permissions", async () => {
    const text = (name: string, of: (name: string) => string): string =>
      `\ufeff# a comment\n${of(name)}# the end`.replaceAll("\n", "\r\n");
    writeFileSync("a.yaml", text("a", wrong));
    chmodSync("a.yaml", 0o640);
    expect((await lstmCompile("validate", "--fix", "a.yaml")).exitCode).toBe(0);
    expect(readFileSync("a.yaml", "utf8")).toBe(text("a", spec));
    expect(statSync("a.yaml").mode & 0o777).toBe(0o640);
  });

  it("corrects what a link leads to, and keeps the link", async () => {
    mkdirSync("models");
    writeFileSync("models/a.yaml", wrong("a"));
    symlinkSync("models/a.yaml", "link.yaml");
    expect((await lstmCompile("validate", "--fix", "link.yaml")).exitCode).toBe(0);
    expect(lstatSync("link.yaml").isSymbolicLink()).toBe(true);
    expect(readFileSync("models/a.yaml", "utf8")).toBe(spec("a"));
  });

  it("refuses a file that is read-only, and corrects the others", async () => {
    for (const name of ["a", "b"]) writeFileSync(`${name}.yaml`, wrong(name));
    chmodSync("a.yaml", 0o444);
    const { exitCode, stderr } = await lstmCompile("validate", "--fix", "a.yaml", "b.yaml");
    expect(exitCode).toBe(3);
    expect(stderr).toContain("error: cannot write a.yaml: it is read-only\n  fix: make it writable");
    expect(stderr).toContain("a.yaml:5:13: error LC1104");
    expect([readFileSync("a.yaml", "utf8"), readFileSync("b.yaml", "utf8")]).toEqual([wrong("a"), spec("b")]);
  });

  it("does not touch a spec that is right", async () => {
    writeFileSync("a.yaml", spec("a"));
    const before = statSync("a.yaml");
    await lstmCompile("validate", "--fix", "a.yaml");
    expect(statSync("a.yaml").ino).toBe(before.ino);
  });

  it("is data for machines: JSON has the edits", async () => {
    writeFileSync("a.yaml", wrong("a"));
    const { stdout } = await lstmCompile("validate", "--format", "json", "a.yaml");
    const start = wrong("a").indexOf("LSTM");
    expect(JSON.parse(stdout)).toMatchObject([
      { edits: [{ range: { start, end: start + 4 }, text: "lstm" }], safe: true },
    ]);
  });
});
