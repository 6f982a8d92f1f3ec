import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { printable, printableLines, printableMessage, printableStack } from "../../../src/support/system/printable.ts";

describe("printable", () => {
  it.each([
    ["plain text, in any script", "a 日本 é ✓", "a 日本 é ✓"],
    ["escape sequences of terminals", "\u001b[31mred\u009b0m", "·[31mred·0m"],
    ["line breaks and tabs", "a\nb\r\tc\u2028d\u2029e\u0085f", "a·b··c·d·e·f"],
    ["text that turns or hides itself", "a\u202eb\u200bc\ufeffd", "a·b·c·d"],
    ["half a character", "a\ud800b", "a·b"],
  ])("shows %s", (_, text, shown) => {
    expect(printable(text)).toBe(shown);
  });
});

describe("messages", () => {
  it("keep what is short, and beginning and end of what is long, with a count", () => {
    expect(printableMessage("short")).toBe("short");
    const shown = printableMessage(`begin${"x".repeat(1e6)}end`);
    expect(shown).toMatch(/^beginx+ \[…998,008 characters left out…\] x+end$/);
    expect(shown.length).toBeLessThan(2100);
    expect(printableStack("s".repeat(15_000))).toHaveLength(15_000);
    expect(printableStack("s".repeat(1e6)).length).toBeLessThan(21_000);
  });

  it("mark the lines of their own, so that none can be taken for another message", () => {
    expect(printableLines("g++ failed:\nx.cc:1: error\r\n::error::y\n")).toBe(
      "g++ failed:\n  | x.cc:1: error\n  | ::error::y",
    );
  });

  it("are harmless whatever they quote", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 5000 }), (text) => {
        expect(printableMessage(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u);
        for (const line of printableLines(text).split("\n").slice(1)) expect(line).toMatch(/^ {2}\| /);
      }),
      { seed: 1 },
    );
  });
});
