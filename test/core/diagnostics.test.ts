import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { renderDiagnostics } from "../../src/core/diagnostic.ts";
import { CODES } from "../../src/core/diagnostic-codes.ts";
import { compile } from "../../src/node.ts";

/** One folder per code: spec.yaml, and the exact text that it gets. UPDATE=1 rewrites the texts. */
const CASES = "test/cases/diagnostics";

function diagnose(code: string) {
  const bytes = readFileSync(`${CASES}/${code}/spec.yaml`);
  const { diagnostics, program } = compile(bytes, { specPath: "spec.yaml" });
  const text = renderDiagnostics(diagnostics, new Map([["spec.yaml", bytes.toString("utf8")]]), "text");
  return { diagnostics, program, text };
}

describe("every diagnostic", () => {
  it("has a case", () => {
    expect(readdirSync(CASES).sort()).toEqual(Object.keys(CODES).sort());
  });

  it.each(Object.keys(CODES))("%s: is the only one that its case gets, word for word", (code) => {
    const { diagnostics, program, text } = diagnose(code);
    expect(diagnostics.map((diagnostic) => diagnostic.code)).toEqual([code]);
    expect(diagnostics[0]!.severity).toBe(code.startsWith("LC2") ? "warning" : "error");
    expect(program === undefined).toBe(diagnostics[0]!.severity === "error");
    const expected = `${CASES}/${code}/expected.txt`;
    if (process.env.UPDATE || !existsSync(expected)) writeFileSync(expected, text);
    expect(text).toBe(readFileSync(expected, "utf8"));
  });

  it("stands in docs/diagnostics.md with its title, and no other does", () => {
    const documented = [...readFileSync("docs/diagnostics.md", "utf8").matchAll(/^## (LC\d+): (.*)$/gm)];
    expect(Object.fromEntries(documented.map(([, code, title]) => [code, title]))).toEqual(CODES);
  });

  it("is shown in the documentation with the text that it really gets", () => {
    const documentation = readFileSync("docs/diagnostics.md", "utf8");
    for (const code of Object.keys(CODES))
      expect(documentation).toContain(diagnose(code).text.trim().replaceAll(/^/gm, "    "));
  });
});

describe("renderDiagnostics", () => {
  const { diagnostics } = diagnose("LC1101");

  it("gives machines one JSON document", () => {
    const [first] = JSON.parse(renderDiagnostics(diagnostics, new Map(), "json"));
    expect(first).toMatchObject({ code: "LC1101", severity: "error", file: "spec.yaml", line: 9, column: 5 });
  });

  it("escapes what GitHub Actions would read as a command", () => {
    const line = renderDiagnostics(
      [{ ...diagnostics[0]!, file: "a,b:c.yaml", message: "100 %\nnext" }],
      new Map(),
      "github",
    );
    expect(line).toMatch(/^::error file=a%2Cb%3Ac\.yaml,line=9,col=5,title=LC1101::100 %25%0Anext%0Afix: .*\n$/);
  });

  it("stops after fifty", () => {
    const many = Array.from({ length: 60 }, () => diagnostics[0]!);
    const text = renderDiagnostics(many, new Map(), "text");
    expect(text.match(/error LC1101/g)).toHaveLength(50);
    expect(text).toContain("and 10 more");
  });

  it("makes control characters of the user's text harmless", () => {
    const text = renderDiagnostics(diagnostics, new Map([["spec.yaml", `${"\n".repeat(8)}\u001b[2Jx`]]), "text");
    expect(text).not.toContain("\u001b");
  });
});

describe("bad input", () => {
  const first = (text: string | Uint8Array): string | undefined => compile(text).diagnostics[0]?.code;

  it.each([
    ["an empty file", "", "LC1002"],
    ["a directive alone", "%", "LC1002"],
    ["a list", "- a\n", "LC1103"],
    ["a scalar", "hello\n", "LC1103"],
    [
      "anchors that explode",
      `a: &a [x]\n${"bcdefgh"
        .split("")
        .map((k, i) => `${k}: &${k} [${`*${"abcdefg"[i]},`.repeat(9)}]`)
        .join("\n")}\n`,
      "LC1007",
    ],
    ["a merge key", "<<: {a: 1}\n", "LC1008"],
    ["__proto__", "__proto__: {name: x}\n", "LC1008"],
    ["NaN", "specVersion: .nan\n", "LC1009"],
    ["brackets without end", "[".repeat(100_000), "LC1010"],
    ["nested lists without brackets", "- ".repeat(5000), "LC1010"],
    ["a tag", "specVersion: !!js/function 'x'\n", "LC1007"],
  ])("%s", (_name, text, code) => {
    expect(first(text)).toBe(code);
  });

  it("100 MB, and bytes that are no UTF-8", () => {
    expect(first(new Uint8Array(100 * 1024 * 1024).fill(97))).toBe("LC1010");
    expect(first(Uint8Array.of(0x6e, 0xff, 0xfe))).toBe("LC1001");
  });

  it("reports all mistakes of a file, in its order", () => {
    const { diagnostics } = compile(`specVersion: 2
name: "a'; process.exit()//"
dataset: {type: mnst}
layers: [{type: lstm, unit: 3}]
optimizer: {type: adam, learning_rate: fast}
training: {loss: mse, epochs: 0}
`);
    expect(diagnostics.map(({ code, line }) => `${line} ${code}`)).toEqual([
      "1 LC1104",
      "2 LC1106",
      "3 LC1104",
      "4 LC1102",
      "4 LC1101",
      "5 LC1101",
      "6 LC1104",
      "6 LC1105",
    ]);
    expect(diagnostics.find(({ line }) => line === 5)?.fix).toBe("did you mean `learningRate`?");
  });
});
