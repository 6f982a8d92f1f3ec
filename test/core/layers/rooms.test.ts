import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { expect, it } from "vitest";
import { LAYER_TYPES, layerDefinition } from "../../../src/core/layers/layers.ts";

const CORE = "src/core";
/** The definitions themselves, and what is generated from them. */
const ROOMS = /^(layers\/|spec\/types\.ts$)/;

const NAMES: ReadonlySet<string> = new Set(
  LAYER_TYPES.flatMap((type) => {
    const { className, aliases = {} } = layerDefinition(type).keras;
    return [type, className, ...Object.keys(aliases)];
  }),
);

/** Names that are other words, too, and count only where they stand for a type: options of layers, keywords of JSON Schema, verbs. */
const OTHER_WORDS: ReadonlySet<string> = new Set([
  ...LAYER_TYPES.flatMap((type) => Object.keys(layerDefinition(type).schema.options)),
  ...["minimum", "maximum", "average", "add"],
]);

/** What a file says in strings, regular expressions and keys of objects that is the name of a layer. */
function namesIn(path: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) && !isKernel(node) && (!OTHER_WORDS.has(node.text) || isType(node)))
      found.push(node.text);
    if (ts.isRegularExpressionLiteral(node)) found.push(...(node.text.match(/\w+/g) ?? []));
    if (ts.isPropertyAssignment(node) && !OTHER_WORDS.has(node.name.getText())) found.push(node.name.getText());
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, readFileSync(join(CORE, path), "utf8"), ts.ScriptTarget.Latest, true));
  return found.filter((name) => NAMES.has(name)).map((name) => `${path}: ${name}`);
}

/** A file of support/nn by its name: `kernels("dropout")`. */
function isKernel({ parent }: ts.Node): boolean {
  return ts.isCallExpression(parent) && parent.expression.getText() === "kernels";
}

/** Whether a word stands for a type here: `type === "dropout"`, `type: "dropout"`. */
function isType({ parent }: ts.Node): boolean {
  if (ts.isBinaryExpression(parent)) return /\btype$/.test(parent.left.getText());
  if (ts.isCaseClause(parent)) return /\btype$/.test(parent.parent.parent.expression.getText());
  return ts.isPropertyAssignment(parent) && parent.name.getText() === "type";
}

function sources(): string[] {
  const files = readdirSync(CORE, { recursive: true, encoding: "utf8" }).map((path) => path.replaceAll("\\", "/"));
  return files.filter((path) => path.endsWith(".ts") && !ROOMS.test(path));
}

it("what is particular to a layer type stands in its definition, and nowhere else in the core", () => {
  expect(sources().flatMap(namesIn)).toEqual([]);
});

it("finds a name wherever code can branch on it", () => {
  const definitions = ["lstm", "batch-normalization", "activation"].map((name) => `layers/${name}.ts`);
  expect(definitions.flatMap(namesIn)).toEqual(
    expect.arrayContaining([
      "layers/lstm.ts: lstm",
      "layers/batch-normalization.ts: batchNormalization",
      "layers/activation.ts: activation",
      "layers/activation.ts: ReLU",
    ]),
  );
});

it("a definition, its kernel and the functions of that have the same name", () => {
  for (const type of LAYER_TYPES) {
    const file = type.replace("RNN", "Rnn").replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    expect(existsSync(join(CORE, "layers", `${file}.ts`)), type).toBe(true);
    const { wraps } = layerDefinition(type);
    if (wraps !== undefined && wraps.directions === undefined) continue; // runs the kernel of its layer
    expect(readFileSync(`src/support/nn/${file}.ts`, "utf8"), type).toContain("export function ");
  }
});
