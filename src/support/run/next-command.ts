import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { Program } from "./program.ts";

/** The command that predicts with a run, as it can be typed where the training was started; `example`: arguments to try it with. */
export function nextCommand(program: Program, run: string, example: readonly string[]): string {
  const rest = example.map((word) => ` ${quoted(word)}`).join("");
  // Set by `lstm-compile run`.
  if (process.env.LSTM_COMPILE_SPEC) return `npx lstm-compile predict ${quoted(run)}${rest === "" ? "" : ` --${rest}`}`;
  const file = relative(process.cwd(), fileURLToPath(new URL("predict.ts", program.folder)));
  // Where Node runs TypeScript by itself this is true.
  const node = "typescript" in process.features && process.features.typescript ? "node" : "npx tsx";
  return `${node} ${quoted(file)} --run ${quoted(run)}${rest}`;
}

function quoted(word: string): string {
  return /^[\w./\\:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
