import { existsSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { runProgram } from "../program/run.ts";
import { type Definition, definitionHashes, definitionOf, type Resolved } from "../support/run/definition.ts";
import { trainedRun } from "../support/run/find-run.ts";
import { readRunInfo } from "../support/run/info.ts";
import { sha256 } from "../support/system/sha256.ts";
import { compilerCommand } from "../support/system/shell.ts";
import { UserError } from "../support/system/user-error.ts";
import { type CompileFlags, compileSpecs } from "./compile-command.ts";
import { note } from "./console.ts";

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
  const options: CompileFlags = { outDir, format: "text", quiet: true };
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
  refuseOutdated(what, folder, first.program.files.get("manifest.json")!);
  if (process.stderr.isTTY) note(`starting ${folder}/predict.ts`);
  return runProgram(folder, "predict.ts", args, { LSTM_COMPILE_SPEC: resolve(what) });
}

/**
 * Refuses to predict by a spec that has changed since its program was compiled: the answers would be those of the spec before.
 * @throws UserError (exit code 2)
 */
function refuseOutdated(spec: string, folder: string, manifest: string): void {
  const [there, now] = [definitionIn(readFileSync(join(folder, "manifest.json"), "utf8")), definitionIn(manifest)];
  if (there !== undefined && there.data === now?.data && there.model === now.model) return;
  throw new UserError(`${folder} is not the program of ${spec} as it is now: its data or its layers have changed`, {
    exitCode: 2,
    fix: `train it again: ${compilerCommand("run", spec)}; or name the folder of a run`,
  });
}

/** Undefined where the text is no manifest. */
function definitionIn(manifest: string): Definition<string> | undefined {
  try {
    return definitionHashes(definitionOf((JSON.parse(manifest) as { resolved: Resolved }).resolved), sha256);
  } catch {
    return undefined;
  }
}

/** The folder of the program that trained a run. @throws UserError (exit code 2) where it is gone */
function programOf(run: string): string {
  const recorded = readRunInfo(run)?.program?.folder;
  const folder = recorded === undefined ? undefined : resolve(run, recorded);
  if (folder !== undefined && existsSync(join(folder, "predict.ts"))) return folder;
  throw new UserError(`${run} was trained by a program in ${folder ?? "an unknown folder"}, which is not there`, {
    exitCode: 2,
    fix: `where one of the two was moved, name the spec and the run: ${compilerCommand("predict", "SPEC", "--", "--run", run)}`,
  });
}
