import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { load } from "../../../src/core/load/load.ts";

const VALID = "specVersion: 1\nname: example\n";
const codes = (text: string | Uint8Array): string[] => load(text, "spec.yaml").diagnostics.map(({ code }) => code);
const first = (text: string | Uint8Array) => load(text, "spec.yaml").diagnostics[0]!;

describe("load", () => {
  it("gives the plain value, the hash of the bytes, and positions of keys and values", () => {
    const { diagnostics, source } = load("a:\n  - b: 1 # note\n  - 2\n", "spec.yaml");
    expect(diagnostics).toEqual([]);
    expect(source!.value).toEqual({ a: [{ b: 1 }, 2] });
    expect(source!.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(source!.position("/a/0/b")).toMatchObject({ line: 2, column: 8 });
    expect(source!.position("/a/0/b", "key")).toMatchObject({ line: 2, column: 5 });
    expect(source!.position("/a/1/none/such")).toEqual(source!.position("/a/1"));
  });

  it("reads CRLF and a byte order mark, and counts columns without the mark", () => {
    const { source } = load("\ufeffname: x\r\nseed: 1\r\n", "spec.yaml");
    expect(source!.value).toEqual({ name: "x", seed: 1 });
    expect(source!.position("/name")).toMatchObject({ line: 1, column: 7 });
    expect(source!.position("/seed")).toMatchObject({ line: 2, column: 7 });
  });

  it("takes many entries of a flow collection in one line for what they are: no nesting", () => {
    const pairs = Array.from({ length: 100 }, (_, k): [string, number] => [`key${k}`, k]);
    const value = Object.fromEntries(pairs);
    expect(load(JSON.stringify({ value }), "f")).toMatchObject({ diagnostics: [], source: { value: { value } } });
  });

  it("reads whole numbers as keys by their digits, and keeps their positions", () => {
    const { diagnostics, source } = load("classWeight:\n  0: 1.0\n  10: 3.5\n", "f");
    expect(diagnostics).toEqual([]);
    expect(source!.value).toEqual({ classWeight: { "0": 1, "10": 3.5 } });
    expect(source!.position("/classWeight/10", "key")).toMatchObject({ line: 3, column: 3 });
    expect(source!.position("/classWeight/10")).toMatchObject({ line: 3, column: 7 });
  });

  it("reads yes and no as text, and true in the spellings of YAML 1.2", () => {
    expect(load("a: yes\nb: No\nc: True\n", "f").source!.value).toEqual({ a: "yes", b: "No", c: true });
  });

  it.each([
    ["UTF-16", Uint8Array.of(0xff, 0xfe, 0x61, 0x00), "LC1001"],
    ["an empty document", "---\n...\n", "LC1002"],
    ["carriage returns alone", "a: 1\rb: 2\r", "LC1003"],
    ["%YAML 1.1, which would turn yes into true", `%YAML 1.1\n---\n${VALID}`, "LC1007"],
    ["an anchor of a key", "&x name: 1\n", "LC1007"],
    ["a standard tag", "name: !!str 1\n", "LC1007"],
    ["a tag that makes no plain data", "name: !!binary aGVsbG8=\n", "LC1007"],
    ["an ordered map", "name: !!omap [a: 1]\n", "LC1007"],
    ["a number that is no whole one as a key", "1.5: 2\n", "LC1008"],
    ["a whole number as a key in another notation", "classWeight: {0x1: 2}\n", "LC1008"],
    ["a key of more digits than are exact", "9007199254740993: 2\n", "LC1008"],
    ["true as a key", "true: 2\n", "LC1008"],
    ["a number and the same digits as keys", 'classWeight: {1: 2, "1": 3}\n', "LC1005"],
    ["the same digits and a number as keys", 'classWeight: {"1": 2, 1: 3}\n', "LC1005"],
    ["constructor", "constructor: 1\n", "LC1008"],
    ["an integer that is not exact", "seed: 9007199254740993\n", "LC1009"],
    ["a number beyond the range of doubles", "rate: 1e400\n", "LC1009"],
    ["half of a character in a value", 'description: "\\ud800"\n', "LC1106"],
    ["half of a character in a key", '"\\udc00": 1\n', "LC1106"],
    ["deep indentation", Array.from({ length: 60 }, (_, i) => `${" ".repeat(i)}a:`).join("\n"), "LC1010"],
    ["indentation beyond the stack", Array.from({ length: 1300 }, (_, i) => `${" ".repeat(i)}-\n`).join(""), "LC1010"],
    ["very many values", "- 1\n".repeat(30_000), "LC1010"],
  ])("refuses %s", (_name, text, code) => {
    expect(codes(text)).toEqual([code]);
  });

  it("points at the tab, at the tag and at the place that is too deep", () => {
    expect(first("a:\n  b: 1\n\tc: 2\n")).toMatchObject({ code: "LC1004", line: 3, column: 1 });
    expect(first("a: 1\nb: !x 2\n")).toMatchObject({ line: 2, column: 4, range: { start: 8, end: 10 } });
    expect(first(`a: 1\nb: ${"[".repeat(50)}`)).toMatchObject({ code: "LC1010", line: 2, column: 44 });
  });

  it("names the line of the first of two equal keys, at every level", () => {
    const { diagnostics } = load("a: 1\nb: {c: 1, c: 2}\na: 2\n", "f");
    expect(diagnostics.map(({ code, line }) => `${line} ${code}`)).toEqual(["2 LC1005", "3 LC1005"]);
    expect(diagnostics[1]!.message).toContain("line 1");
  });

  it("counts no brackets in comments and quotes", () => {
    expect(codes(`${"# in [0, 1)\n".repeat(60)}a: "${"[".repeat(60)}"\n`)).toEqual([]);
  });

  it("keeps keys that objects inherit as plain keys", () => {
    const { source } = load("toString: 1\nhasOwnProperty: 2\n", "f");
    expect(Object.entries(source!.value as object)).toEqual([
      ["toString", 1],
      ["hasOwnProperty", 2],
    ]);
  });

  it("gives a source or a diagnostic with a position in the text, for any bytes", () => {
    const yamlish = fc.array(
      fc.constantFrom(
        "a",
        ": ",
        "- ",
        "\n",
        "  ",
        "\t",
        "{",
        "}",
        "[",
        "]",
        '"',
        "'",
        "&x ",
        "*x",
        "!t ",
        "#",
        "%",
        "---\n",
        "? ",
        "|\n",
        "\r",
        "\ufeff",
        "😀",
        "<<",
        "1e999",
      ),
      { maxLength: 60 },
    );
    const input = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.string({ unit: "binary", maxLength: 200 }),
      yamlish.map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(input, (bytes) => {
        const { diagnostics, source } = load(bytes, "f");
        expect(source === undefined).toBe(diagnostics.length > 0);
        for (const { line, column, range, message, fix } of diagnostics) {
          expect(line).toBeGreaterThanOrEqual(1);
          expect(column).toBeGreaterThanOrEqual(1);
          expect(range.end).toBeGreaterThanOrEqual(range.start);
          expect(message).not.toBe("");
          expect(fix).not.toBe("");
        }
      }),
      { numRuns: 2000, seed: 11 },
    );
  });
});
