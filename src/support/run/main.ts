import { reportFailure } from "../failure.ts";
import { type Program, shownSpec } from "./program.ts";

/**
 * Runs a program that people start: reports what `main` throws, and sets the exit code. A reader such as `head` that has seen enough
 * is no error.
 */
export async function runMain(main: () => Promise<number>, program: Program): Promise<void> {
  surviveClosedPipes();
  process.exitCode = await main().catch((error: unknown) =>
    reportFailure(error, {
      modelUrl: new URL("model.ts", program.folder), // its comments lead from a failing line to the spec's
      specPath: shownSpec(program),
      verbose: process.argv.includes("--verbose"),
    }),
  );
}

let surviving = false;

/** A closed pipe is no error, and must not hide the exit code. */
export function surviveClosedPipes(): void {
  if (surviving) return;
  surviving = true;
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE" && error.code !== "ERR_STREAM_DESTROYED") throw error;
    });
  }
}
