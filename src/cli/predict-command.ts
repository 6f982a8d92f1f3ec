import { existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { runProgram } from "../run/run.ts";
import { readRunInfo } from "../support/run/directory.ts";
import { trainedRun } from "../support/run/find.ts";
import { compilerCommand } from "../support/shell.ts";
import { UserError } from "../support/user-error.ts";
import { type CompileOptions, compileSpecs } from "./compile-command.ts";

/** Predicts with a run: the one in a folder, by the program that it names, or the latest one of a spec's program. */
export async function predictCommand(
  what: string,
  given: readonly string[],
  { outDir }: { outDir: string },
): Promise<number> {
  const args = given[0] === "--" ? given.slice(1) : given;
  if (existsSync(what) && statSync(what).isDirectory()) {
    const run = trainedRun(what);
    const folder = programOf(run);
    return runProgram(folder, "predict.ts", ["--run", run, ...args]);
  }
  const options: CompileOptions = { outDir, format: "text", quiet: true };
  const { compiled, exitCode } = compileSpecs([what], options);
  const [first] = compiled;
  if (first === undefined) return exitCode;
  const folder = join(outDir, first.program.name);
  if (!existsSync(join(folder, "predict.ts"))) {
    throw new UserError(`${what} has no program in ${folder} yet`, {
      exitCode: 2,
      fix: `train it first: ${compilerCommand("run", what)}`,
    });
  }
  return runProgram(folder, "predict.ts", args, { LSTM_COMPILE_SPEC: resolve(what) });
}

/** The folder of the program that trained a run. @throws UserError (exit code 2) where it is gone */
function programOf(run: string): string {
  const recorded = readRunInfo(run)?.program?.folder;
  const folder = recorded === undefined ? undefined : resolve(run, recorded);
  if (folder !== undefined && existsSync(join(folder, "predict.ts"))) return folder;
  throw new UserError(`${run} was trained by a program in ${folder ?? "an unknown folder"}, which is not there`, {
    exitCode: 2,
    fix: "compile its spec again, or start predict.ts of its program with --run",
  });
}
