import type { Diagnostic } from "./diagnostic.ts";
import type { Derivative } from "./emit/context.ts";
import { emit } from "./emit/emit.ts";
import type { Host } from "./host.ts";
import { type LoadedSpec, load } from "./load/load.ts";
import { completePlan } from "./plan/plan.ts";
import type { Plan } from "./plan/types.ts";
import { validate } from "./validate.ts";

export type { Diagnostic } from "./diagnostic.ts";
export type { Host, RuntimePackage } from "./host.ts";
export type { Plan } from "./plan/types.ts";
export { COMPILER_VERSION } from "./version.ts";

export interface CompileOptions {
  /** The spec's path as diagnostics show it. */
  readonly specPath?: string;
  /** The spec's path relative to the generated folder, posix, as the headers of the generated files state it. */
  readonly headerPath?: string;
  /** What the program's `computeGradients` differentiates; other than training only for checks of the numbers. */
  readonly derivative?: Derivative;
}

/** A generated program: file path (posix, relative to its folder) → text. */
export interface GeneratedProgram {
  readonly name: string;
  readonly files: ReadonlyMap<string, string>;
  /** npm packages that come along: file path → bytes. */
  readonly packages: ReadonlyMap<string, Uint8Array>;
  readonly plan: Plan;
}

export interface CompileResult {
  /** Errors and warnings in the order of the spec. No program comes with an error. */
  readonly diagnostics: readonly Diagnostic[];
  readonly source: LoadedSpec | undefined;
  readonly program?: GeneratedProgram;
}

/** Spec text → plan, or diagnostics. */
export function analyze(specText: string | Uint8Array, options: CompileOptions = {}): CompileResult & { plan?: Plan } {
  const loaded = load(specText, options.specPath ?? "spec.yaml");
  if (loaded.source === undefined) return { diagnostics: loaded.diagnostics, source: undefined };
  const { diagnostics, draft } = validate(loaded.source);
  const all = [...loaded.diagnostics, ...diagnostics];
  if (draft === undefined) return { diagnostics: all, source: loaded.source };
  return { diagnostics: all, source: loaded.source, plan: completePlan(draft) };
}

/** The whole pipeline: spec text → generated program, or diagnostics. Throws only for a bug of the compiler. */
export function compile(specText: string | Uint8Array, host: Host, options: CompileOptions = {}): CompileResult {
  const { diagnostics, source, plan: analyzed } = analyze(specText, options);
  if (analyzed === undefined) return { diagnostics, source };
  const emitted = emit(analyzed, options.headerPath ?? options.specPath ?? "spec.yaml", host, options.derivative);
  return { diagnostics, source, program: { name: analyzed.name, ...emitted, plan: analyzed } };
}
