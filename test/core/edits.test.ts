import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { analyze } from "../../src/core/compile.ts";
import type { Diagnostic } from "../../src/core/diagnostic.ts";
import { editsOf, withEdits } from "../../src/core/edits.ts";
import { correct, diagnose } from "../../src/core/fix.ts";
import { load } from "../../src/core/load/load.ts";

const CASES = "test/cases/diagnostics";

const BASE = `specVersion: 1
name: example
dataset: { type: digits, scale: 255 }
layers:
  - type: lstm # first
    units: 8
  - type: dense
    units: 10
    activation: softmax
optimizer: { type: adam }
training:
  loss: sparseCategoricalCrossentropy
`;

/** What is wrong after the edits of a diagnostic have been made: the same again, or a text that is no spec any more. */
function complaints(
  text: string,
  { code, line, edits = [] }: Diagnostic,
  diagnostics: readonly Diagnostic[],
): string[] {
  const after = diagnose(withEdits(text, edits), "spec.yaml");
  const times = (all: readonly Diagnostic[]): number => all.filter((one) => one.code === code).length;
  const fatal = after.filter(({ code }) => code.startsWith("LC10"));
  return [
    ...(times(after) < times(diagnostics) ? [] : [`${code} in line ${line} is still there`]),
    ...fatal.map((one) => `${one.code} is new: ${one.message}`),
  ];
}

/** The specs of all diagnostics, written in several ways: as they are, with CRLF, as flow maps, as JSON, in other quotes. */
function writings(): [name: string, text: string][] {
  return readdirSync(CASES).flatMap((code) => {
    const text = readFileSync(`${CASES}/${code}/spec.yaml`, "utf8");
    const { source } = load(text, "spec.yaml");
    if (source === undefined) return [];
    const others: [string, string][] = [
      ["CRLF", text.replace(/\r?\n/g, "\r\n")],
      ["flow", stringify(source.value, { collectionStyle: "flow" })],
      ["JSON", JSON.stringify(source.value)],
      ["quotes", stringify(source.value, { defaultStringType: "QUOTE_SINGLE", defaultKeyType: "QUOTE_DOUBLE" })],
    ];
    return [
      [code, text] as [string, string],
      ...others.map(([how, other]): [string, string] => [`${code} ${how}`, other]),
    ];
  });
}

describe("edits", () => {
  it("of every diagnostic put right what it says, however the spec is written", () => {
    const wrong: string[] = [];
    const codes = new Set<string>();
    for (const [name, text] of writings()) {
      const diagnostics = diagnose(text, "spec.yaml");
      for (const diagnostic of diagnostics) {
        if (diagnostic.edits === undefined) continue;
        codes.add(diagnostic.code);
        wrong.push(...complaints(text, diagnostic, diagnostics).map((what) => `${name}: ${what}`));
      }
    }
    expect(wrong).toEqual([]);
    expect([...codes].sort()).toEqual([
      "LC1101", "LC1103", "LC1104", "LC1201", "LC1203", "LC1204", "LC1211", "LC1215", "LC1242", "LC1243", "LC1250", "LC1251", "LC2001",
    ]); // biome-ignore format: a list
  });

  it.each<[string, string, string, string, boolean]>([
    ["a Keras key", "units: 8", "units: 8\n    return_sequences: false", "returnSequences: false", true],
    ["a slip of one letter", "units: 8", "unit: 8", "units: 8", true],
    ["a layer in capitals", "type: lstm", "type: LSTM", "type: lstm", true],
    ["a class of Keras, in quotes", "type: lstm", "type: 'SimpleRNN'", "type: 'simpleRNN'", true],
    ["an optimizer by its name", "{ type: adam }", "Adam", "optimizer: { type: adam }", true],
    ["an abbreviation of Keras", "sparseCategoricalCrossentropy", "mse", "loss: meanSquaredError", true],
    ["a slope of TensorFlow.js", "units: 8", "units: 8\n  - { type: leakyRelu, alpha: 0.1 }", "negativeSlope: 0.1", true],
    ["a word that two names are near to", "softmax", "elux", "activation: elu", false],
    ["an abbreviation of others", "sparseCategoricalCrossentropy", "crossentropy", "loss: sparseCategoricalCrossentropy", false],
    ["a number in quotes", "units: 8", 'units: "1_000"', "units: 1000", false],
    ["a number in quotes beside words", "scale: 255", "scale: 255, validation: '0.2'", "validation: 0.2", false],
    ["a yes", "units: 8", "units: 8\n    useBias: yes", "useBias: true", false],
    ["a word that should be a list", "training:", "training:\n  metrics: accuracy", "metrics: [accuracy]", false],
  ])("of %s", (_name, from, to, expected, isSafe) => {
    const text = BASE.replace(from, to);
    const found = diagnose(text, "spec.yaml").find(({ edits }) => edits !== undefined);
    expect(withEdits(text, found!.edits!)).toContain(expected);
    expect(found!.safe === true).toBe(isSafe);
  }); // biome-ignore format: one line for each case

  it.each([
    ["the right key is there, too", "units: 8", "units: 8\n    unit: 9"],
    ["two keys can be meant", "units: 8", "unit: 8\n    Units: 9"],
    ["the list has the word already", "training:", "training:\n  metrics: [accuracy, acc]"],
    ["two words of a list mean the same", "training:", "training:\n  metrics: [acc, Accuracy]"],
    ["the text goes over lines", "type: lstm", "type: >\n      LSTM"],
    ["nothing like it is known", "units: 8", "units: 8\n    colour: red"],
    ["a number does not fit in quotes", "units: 8", 'units: "8.5"'],
  ])("are none where %s", (_name, from, to) => {
    const diagnostics = diagnose(BASE.replace(from, to), "spec.yaml");
    expect(diagnostics.length).toBeGreaterThan(0);
    expect(diagnostics.flatMap(({ edits = [] }) => edits)).toEqual([]);
  });

  it.each([
    ["a block", BASE, "  - type: lstm # first\n    returnSequences: true\n    units: 8"],
    ["a flow map", BASE.replace(/- type: lstm.*\n {4}units: 8/, "- {units: 8, type: lstm}"), "- {units: 8, returnSequences: true, type: lstm}"],
    ["JSON", JSON.stringify(load(BASE, "f").source!.value), '{"type":"lstm", returnSequences: true,"units":8}'],
    ["lines that end with CRLF", BASE.replaceAll("\n", "\r\n"), "  - type: lstm # first\r\n    returnSequences: true\r\n    units: 8"],
    ["the last line", BASE.slice(0, BASE.indexOf("\n    units: 8")).replace(" # first", ""), "  - type: lstm\n    returnSequences: true"],
  ])("add a key to %s", (_name, text, expected) => {
    const { source } = load(text, "spec.yaml");
    const edits = editsOf([{ pointer: "/layers/0/returnSequences", value: true }], source!);
    const result = withEdits(text, edits!);
    expect(result).toContain(expected);
    expect((load(result, "f").source!.value as { layers: object[] }).layers[0]).toMatchObject({ returnSequences: true });
  }); // biome-ignore format: one line for each case

  it.each([
    ["a pair in brackets", "layers: [type: lstm]\n"],
    ["a key with a question mark", "layers:\n  - ? type\n    : lstm\n"],
    ["a map without a scalar", "layers:\n  - layer: {}\n"],
  ])("add none to %s", (_name, text) => {
    const { source } = load(text, "spec.yaml");
    expect(editsOf([{ pointer: "/layers/0/returnSequences", value: true }], source!)).toBeUndefined();
  });

  it("that overlap are refused", () => {
    const edit = { range: { start: 0, end: 3 }, text: "x" };
    expect(() => withEdits("abcdef", [edit, { ...edit, range: { start: 2, end: 4 } }])).toThrow("overlap");
    expect(withEdits("abcdef", [edit, { ...edit, range: { start: 3, end: 4 } }])).toBe("xxef");
  });
});

