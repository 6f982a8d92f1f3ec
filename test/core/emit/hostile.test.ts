import fc from "fast-check";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { commentText, dataLiteral } from "../../../src/core/emit/text.ts";
import { compile } from "../../../src/node.ts";

/** Every string of a spec that people choose freely, and the two paths that come from outside of it. */
interface Texts {
  readonly description: string;
  /** Names of columns. */
  readonly columns: readonly [string, string, string];
  /** Below the data folder. */
  readonly files: readonly [string, string, string, string];
  readonly specPath: string;
  readonly headerPath: string | undefined;
}

const HARMLESS: Texts = {
  description: "words",
  columns: ["one", "two", "three"],
  files: ["w", "x", "y", "z"],
  specPath: "spec.yaml",
  headerPath: "../../spec.yaml",
};

/** What ends a literal, a comment, a line or a template, or speaks to a tool. */
const NASTY = [
  '"; globalThis.hacked = 1; "',
  "'); globalThis.hacked = 1; ('",
  "`; globalThis.hacked = 1; `",
  "\u0024{globalThis.hacked = 1}",
  "*/ globalThis.hacked = 1; /*",
  "\n globalThis.hacked = 1;\n",
  "\r globalThis.hacked = 1;\r\n",
  "\u2028 globalThis.hacked = 1; \u2029",
  "\u0085\u000b\u000c globalThis.hacked = 1;",
  "\\",
  "\\u0022; globalThis.hacked = 1;",
  "// @ts-ignore",
  "@ts-expect-error",
  "@ts-nocheck\n",
  "/// <reference path='x' />",
  "# sourceMappingURL=data:x",
  "<!-- x -->",
  "--> x",
  "#!/bin/sh",
  "\u202e\ufeff\u0000\ud800",
  "__proto__",
  "../",
  "</script>",
];

const text = fc
  .array(fc.oneof(fc.constantFrom(...NASTY), fc.string({ unit: "binary", maxLength: 8 })), {
    minLength: 1,
    maxLength: 4,
  })
  .map((parts) => parts.join(""));
/** As a file in UTF-8 can hold it. */
const wellFormed = text.map((value) => Buffer.from(value).toString());
/** As the schema and the rules take paths: no control characters, no backslash, inside the data folder. */
const file = wellFormed.map((value) =>
  Buffer.from(`d/${value.replace(/[\p{Cc}\\]/gu, "").replaceAll("..", ".")}`.slice(0, 200)).toString(),
);

const texts: fc.Arbitrary<Texts> = fc.record({
  description: wellFormed,
  columns: fc.uniqueArray(
    wellFormed.filter((name) => name !== ""),
    { minLength: 3, maxLength: 3 },
  ) as unknown as fc.Arbitrary<Texts["columns"]>,
  files: fc.uniqueArray(file, { minLength: 4, maxLength: 4 }) as unknown as fc.Arbitrary<Texts["files"]>,
  specPath: text,
  headerPath: fc.option(text, { nil: undefined }),
});

const CLASSES = 7;

/** A spec of each kind of dataset, made of the same texts. */
function specs({ description, columns, files: [w, x, y, z] }: Texts): Record<string, object> {
  const classified = { type: "dense", units: CLASSES, activation: "softmax" };
  const spec = (dataset: object, last: object, loss: string): object => ({
    specVersion: 1,
    name: "hostile",
    description,
    dataset,
    layers: [{ type: "lstm", units: 2 }, last],
    optimizer: { type: "sgd" },
    training: { loss },
  });
  const [target, other, time] = columns;
  const series = { type: "csv", path: w, target, features: [target, other], time, lookback: 4, horizon: 2 };
  const images = { type: "idx", trainImages: w, trainLabels: x, testImages: y, testLabels: z, rows: 3, columns: 3 };
  const arrays = {
    type: "arrays",
    inputs: [{ name: "given", train: w, test: x, shape: [4, 2] }],
    targets: { encoding: "labels", train: y, test: z, classes: CLASSES },
  };
  return {
    csv: spec(series, { type: "dense", units: 2 }, "meanSquaredError"),
    text: spec(
      { type: "text", path: w, timesteps: 4, vocabularySize: CLASSES },
      classified,
      "sparseCategoricalCrossentropy",
    ),
    idx: spec({ ...images, classes: CLASSES, scale: 255 }, classified, "sparseCategoricalCrossentropy"),
    arrays: spec(arrays, classified, "sparseCategoricalCrossentropy"),
  };
}

/** Every text in one line, so that all specs have the same lines. */
const YAML = {
  aliasDuplicateObjects: false,
  defaultStringType: "QUOTE_DOUBLE",
  doubleQuotedAsJSON: true,
  lineWidth: 0,
} as const;

