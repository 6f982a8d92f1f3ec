import { reportFailure } from "../failure.ts";

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