describe("correct", () => {
  it("goes on until nothing more can be corrected, and leaves all else", () => {
    const text = BASE.replace("type: lstm # first", "type: LSTM   # first\n    return_sequences:   false").replace("units: 10", "Units: 10");
    const result = correct(Buffer.from(text), "spec.yaml");
    const expected = text.replace("LSTM", "lstm").replace("return_sequences", "returnSequences").replace("Units", "units");
    expect(result.text).toBe(expected);
    expect(result.corrections.map(({ line, column, from, to }) => `${line}:${column} ${from} ${to}`)).toEqual([
      "5:11 LSTM lstm",
      "6:5 return_sequences returnSequences",
      "9:5 Units units",
    ]);
    expect(diagnose(result.text!, "spec.yaml")).toEqual([]);
  }); // biome-ignore format: long texts

  it("names a key that tells maps apart where it stands, not the map", () => {
    const { corrections } = correct(Buffer.from(BASE.replace("type: digits", "Type: digits")), "f");
    expect(corrections).toEqual([{ line: 3, column: 12, from: "Type", to: "type" }]);
  });

  it("says nothing of a spec that is right, and of a file that is none", () => {
    for (const text of [BASE, "a: [", ""])
      expect(correct(Buffer.from(text), "f")).toEqual({ corrections: [], text: undefined });
  });

  it("corrects whatever Keras users write, to what they meant", () => {
    const right = load(BASE, "f").source!.value;
    const snake = (word: string): string => word.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
    const spelled = fc.constantFrom(
      snake,
      capital,
      (word: string) => word.toUpperCase(),
      (word: string) => `${word}_`,
    );
    const respelled = (value: unknown, spell: (word: string) => string): unknown => {
      if (Array.isArray(value)) return value.map((item) => respelled(item, spell));
      if (typeof value === "string") return value === "example" ? value : spell(value);
      if (typeof value !== "object" || value === null) return value;
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [spell(key), respelled(item, spell)]));
    };
    fc.assert(
      fc.property(spelled, fc.constantFrom("block", "flow"), (spell, collectionStyle) => {
        const text = stringify(respelled(right, spell), { collectionStyle: collectionStyle as "block" | "flow" });
        const { text: result } = correct(Buffer.from(text), "f");
        expect(load(result ?? text, "f").source!.value).toEqual(right);
        expect(analyze(result ?? text).plan).toBeDefined();
      }),
      { numRuns: 20 },
    );
  });
});
