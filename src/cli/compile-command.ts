import { join } from "node:path";
import { type CompileResult, compile, type Diagnostic, type GeneratedProgram } from "../node.ts";
import { otherOwner } from "../program/programs.ts";
import { writeProgram } from "../program/write.ts";
import { UserError } from "../support/system/user-error.ts";
import { count, note, noteNextRun, printDiagnostics, printUserError, type ReportOptions } from "./console.ts";
import { expandSpecs, headerPath, readSpecs } from "./specs.ts";

export interface CompileFlags extends ReportOptions {
  readonly outDir: string;
  readonly watch?: boolean;
}

export interface Compiled {
  readonly spec: string;
  readonly outDir: string;
  /** The spec's path as the program states it. */
  readonly headerPath: string;
  readonly program: GeneratedProgram;
  /** Where the spec names its model; 1-based. */
  readonly line: number;
  readonly column: number;
}

/**
 * Compiles specs in memory and prints what is wrong with them. Exit code 2 where a spec has an error; the others still compile. `outDirs`:
 * the output folders of specs that have programs in other ones than `options.outDir`.
 */
export function compileSpecs(
  paths: readonly string[],
  options: CompileFlags,
  outDirs: (spec: string) => readonly string[] = () => [options.outDir],
): { compiled: Compiled[]; exitCode: number } {
  const compiled: Compiled[] = [];
  const diagnostics: Diagnostic[] = [];
  const texts = new Map<string, string>();
  const specsOf = new Map<string, string[]>(); // by the folder of their program
  const rivalOf = (spec: string, folder: string): string | undefined =>
    specsOf.get(folder)?.find((other) => other !== spec);
  for (const file of readSpecs(paths)) {
    const { spec } = file;
    if ("diagnostic" in file) {
      diagnostics.push(file.diagnostic);
      continue;
    }
    texts.set(spec, file.text);
    for (const [index, outDir] of outDirs(spec).entries()) {
      const path = headerPath(spec, outDir);
      const result = compile(file.bytes, { specPath: spec, headerPath: path });
      if (index === 0) diagnostics.push(...result.diagnostics);
      const { program, source } = result;
      if (program === undefined) continue;
      const { line, column } = source!.position("/name");
      compiled.push({ spec, outDir, headerPath: path, program, line, column });
      const folder = join(outDir, program.name);
      specsOf.set(folder, [...(specsOf.get(folder) ?? []), spec]);
      const rival = rivalOf(spec, folder);
      const other = rival ?? otherOwner(folder, spec);
      if (other !== undefined) diagnostics.push(nameTaken(spec, other, result, rival !== undefined));
    }
  }
  printDiagnostics(diagnostics, texts, options);
  const exitCode = diagnostics.some(({ severity }) => severity === "error") ? 2 : 0;
  return {
    compiled: compiled.filter((own) => rivalOf(own.spec, join(own.outDir, own.program.name)) === undefined),
    exitCode,
  };
}

/** Of two specs in one call neither is compiled; alone the spec replaces the program of the other, which is no loss but said. */
function nameTaken(spec: string, other: string, { source, program }: CompileResult, isRival: boolean): Diagnostic {
  const { line, column, ...range } = source!.position("/name");
  const what = isRival ? "both would be written to one folder" : "one folder has the program that was compiled last";
  const message = `${other} has the name \`${program!.name}\` too: ${what}`;
  const fix = "give each spec a name of its own";
  const severity = isRival ? "error" : "warning";
  return { code: "LC1207", severity, file: spec, range, line, column, message, fix };
}

/** Compiles specs and writes their programs. */
export function compileCommand(args: readonly string[], options: CompileFlags): number {
  const { compiled, exitCode } = compileSpecs(expandSpecs(args, options).paths, options);
  const code = compiled.reduce((worst, { spec, program }) => Math.max(worst, write(spec, program, options)), exitCode);
  if (code === 0 && compiled.length === 1 && options.watch !== true) noteNextRun(compiled[0]!.spec, options);
  return code;
}

function write(spec: string, program: GeneratedProgram, options: CompileFlags): number {
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
