import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { compilerCommand, shellWord } from "../system/shell.ts";
import { type ProgramIdentity, shownSpec } from "./program.ts";

/** The command that predicts with a run, as it can be typed where the training was started; `example`: arguments to try it with. */
export function predictionCommand(program: ProgramIdentity, run: string, example: readonly string[]): string {
  // Set by `lstm-compile run`.
  if (process.env.LSTM_COMPILE_SPEC) return compilerCommand("predict", path(run), ...afterDashes(example));
  return line(...programWords(program, "predict.ts"), "--run", path(run), ...example);
}

/** The command that goes on with a run; `overrides`: what else the command line decided. */
export function resumeCommand(
  program: ProgramIdentity,
  run: string,
  overrides: Readonly<Record<string, string | number | boolean>>,
): string {
  const kept = Object.entries(overrides).flatMap(([name, value]) => {
    if (name === "seed") return []; // the run has it
    if (name === "capture") return ["--no-capture"];
    return [`--${name}`, name === "data" ? path(String(value)) : String(value)];
  });
  const options = ["--resume", "--out", path(run), ...kept];
  const { LSTM_COMPILE_SPEC, LSTM_COMPILE_STARTED } = process.env;
  if (LSTM_COMPILE_SPEC) return compilerCommand("run", relative(process.cwd(), LSTM_COMPILE_SPEC), "--", ...options);
  if (LSTM_COMPILE_STARTED) return compilerCommand("run", shownSpec(program), "--", ...options);
  return line(...programWords(program, "train.ts"), ...options);
}

function programWords(program: ProgramIdentity, file: string): string[] {
  const own = relative(process.cwd(), fileURLToPath(new URL(file, program.folder)));
  // Where Node runs TypeScript by itself this is true.
  const node = "typescript" in process.features && process.features.typescript ? ["node"] : ["npx", "tsx"];
  return [...node, own];
}

/** A path that no command line takes for an option. */
function path(given: string): string {
  return given.startsWith("-") ? `./${given}` : given;
}

function afterDashes(words: readonly string[]): string[] {
  return words.length === 0 ? [] : ["--", ...words];
}

function line(...words: string[]): string {
  return words.map(shellWord).join(" ");
}
