import { compile, type Diagnostic, type Program } from "../compile.ts";
import { UserError } from "../support/user-error.ts";
import { writeProgram } from "../write/write.ts";
import { count, note, printDiagnostics, printUserError, type ReportOptions } from "./report.ts";
import { headerPath, readSpecs } from "./specs.ts";

export interface CompileOptions extends ReportOptions {
  readonly outDir: string;
}

export interface Compiled {
  readonly spec: string;
  readonly program: Program;
}

/** Compiles specs in memory and prints what is wrong with them. Exit code 2 where a spec has an error; the others still compile. */
export function compileSpecs(
  paths: readonly string[],
  options: CompileOptions,
): { compiled: Compiled[]; exitCode: number } {
  const compiled: Compiled[] = [];
  const diagnostics: Diagnostic[] = [];
  const texts = new Map<string, string>();
  const specByName = new Map<string, string>();
  for (const file of readSpecs(paths)) {
    const { spec } = file;
    if ("diagnostic" in file) {
      diagnostics.push(file.diagnostic);
      continue;
    }
    texts.set(spec, file.text);
    const result = compile(file.bytes, { specPath: spec, headerPath: headerPath(spec, options.outDir) });
    diagnostics.push(...result.diagnostics);
    if (result.program === undefined) continue;
    const { name } = result.program;
    const other = specByName.get(name);
    if (other !== undefined) {
      const { line, column, ...range } = result.source!.position("/name");
      const message = `${other} has the name \`${name}\` too: both would be written to one folder`;
      const fix = "give each spec a name of its own";
      diagnostics.push({ code: "LC1207", severity: "error", file: spec, range, line, column, message, fix });
      continue;
    }
    specByName.set(name, spec);
    compiled.push({ spec, program: result.program });
  }
  printDiagnostics(diagnostics, texts, options);
  return { compiled, exitCode: diagnostics.some(({ severity }) => severity === "error") ? 2 : 0 };
}

/** Compiles specs and writes their programs. */
export function compileCommand(paths: readonly string[], options: CompileOptions): number {
  const { compiled, exitCode } = compileSpecs(paths, options);
  return compiled.reduce((code, { spec, program }) => Math.max(code, write(spec, program, options)), exitCode);
}

function write(spec: string, program: Program, options: CompileOptions): number {
  try {
    const { folder, changed, removed, overwrittenEdits } = writeProgram(options.outDir, program);
    for (const path of overwrittenEdits) note(`note: ${folder}/${path} had been edited by hand and was overwritten`);
    const done = [
      ...(changed.length > 0 ? [`${count(changed.length, "file")} written`] : []),
      ...(removed.length > 0 ? [`${count(removed.length, "file")} removed`] : []),
    ];
    note(`${spec} → ${folder}: ${done.length === 0 ? "up to date" : done.join(", ")}`, options);
    return 0;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    printUserError(error);
    return error.exitCode;
  }
}
