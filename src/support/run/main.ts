import { fileURLToPath } from "node:url";
import { nameProgram } from "../backends/cache.ts";
import { reportFailure } from "../system/failure.ts";
import { writeError } from "../system/files.ts";
import { printableMessage } from "../system/printable.ts";
import type { UserError } from "../system/user-error.ts";
import { type ProgramIdentity, shownSpec } from "./program.ts";

/**
 * Runs a program that people start: reports what `main` throws, and sets the exit code. A reader such as `head` that has seen enough
 * is no error.
 */
export async function runMain(main: () => Promise<number>, program: ProgramIdentity): Promise<void> {
  surviveClosedPipes();
  nameProgram(fileURLToPath(program.folder));
  process.exitCode = await main().catch((error: unknown) =>
    reportFailure(error, {
      modelUrl: new URL("model.ts", program.folder), // its comments lead from a failing line to the spec's
      specPath: shownSpec(program),
      verbose: process.argv.includes("--verbose"),
    }),
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
