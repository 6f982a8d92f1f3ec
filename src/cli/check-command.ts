import { checkProgram, type Difference, leftOverFolders } from "../check/check.ts";
import { type CompileOptions, compileSpecs } from "./compile-command.ts";
import { note, wantsColor } from "./report.ts";
import { projectSpecs } from "./specs.ts";

export interface CheckOptions extends CompileOptions {
  /** Accept files that differ only in the compiler version that they state. */
  readonly allowVersionDrift?: boolean;
}

/** Prints how generated programs differ from what their specs compile to, on stdout. 0 where they do not. */
export function checkCommand(specs: readonly string[], options: CheckOptions): number {
  const everything = specs.length === 0;
  const { compiled, exitCode } = compileSpecs(everything ? projectSpecs() : specs, {
    ...options,
    // With other formats stdout is one document, of differences; a spec's errors are for people then.
    format: options.format === "github" ? "github" : "text",
    quiet: true,
  });
  const accepted = ({ kind }: Difference): boolean =>
    options.allowVersionDrift === true && kind === "compiler version changed";
  const differences: Difference[] = [];
  for (const { spec, program } of compiled) {
    const found = checkProgram(options.outDir, program);
    const left = found.filter((difference) => !accepted(difference));
    differences.push(...left);
    const drifted = found.length - left.length;
    if (left.length === 0)
      note(`${spec}: ${drifted === 0 ? "current" : "current, apart from the compiler version"}`, options);
  }
  // A spec with errors has no name, so its folder cannot be told from one whose spec is gone.
  if (everything && exitCode === 0) {
    differences.push(...leftOverFolders(options.outDir, new Set(compiled.map(({ program }) => program.name))));
  }
  print(differences, options);
  if (differences.length > 0)
    note("fix: compile the specs and commit what is written; remove what is left over", options);
  return Math.max(exitCode, differences.length > 0 ? 1 : 0);
}

function print(differences: readonly Difference[], { format, outDir }: CheckOptions): void {
  if (format === "json") {
    const shown = differences.map(({ kind, path, patch }) => ({ file: `${outDir}/${path}`, kind, patch }));
    process.stdout.write(`${JSON.stringify(shown, null, 2)}\n`);
    return;
  }
  const color = wantsColor(process.stdout);
  for (const { kind, path, patch } of differences) {
    process.stdout.write(
      format === "github" ? `::error file=${outDir}/${path}::${kind}\n` : `${outDir}/${path}: ${kind}\n`,
    );
    if (patch !== "") process.stdout.write(`${color ? coloured(patch) : patch}\n`);
  }
}

function coloured(patch: string): string {
  return patch.replace(
    /^(?:\+|-|@@).*$/gm,
    (line) => `\u001b[${line[0] === "+" ? 32 : line[0] === "-" ? 31 : 36}m${line}\u001b[0m`,
  );
}
