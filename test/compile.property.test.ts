import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { compile } from "../src/compile.ts";

const ACTIVATIONS = [
  "tanh",
  "relu",
  "sigmoid",
  "hardSigmoid",
  "linear",
  "elu",
  "selu",
  "gelu",
  "softplus",
  "softsign",
  "swish",
  "mish",
];
const HOSTILE = [
  "a'; process.exit()//",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: that it stays a string is the point
  "`${process.exit()}`",
  "../../x",
  "__proto__",
  "*/ boom(); /*",
  "\u2028alert()",
  "class",
  "</script>",
];

const text = fc.oneof(fc.string({ maxLength: 20, unit: "binary" }), fc.constantFrom(...HOSTILE));
const wild = fc.oneof(
  text,
  fc.double(),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.array(fc.integer(), { maxLength: 3 }),
);
/** A value that is usually right. */
const mostly = <T>(right: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 30, arbitrary: right }, { weight: 1, arbitrary: wild });

const classifier = fc.oneof(
  fc.record({ type: fc.constant("mnist"), scale: fc.constantFrom(1, 255) }),
  fc.record({
    type: fc.constant("digits"),
    scale: fc.constantFrom(1, 255),
    trainSamples: mostly(fc.integer({ min: 1, max: 99 })),
  }),
);
const forecaster = fc.record({
  type: fc.constant("csv"),
  path: mostly(fc.constant("data.csv")),
  target: fc.oneof(fc.constant("sales"), text),
  lookback: mostly(fc.integer({ min: 1, max: 40 })),
  horizon: fc.constant(10),
});
const name = fc.option(fc.oneof(fc.constantFrom("encoder", "w", "class", "lstm1"), text), { nil: undefined });
const lstm = (returnSequences: boolean) =>
  fc.record(
    {
      type: fc.constant("lstm"),
      name,
      units: mostly(fc.integer({ min: 1, max: 64 })),
      activation: mostly(fc.constantFrom(...ACTIVATIONS)),
      recurrentActivation: mostly(fc.constantFrom("sigmoid", "hardSigmoid")),
      useBias: mostly(fc.boolean()),
      returnSequences: fc.constant(returnSequences),
    },
    { requiredKeys: ["type", "units", "returnSequences"] },
  );
const dropout = fc.record({ type: fc.constant("dropout"), rate: mostly(fc.constantFrom(0, 0.1, 0.9)) });
const dense = fc.record({
  type: fc.constant("dense"),
  units: fc.integer({ min: 1, max: 32 }),
  activation: mostly(fc.constantFrom(...ACTIVATIONS, "softmax")),
});

const spec = fc.boolean().chain((classify) =>
  fc.record({
    specVersion: mostly(fc.constant(1)),
    name: mostly(fc.constantFrom("a", "mnist-lstm", "x1-y2")),
    description: fc.oneof(fc.constant("plain"), text),
    dataset: classify ? classifier : forecaster,
    layers: fc
      .tuple(
        fc.array(fc.oneof(lstm(true), dropout, dense), { maxLength: 3 }),
        lstm(false),
        fc.array(fc.oneof(dropout, dense), { maxLength: 2 }),
        fc.constant({ type: "dense", units: 10, activation: classify ? "softmax" : "linear" }),
      )
      .map(([before, last, after, output]) => [...before, last, ...after, output]),
    optimizer: fc.record({
      type: fc.constant("adam"),
      learningRate: mostly(fc.constantFrom(0.001, 0.5)),
      decay: fc.constantFrom(0, 1e-6),
    }),
    training: fc.record({
      loss: mostly(fc.constantFrom(classify ? "sparseCategoricalCrossentropy" : "meanSquaredError")),
      metrics: fc.constant(classify ? ["accuracy"] : ["meanAbsoluteError"]),
      batchSize: mostly(fc.integer({ min: 1, max: 64 })),
    }),
  }),
);

describe("any spec", () => {
  it("compiles, or gets diagnostics with positions; nothing of it becomes code", () => {
    let compiled = 0;
    const programs = new Map<string, string>();
    fc.assert(
      fc.property(spec, (value) => {
        const result = compile(stringify(value), { headerPath: "spec.yaml" });
        const errors = result.diagnostics.filter(({ severity }) => severity === "error");
        expect(result.program === undefined).toBe(errors.length > 0);
        for (const diagnostic of result.diagnostics) {
          expect(diagnostic.line).toBeGreaterThanOrEqual(1);
          expect(diagnostic.column).toBeGreaterThanOrEqual(1);
          expect(diagnostic.fix).not.toBe("");
        }
        if (result.program === undefined) return;
        for (const path of ["model.ts", "topology.ts", "data.ts", "train.ts", "predict.ts"]) {
          const code = result.program.files.get(path)!;
          expect(callsExit(code), path).toBe(false);
          if (compiled < 12) programs.set(`/p${compiled}/${path}`, code);
        }
        for (const [path, code] of result.program.files) {
          if (compiled < 12 && path.startsWith("support/")) programs.set(`/p${compiled}/${path}`, code);
        }
        compiled++;
      }),
      { numRuns: 400, seed: 20240229 },
    );
    expect(compiled).toBeGreaterThan(60);
    expect(typeErrors(programs)).toEqual([]);
  }, 240_000);

  it("survives any bytes", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.string({ maxLength: 300, unit: "grapheme" })),
        (bytes) => {
          const { program, diagnostics } = compile(bytes);
          expect(program).toBeUndefined();
          expect(diagnostics.length).toBeGreaterThan(0);
        },
      ),
      { numRuns: 500, seed: 7 },
    );
  });
});

/** Whether the code, not a string or a comment, has `process.exit`. */
function callsExit(code: string): boolean {
  const visit = (node: ts.Node): boolean =>
    (ts.isPropertyAccessExpression(node) && node.getText() === "process.exit") ||
    (ts.forEachChild(node, visit) ?? false);
  return visit(ts.createSourceFile("code.ts", code, ts.ScriptTarget.ES2022, true));
}

/** Type-checks programs in one strict compilation: setting up each alone would dominate. */
function typeErrors(programs: ReadonlyMap<string, string>): string[] {
  mkdirSync(".tmp", { recursive: true });
  const root = mkdtempSync(join(".tmp", "property-")); // inside the project, where the packages' types are found
  try {
    for (const [path, code] of programs) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), code);
    }
    const files = [...programs.keys()].map((path) => join(root, path));
    const program = ts.createProgram(files, {
      target: ts.ScriptTarget.ES2022,
      lib: ["lib.es2023.d.ts"],
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      types: ["node"],
      strict: true,
      noUncheckedIndexedAccess: true,
      allowImportingTsExtensions: true,
      skipLibCheck: true,
      noEmit: true,
    });
    return ts
      .getPreEmitDiagnostics(program)
      .map(({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
