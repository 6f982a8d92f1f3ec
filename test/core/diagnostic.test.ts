import { describe, expect, it } from "vitest";
import { type Diagnostic, renderDiagnostics } from "../../src/core/diagnostic.ts";

const at = (column: number, length: number, more: Partial<Diagnostic> = {}): Diagnostic => ({
  code: "LC1101",
  severity: "error",
  file: "f.yaml",
  range: { start: column - 1, end: column - 1 + length },
  line: 1,
  column,
  message: "message",
  fix: "fix it",
  ...more,
});
const render = (text: string, diagnostic: Diagnostic): string[] =>
  renderDiagnostics([diagnostic], new Map([["f.yaml", text]]), "text").split("\n");

describe("the caret", () => {
  it.each([
    ["plain text", "ab: cd", at(5, 2), "  1 | ab: cd", "    |     ^^"],
    ["a tab", "a:\tb", at(4, 1), "  1 | a:·b", "    |    ^"],
    ["wide characters before it", "日本: x", at(5, 1), "  1 | 日本: x", "    |       ^"],
    ["wide characters under it", "a: 日本", at(4, 2), "  1 | a: 日本", "    |    ^^^^"],
    ["a combining mark", "e\u0301: x", at(5, 1), "  1 | e\u0301: x", "    |    ^"],
    ["a byte order mark", "\ufeffa: b", at(4, 1), "  1 | a: b", "    |    ^"],
    ["the end of the line", "a:", at(3, 0), "  1 | a:", "    |   ^"],
  ])("stands under %s", (_name, text, diagnostic, line, caret) => {
    expect(render(text, diagnostic).slice(1, 3)).toEqual([line, caret]);
  });

  it("stays under the mark of a trimmed line", () => {
    const [, line, caret] = render(`${"x".repeat(500)}MARK${"y".repeat(500)}`, at(501, 4));
    expect(line!.length).toBeLessThan(130);
    expect(line!.slice(caret!.indexOf("^"), caret!.lastIndexOf("^") + 1)).toBe("MARK");
    expect(line).toMatch(/\| ….*…$/);
  });
});

describe("renderDiagnostics", () => {
  it("colours errors red and warnings yellow, and only where asked", () => {
    const texts = new Map([["f.yaml", "a"]]);
    expect(renderDiagnostics([at(1, 1)], texts, "text", { color: true })).toContain("\u001b[31;1merror\u001b[0m");
    expect(renderDiagnostics([at(1, 1, { severity: "warning" })], texts, "text", { color: true })).not.toContain(
      "[31;1m",
    );
    expect(renderDiagnostics([at(1, 1)], texts, "text")).not.toContain("\u001b");
  });

  it("cannot be made to move the cursor or reverse the text", () => {
    const text = renderDiagnostics([at(1, 1, { message: "\u001b[2J\u202e", file: "a\nb" })], new Map(), "text");
    for (const character of ["\u001b", "\u202e"]) expect(text).not.toContain(character);
    expect(text.split("\n")[0]).toContain("a·b:1:1");
  });

  it.each(["text", "json", "github"] as const)(
    "cuts very long messages, and says how much is left out: %s",
    (format) => {
      const long = at(1, 1, { message: `${"m".repeat(2e7)}!`, fix: `use ${"f".repeat(2e7)}` });
      const text = renderDiagnostics([long], new Map([["f.yaml", "a"]]), format);
      expect(text.length).toBeLessThan(6000);
      expect(text.match(/19,998,00\d characters left out/g)).toHaveLength(2);
      expect(text).toMatch(/m!/);
    },
  );

  it("gives GitHub one line without anything that moves the cursor, in all parts", () => {
    const hostile = "\u001b[2J\u202e\n::error::x\r";
    const text = renderDiagnostics([at(1, 1, { message: hostile, fix: hostile, file: hostile })], new Map(), "github");
    expect(text).toBe(
      "::error file=·[2J··%3A%3Aerror%3A%3Ax·,line=1,col=1,title=LC1101::·[2J·%0A::error::x·%0Afix: ·[2J·%0A::error::x·\n",
    );
  });

  it("is empty without diagnostics, and an empty array as JSON", () => {
    expect(renderDiagnostics([], new Map(), "text")).toBe("");
    expect(JSON.parse(renderDiagnostics([], new Map(), "json"))).toEqual([]);
  });
});
