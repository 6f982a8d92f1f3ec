import fc from "fast-check";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { analyze, compile } from "../../src/node.ts";
import { CHOICES, mutated, SpecWriter, wantedIn } from "../random/specs.ts";
import { typeErrors } from "../type-errors.ts";

/** As many as the longest list of choices has turns, several times. */
const RUNS = 128;
/** Of each spec so many others are made, most of which are wrong. */
const CHANGES = 8;

/** Runs `check` on a spec's text. @throws Error that shows the spec where an expectation is not met */
function checked<T>(spec: object, check: (text: string) => T): T {
  const text = stringify(spec, { aliasDuplicateObjects: false });
  try {
    return check(text);
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${text}`, { cause: error });
  }
}

/** Checks what holds for any spec, however often it is analyzed; true where a program can be made of it. */
function analyzeAnything(text: string): boolean {
  const { diagnostics, plan } = analyze(text);
  const lines = text.split("\n");
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  expect(plan === undefined).toBe(errors.length > 0);
  for (const { line, column, message, fix } of diagnostics) {
    expect(line).toBeGreaterThanOrEqual(1);
    expect(line).toBeLessThanOrEqual(lines.length);
    expect(column).toBeGreaterThanOrEqual(1);
    expect(column).toBeLessThanOrEqual([...lines[line - 1]!].length + 1);
    expect(message).not.toMatch(/undefined|\[object|NaN/);
    // The fallback of the schema's validation, which says less than a message of its own would.
    expect(fix).not.toMatch(/^$|undefined|\[object|NaN|see `npx lstm-compile schema`/);
  }
  expect(analyze(text).diagnostics).toEqual(diagnostics);
  return plan !== undefined;
}

function compileAnything(text: string): ReadonlyMap<string, string> | undefined {
  const isRight = analyzeAnything(text);
  const files = compile(text, { headerPath: "spec.yaml" }).program?.files;
  expect(files !== undefined).toBe(isRight);
  for (const [path, code] of files ?? []) {
    if (path.endsWith(".ts") && !path.startsWith("support/")) expect(callsExit(code), path).toBe(false);
  }
  return files;
}

/** What of the schema's choices a spec makes use of: "layer lstm", "initializer heNormal" … */
function features(spec: object): Set<string> {
  const found = new Set<string>();
  const note = (kind: string, value: unknown): void => {
    found.add(`${kind} ${typeof value === "object" && value !== null && "type" in value ? value.type : value}`);
  };
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    for (const [key, item] of Object.entries(value)) {
      if (key.endsWith("Initializer")) note("initializer", item);
      if (key.endsWith("Constraint")) note("constraint", item);
      if (key.endsWith("Regularizer"))
        for (const [penalty, factor] of Object.entries(item)) if (factor) note("regularizer", penalty);
      if (key.endsWith("ctivation")) note("activation", item);
      if (key === "schedule") note("schedule", item);
      visit(item);
    }
  };
  visit(spec);
  const { dataset, layers, optimizer, training } = spec as {
    dataset: object;
    layers: object[];
    optimizer: object;
    training: { loss: unknown; metrics: unknown[] };
  };
  note("dataset", dataset);
  note("optimizer", optimizer);
  note("loss", training.loss);
  for (const layer of layers) note("layer", layer);
  for (const metric of training.metrics) note("metric", metric);
  return found;
}

const EVERYTHING = [
  ...CHOICES.datasets.map((name) => `dataset ${name}`),
  ...CHOICES.layers.map((name) => `layer ${name}`),
  ...CHOICES.activations.map((name) => `activation ${name}`),
  ...CHOICES.initializers.map((name) => `initializer ${name}`),
  ...CHOICES.regularizers.map((name) => `regularizer ${name}`),
  ...CHOICES.constraints.map((name) => `constraint ${name}`),
  ...CHOICES.optimizers.map((name) => `optimizer ${name}`),
  ...CHOICES.schedules.map((name) => `schedule ${name}`),
  ...CHOICES.losses.map((name) => `loss ${name}`),
  ...CHOICES.metrics.map((name) => `metric ${name}`),
];

describe("any spec", () => {
  it("compiles into a program that passes strict type checks, the same every time, or gets diagnostics with positions", () => {
    const missing = new Set(EVERYTHING);
    const programs: ReadonlyMap<string, string>[] = [];
    let run = 0;
    let compiled = 0;
    let refused = 0;
    fc.assert(
      fc.property(fc.gen(), (g) => {
        const spec = new SpecWriter(g, wantedIn(run++)).write();
        const files = checked(spec, compileAnything);
        if (files !== undefined) {
          compiled++;
          const added = [...features(spec)].filter((feature) => missing.delete(feature));
          if (added.length > 0 || compiled % 8 === 0) programs.push(files);
          if (compiled % 4 === 0) expect(checked(spec, compileAnything)).toEqual(files);
        }
        for (let k = 0; k < CHANGES; k++) {
          const changed = mutated(g, spec);
          if (!checked(changed, analyzeAnything)) refused++;
          else if (k === 0) programs.push(checked(changed, compileAnything)!);
        }
      }),
      { numRuns: RUNS, seed: 20240229, endOnFailure: true },
    );
    expect([...missing]).toEqual([]);
    expect(compiled).toBeGreaterThan(0.8 * RUNS);
    expect(refused).toBeGreaterThan(0.5 * RUNS * CHANGES);
    expect(typeErrors(programs)).toEqual([]);
  }, 600_000);

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
  if (!code.includes("exit")) return false;
  const visit = (node: ts.Node): boolean =>
    (ts.isPropertyAccessExpression(node) && node.getText() === "process.exit") ||
    (ts.forEachChild(node, visit) ?? false);
  return visit(ts.createSourceFile("code.ts", code, ts.ScriptTarget.ES2022, true));
}