function programs(given: Texts): Map<string, ReadonlyMap<string, string>> {
  const { specPath, headerPath } = given;
  return new Map(
    Object.entries(specs(given)).map(([kind, spec]) => {
      const yaml = stringify(spec, YAML);
      const { program, diagnostics } = compile(yaml, { specPath, ...(headerPath === undefined ? {} : { headerPath }) });
      if (program === undefined) throw new Error(`${kind}: ${JSON.stringify(diagnostics[0])}\n${yaml}`);
      return [kind, program.files];
    }),
  );
}

interface Parsed {
  /** Everything that is code, in order: kinds of tokens, names, numbers; of strings only that they are there. */
  readonly code: string;
  readonly strings: readonly string[];
  /** Syntax errors, and comments that TypeScript obeys. */
  readonly problems: readonly string[];
}

function parse(path: string, source: string): Parsed {
  const tree = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true) as ts.SourceFile & {
    parseDiagnostics: readonly ts.Diagnostic[];
    commentDirectives?: readonly unknown[];
    checkJsDirective?: unknown;
    pragmas?: ReadonlyMap<string, unknown>;
  };
  const code: string[] = [];
  const strings: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteral(node)) strings.push(node.text);
    const children = node.getChildren(tree).filter((child) => !ts.isJSDoc(child));
    if (children.length === 0) code.push(ts.isStringLiteral(node) ? "S" : `${node.kind} ${node.getText(tree)}`);
    for (const child of children) visit(child);
  };
  visit(tree);
  const problems = [
    ...tree.parseDiagnostics.map(({ messageText }) => String(messageText)),
    ...(tree.commentDirectives ?? []).map(() => "a comment directive"),
    ...[...(tree.pragmas?.keys() ?? [])].map((name) => `a pragma ${name}`),
    ...tree.referencedFiles.map(({ fileName }) => `a reference to ${fileName}`),
    ...(tree.checkJsDirective === undefined ? [] : ["ts-check or ts-nocheck"]),
  ];
  return { code: code.join("\n"), strings, problems };
}

const ownFiles = (files: ReadonlyMap<string, string>): [string, string][] =>
  [...files].filter(([path]) => path.endsWith(".ts") && !path.startsWith("support/"));

describe("text from outside in generated programs", () => {
  it("is never code, whatever it is: the program is that of harmless text but for its strings and comments", () => {
    const harmless = programs(HARMLESS);
    const expected = (kind: string, path: string): Parsed => {
      const key = `${kind} ${path}`;
      const parsed = known.get(key) ?? parse(path, harmless.get(kind)!.get(path)!);
      known.set(key, parsed);
      return parsed;
    };
    const known = new Map<string, Parsed>();
    fc.assert(
      fc.property(texts, (given) => {
        for (const [kind, files] of programs(given)) {
          const seen = new Set<string>();
          for (const [path, source] of ownFiles(files)) {
            const { code, strings, problems } = parse(path, source);
            expect(problems, `${kind} ${path}`).toEqual([]);
            if (code !== expected(kind, path).code) throw new Error(`${kind} ${path} is other code:\n${source}`);
            // Readers of code see what is there: no character hides or turns the text around it.
            expect(source, `${kind} ${path}`).not.toMatch(/[\p{Cf}\p{Cs}\u2028\u2029]|(?!\n)\p{Cc}/u);
            for (const string of strings) seen.add(string);
          }
          // What the program works with is the text itself.
          for (const file of kind === "text" || kind === "csv" ? given.files.slice(0, 1) : given.files)
            expect(seen).toContain(file);
          if (kind === "csv") for (const column of given.columns) expect(seen).toContain(column);
          expect(seen).toContain(given.description);
          const manifest = JSON.parse(files.get("manifest.json")!) as { spec: { path: string } };
          expect(manifest.spec.path).toBe(given.headerPath ?? given.specPath);
          const lines = (program: ReadonlyMap<string, string>): number => program.get("README.md")!.split("\n").length;
          expect(lines(files)).toBe(lines(harmless.get(kind)!));
        }
      }),
      { seed: 7, numRuns: 25 },
    );
  });
});

describe("commentText and dataLiteral", () => {
  it("give one comment and one value for any text", () => {
    fc.assert(
      fc.property(text, (value) => {
        const { code, problems } = parse("x.ts", `// ${commentText(value)}\n/* ${commentText(value)} */\nx;\n`);
        expect(problems).toEqual([]);
        expect(code).toBe(parse("x.ts", "x;\n").code);
        const literal = parse("x.ts", `x(${dataLiteral(value)});\n`);
        expect(literal.strings).toEqual([value]);
        expect(JSON.parse(dataLiteral({ a: [value] }))).toEqual({ a: [value] });
      }),
      { seed: 7, numRuns: 300 },
    );
  });
});
