import { reportFailure } from "../failure.ts";
import { writeError } from "../files.ts";
import { printableMessage } from "../printable.ts";
import type { UserError } from "../user-error.ts";

/**
 * Runs a program that people start: reports what `main` throws, and sets the exit code. A reader such as `head` that has seen enough
 * ends it quietly.
 * @param modelUrl of model.ts, whose comments lead from a failing line to the spec's
 */
export async function runMain(main: () => Promise<number>, modelUrl: URL, specPath: string): Promise<void> {
  surviveClosedPipes();
  process.exitCode = await main().catch((error: unknown) =>
    reportFailure(error, { modelUrl, specPath, verbose: process.argv.includes("--verbose") }),
  );
}

/** Says something beside the results, which alone go to stdout. */
export function say(line: string): void {
  process.stderr.write(`${printableMessage(line)}\n`);
}

let surviving = false;

/**
 * A closed pipe is no error, and must not hide the exit code. Where results cannot be written the process ends with exit code 3; a log that
 * fails stops no training.
 */
export function surviveClosedPipes(): void {
  if (surviving) return;
  surviving = true;
  process.stderr.on("error", () => undefined);
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE" || error.code === "ERR_STREAM_DESTROYED") return;
    const { message, fix = "" } = writeError("the results", error) as Partial<UserError>;
    process.stderr.write(`error: ${message}\n  fix: ${fix}\n`);
    process.exit(3);
  });
}
