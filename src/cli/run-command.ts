import { resolve } from "node:path";
import { runProgram } from "../program/run.ts";
import { writeProgram } from "../program/write.ts";
import { type CompileFlags, compileSpecs } from "./compile-command.ts";
import { note } from "./console.ts";

/** Compiles a spec and trains it; returns the exit code of the training. */
export async function runCommand(spec: string, args: readonly string[], options: CompileFlags): Promise<number> {
  const { compiled, exitCode } = compileSpecs([spec], options);
  const [first] = compiled;
  if (first === undefined) return exitCode;
  const { folder, overwrittenEdits } = writeProgram(options.outDir, first.program);
  for (const path of overwrittenEdits) note(`note: ${folder}/${path} had been edited by hand and was overwritten`);
  if (process.stderr.isTTY) note(`starting ${folder}/train.ts`, options);
  return runProgram(folder, "train.ts", options.quiet === true ? ["--quiet", ...args] : args, {
    LSTM_COMPILE_SPEC: resolve(spec),
  });
}
