import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { systemError } from "./files.ts";
import { printableLines, printableStack } from "./printable.ts";
import { UserError } from "./user-error.ts";

/**
 * Prints why the program stops and returns its exit code. An error inside the model is reported at the line of the spec that
 * the failing line of model.ts names in its comment.
 */
export function reportFailure(thrown: unknown, options: { modelUrl: URL; specPath: string; verbose: boolean }): number {
  const print = (line: string): void => {
    process.stderr.write(`${line}\n`);
  };
  const error = systemError(thrown) ?? thrown;
  if (error instanceof UserError) {
    print(`error: ${printableLines(error.message)}`);
    print(`  fix: ${printableLines(error.fix)}`);
    if (options.verbose && error.cause !== undefined)
      print(printableStack(String((error.cause as Error).stack ?? error.cause)));
    return error.exitCode;
  }
  const failure = error instanceof Error ? error : new Error(String(error));
  const line = specLineOf(failure, options.modelUrl);
  print(`error: ${printableLines(`${line === undefined ? "" : `${options.specPath}:${line}: `}${failure.message}`)}`);
  if (line !== undefined)
    print(`  fix: look at the layer in line ${line} of the spec; the stack below names the operation that failed`);
  print(printableStack(failure.stack ?? ""));
  return 1;
}

/** The line of the spec named at the end of the line of model.ts where the error arose, `// name.yaml:12 …`. */
export function specLineOf(error: Error, modelUrl: URL): number | undefined {
  const path = fileURLToPath(modelUrl);
  for (const frame of (error.stack ?? "").split("\n")) {
    const position = /model\.ts:(\d+)(?::\d+)?\)?$/.exec(frame.trim());
    if (position === null) continue;
    let source: string[];
    try {
      source = readFileSync(path, "utf8").split("\n");
    } catch {
      return undefined;
    }
    const comment = /\/\/ .+?\.ya?ml:(\d+)/.exec(source[Number(position[1]) - 1] ?? "");
    if (comment !== null) return Number(comment[1]);
  }
  return undefined;
}
