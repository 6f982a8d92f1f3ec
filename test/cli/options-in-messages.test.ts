import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { commandLine } from "../../src/cli/command-line.ts";
import { compile } from "../../src/node.ts";
import { trainCommandLine } from "../../src/support/run/train-options.ts";
import { predictionOptions } from "../../src/support/run/trained.ts";
import { usage } from "../../src/support/system/options.ts";

/** "--data", "-o"; a dash inside a word is none. */
const OPTION = /(?<![\w-]|var\()--?[a-z][a-z-]*(?![\w-])/g; // but for custom properties of a style sheet

/** The options of each command as it declares them. */
const OPTIONS = new Map<string, ReadonlySet<string>>(
  commandLine(() => {}).commands.map((command) => [
    command.name(),
    new Set(["-h", "--help", ...command.options.flatMap(({ short, long }) => [short ?? "", long ?? ""])]),
  ]),
);
const COMMANDS = [...OPTIONS.keys()];

/** Those of train.ts, and of every predict.ts. */
const TRAIN = new Set(optionsIn(usage(trainCommandLine({ name: "a", epochs: 1, seed: 1, readsData: true }))));
const PREDICT = new Set([
  ...optionsIn(usage({ summary: "", options: predictionOptions("a") })),
  ...["digits", "csv", "text", "arrays"].flatMap((type) => optionsOfPredict(type)),
]);

function optionsIn(text: string): string[] {
  return text.match(OPTION) ?? [];
}

/** The keys that the predict.ts of a dataset declares. */
function optionsOfPredict(type: string): string[] {
  const datasets: Record<string, string> = {
    digits: "{ type: digits, scale: 255 }",
    csv: "{ type: csv, path: a.csv, target: t, lookback: 3 }",
    text: "{ type: text, path: a.txt, timesteps: 3, vocabularySize: 5 }",
    arrays:
      "{ type: arrays, inputs: [{ shape: [2, 2], train: a.npy, test: b.npy }], targets: { encoding: numbers, train: a.npy, test: b.npy } }",
  };
  const units = { digits: 10, text: 5 }[type] ?? 1;
  const isClassifier = units > 1;
  const { program, diagnostics } = compile(`specVersion: 1
name: a
dataset: ${datasets[type]}
layers: [{ type: lstm, units: 2 }, { type: dense, units: ${units}${isClassifier ? ", activation: softmax" : ""} }]
optimizer: { type: adam }
training: { loss: ${isClassifier ? "sparseCategoricalCrossentropy" : "meanSquaredError"} }
`);
  expect(diagnostics).toEqual([]);
  const declared = /options: \{\n([\s\S]*?)\n {2}\},?\n/.exec(program!.files.get("predict.ts")!)![1]!;
  const keys = [...declared.matchAll(/^ {4}(\w+):/gm)].map(([, key]) => key!);
  return keys.map((key) => `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`);
}

/** The texts of a source file; `{}` for what is put into them. */
function textsOf(file: string): string[] {
  const texts: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) texts.push(node.text);
    if (ts.isTemplateExpression(node))
      texts.push(node.head.text + node.templateSpans.map(({ literal }) => `{}${literal.text}`).join(""));
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest));
  return texts;
}

/** The options that a text names and that nothing it speaks of takes; `own` are of the commands that print it. */
function unknownOptions(text: string, own: readonly ReadonlySet<string>[]): string[] {
  if (/^\S*$|^\s*:root/.test(text)) return []; // an argument of another program, a name in code, or the report's style sheet
  return text
    .split("\n")
    .flatMap((line) => [...line.matchAll(OPTION)])
    .filter(({ 0: option, index, input }) => !isKnown(option, input.slice(0, index), own))
    .map(({ 0: option, input }) => `${option} in ${JSON.stringify(input)}`);
}

function isKnown(option: string, before: string, own: readonly ReadonlySet<string>[]): boolean {
  const called = [...before.matchAll(/lstm-compile (\w+)|(train|predict)\.ts/g)].at(-1);
  if (called === undefined) return own.some((options) => options.has(option));
  const [whole, command, program] = called;
  if (before.slice(called.index).includes(" | ")) return true; // of a command of the system
  const afterDashes = before.slice(called.index + whole.length).includes(" -- ");
  if (program === "train" || (command === "run" && afterDashes)) return TRAIN.has(option);
  if (program === "predict" || (command === "predict" && afterDashes)) return PREDICT.has(option);
  return (OPTIONS.get(command ?? "") ?? OPTIONS.get("compile")!).has(option);
}

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => join(folder, file));

describe("every option that a message names", () => {
  it.each(filesIn("src/cli").filter((file) => !file.endsWith("command-line.ts")))(
    "in %s is one of its command",
    (file) => {
      const name = basename(file).replace(/-command\.ts$/, "");
      const own = COMMANDS.includes(name) ? [OPTIONS.get(name)!] : COMMANDS.map((command) => OPTIONS.get(command)!);
      expect(textsOf(file).flatMap((text) => unknownOptions(text, own))).toEqual([]);
    },
  );

  it.each([
    ["src/core/formats", [OPTIONS.get("import")!, OPTIONS.get("weights")!]],
    ["src/core/load", [TRAIN, PREDICT]],
    ["src/core/layers", [TRAIN, PREDICT]],
    ["src/core/plan", [TRAIN, PREDICT]],
    ["src/core/rules", [TRAIN, PREDICT]],
    ["src/core/emit", [TRAIN, PREDICT]],
    ["src/support/run", [TRAIN, PREDICT, OPTIONS.get("weights")!]],
    ["src/support/data", [TRAIN, PREDICT]],
  ] as const)("in %s is one of what prints it", (folder, own) => {
    expect(filesIn(folder).flatMap((file) => textsOf(file).flatMap((text) => unknownOptions(text, own)))).toEqual([]);
  });
});

describe("every command that a message names", () => {
  it("can be typed where the compiler is installed in a project alone", () => {
    const bare = new RegExp(`(?<!npx )\\blstm-compile (${COMMANDS.join("|")})\\b.*`, "g");
    expect(filesIn("src").flatMap((file) => textsOf(file).flatMap((text) => text.match(bare) ?? []))).toEqual([]);
  });
});
