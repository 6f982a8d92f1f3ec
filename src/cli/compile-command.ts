import { watch } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { CommandError } from "../command-error.ts";
import { analyze, type CompileResult, type Diagnostic, type Program } from "../compile.ts";
import { type DiagnosticFormat, renderDiagnostics } from "../diagnostic.ts";
import { emit } from "../emit/emit.ts";
import { runProgram } from "../run/run.ts";
import { writeProgram } from "../write/write.ts";
import { headerPath, readSpec } from "./specs.ts";

export interface Compiled {
  readonly spec: string;
  readonly program?: Program;
}

/** Prints diagnostics of several specs: one document for machines, on stdout; for people on stderr. */
function print(results: readonly { spec: string; result: CompileResult; text: string }[], format: DiagnosticFormat): void {
  const diagnostics: Diagnostic[] = results.flatMap(({ result }) => [...result.diagnostics]);
  const texts = new Map(results.map(({ spec, text }) => [spec, text]));
  const color = process.stderr.isTTY === true && !process.env.NO_COLOR;
  if (format === "text") process.stderr.write(renderDiagnostics(diagnostics, texts, format, { color }));
  else process.stdout.write(renderDiagnostics(diagnostics, texts, format));
}

/** Analyses and compiles specs, printing what is wrong with them. Files that cannot be read do not stop the others. */
export function compileSpecs(
  specs: readonly string[],
  { outDir, format, quiet }: { outDir: string; format: DiagnosticFormat; quiet?: boolean },
): { compiled: Compiled[]; exitCode: number } {
  const compiled: Compiled[] = [];
  const printed: { spec: string; result: CompileResult; text: string }[] = [];
  const byName = new Map<string, string>();
  let exitCode = 0;
  for (const spec of specs) {
    let bytes: Uint8Array;
    try {
      bytes = readSpec(spec);
    } catch (error) {
      const { message, fix } = error as CommandError;
      process.stderr.write(`error: ${message}\n  fix: ${fix}\n`);
      exitCode = 2;
      continue;
    }
    const { plan, ...result } = analyze(bytes, { specPath: spec });
    const shown = quiet === true ? { ...result, diagnostics: result.diagnostics.filter((d) => d.severity === "error") } : result;
    printed.push({ spec, result: shown, text: Buffer.from(bytes).toString("utf8") });
    if (plan === undefined) {
      exitCode = 2;
      continue;
    }
    const other = byName.get(plan.name);
    if (other !== undefined) {
      process.stderr.write(`error: ${other} and ${spec} have the same name, ${plan.name}\n  fix: rename one of them\n`);
      exitCode = 2;
      continue;
    }
    byName.set(plan.name, spec);
    compiled.push({ spec, program: { name: plan.name, plan, files: emit(plan, headerPath(spec, outDir, plan.name)) } });
  }
  print(printed, format);
  return { compiled, exitCode };
}

export function compileCommand(
  specs: readonly string[],
  options: { outDir: string; format: DiagnosticFormat; quiet?: boolean },
): number {
  const { compiled, exitCode } = compileSpecs(specs, options);
  let code = exitCode;
  for (const { spec, program } of compiled) {
    try {
      const { folder, changed, removed, overwrittenEdits } = writeProgram(options.outDir, program!);
      for (const path of overwrittenEdits) process.stderr.write(`note: ${folder}/${path} had been edited by hand and was overwritten\n`);
      if (options.quiet === true) continue;
      const what = changed.length + removed.length === 0 ? "is current" : `${changed.length} files written${removed.length > 0 ? `, ${removed.length} removed` : ""}`;
      process.stderr.write(`${spec} → ${folder}: ${what}\n`);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      process.stderr.write(`error: ${error.message}\n  fix: ${error.fix}\n`);
      code = Math.max(code, error.exitCode);
    }
  }
  return code;
}

/** Compiles whenever a spec changes, until Ctrl-C. Editors that replace files are followed by watching the folder. */
export async function watchCommand(
  specs: readonly string[],
  options: { outDir: string; format: DiagnosticFormat; quiet?: boolean },
): Promise<number> {
  compileCommand(specs, options);
  const pending = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const watchers = [...new Set(specs.map((spec) => dirname(resolve(spec))))].map((folder) =>
    watch(folder, (_event, name) => {
      const changed = specs.filter((spec) => dirname(resolve(spec)) === folder && (name === null || basename(spec) === name));
      if (changed.length === 0) return;
      for (const spec of changed) pending.add(spec);
      clearTimeout(timer);
      timer = setTimeout(() => {
        const now = [...pending].sort();
        pending.clear();
        compileCommand(now, options);
      }, 50);
    }),
  );
  process.stderr.write(`watching ${specs.join(", ")}; Ctrl-C ends\n`);
  await new Promise<void>((done) => {
    process.once("SIGINT", () => done());
    process.once("SIGTERM", () => done());
  });
  clearTimeout(timer);
  for (const watcher of watchers) watcher.close();
  return 0;
}

export function validateCommand(specs: readonly string[], { format }: { format: DiagnosticFormat }): number {
  const printed: { spec: string; result: CompileResult; text: string }[] = [];
  let exitCode = 0;
  for (const spec of specs) {
    try {
      const bytes = readSpec(spec);
      const { plan, ...result } = analyze(bytes, { specPath: spec });
      printed.push({ spec, result, text: Buffer.from(bytes).toString("utf8") });
      if (plan === undefined) exitCode = 2;
      else if (format === "text") process.stderr.write(`${spec}: valid\n`);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      process.stderr.write(`error: ${error.message}\n  fix: ${error.fix}\n`);
      exitCode = 2;
    }
  }
  print(printed, format);
  return exitCode;
}

export async function runCommand(spec: string, args: readonly string[], { outDir }: { outDir: string }): Promise<number> {
  const { compiled, exitCode } = compileSpecs([spec], { outDir, format: "text" });
  const program = compiled[0]?.program;
  if (program === undefined) return exitCode;
  const { folder } = writeProgram(outDir, program);
  return runProgram(folder, "train.ts", args);
}
