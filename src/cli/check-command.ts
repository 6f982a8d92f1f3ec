import { checkProgram } from "../check/check.ts";
import type { DiagnosticFormat } from "../diagnostic.ts";
import { compileSpecs } from "./compile-command.ts";
import { projectSpecs } from "./specs.ts";

/** Prints how generated code differs from its specs, with patches on stdout. 0 where it does not. */
export function checkCommand(
  specs: readonly string[],
  options: { outDir: string; format: DiagnosticFormat; allowVersionDrift?: boolean },
): number {
  const { compiled, exitCode } = compileSpecs(specs.length > 0 ? specs : projectSpecs(), { ...options, quiet: true });
  let code = exitCode;
  for (const { program } of compiled) {
    const found = checkProgram(options.outDir, program!);
    const counted = options.allowVersionDrift === true ? found.filter(({ kind }) => kind !== "compiler version changed") : found;
    for (const difference of counted) {
      process.stderr.write(`${options.outDir}/${program!.name}/${difference.path}: ${difference.kind}\n`);
      if ("patch" in difference) process.stdout.write(difference.patch);
    }
    if (counted.length > 0) code = Math.max(code, 1);
    else process.stderr.write(`${options.outDir}/${program!.name}: current\n`);
  }
  if (code === 1) process.stderr.write("fix: run `lstm-compile` on the specs and commit what it writes\n");
  return code;
}
