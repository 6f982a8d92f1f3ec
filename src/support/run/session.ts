import * as tf from "@tensorflow/tfjs-core";
import { selectBackend } from "../backends/select.ts";
import type { SelectedBackend } from "../backends/types.ts";
import { type Interrupt, onInterrupt } from "../system/interrupt.ts";
import type { Json } from "../system/json.ts";
import { readOptions, usage } from "../system/options.ts";
import { openRun, type RunDirectory } from "./directory.ts";
import { gitState } from "./git.ts";
import { runMain } from "./main.ts";
import { resumeCommand } from "./next-command.ts";
import { hashOf, type Program, recordProgram } from "./program.ts";
import { Progress } from "./progress.ts";
import { overrides, type TrainOptions, trainCommandLine } from "./train-options.ts";

/** What train.ts is, and what the command line may replace of it. */
export interface TrainProgram {
  readonly program: Program;
  readonly epochs: number;
  readonly seed: number;
  /** Whether the dataset is read from files. */
  readonly readsData: boolean;
}

/** What a run records of its data. */
export interface DataFacts {
  /** One line: where the data came from. */
  readonly source: string;
  /** SHA-256 of each file by its name. */
  readonly checksums: Readonly<Record<string, string>>;
  /** What was fitted to the training rows. */
  readonly fitted?: Json;
}

/** One start of train.ts. */
export interface Session extends TrainProgram {
  readonly options: TrainOptions;
  readonly run: RunDirectory;
  readonly progress: Progress;
  /** Writes one line beside the progress. */
  note(line: string): void;
}

/**
 * Starts a training as a command: reads the command line, opens the run's folder, reports what `train` throws in run.json and on the
 * terminal, and sets the exit code that it returns.
 */
export function runTraining(own: TrainProgram, train: (session: Session) => Promise<number>): Promise<void> {
  return runMain(async () => {
    const commandLine = trainCommandLine({ name: own.program.name, ...own });
    const options = readOptions(process.argv.slice(2), commandLine);
    if (options === "help") {
      process.stdout.write(usage(commandLine));
      return 0;
    }
    const progress = new Progress({ stream: process.stderr, quiet: options.quiet, epochs: options.epochs });
    const note = (line: string): void => progress.note(line);
    const run = openRun(recordProgram(own.program), options, note);
    try {
      return await train({ ...own, options, run, progress, note });
    } catch (error) {
      run.fail(error);
      throw error;
    } finally {
      progress.close();
      run.close();
    }
  }, own.program);
}

/** @throws UserError (exit code 3) where the backend does not work */
export async function startBackend({ options, progress, note }: Session): Promise<SelectedBackend> {
  progress.busy("starting the backend");
  const backend = await selectBackend(options.backend, { verbose: options.verbose, log: note });
  note(`backend: ${backend.name} (${backend.device}), ${backend.reason}`);
  return backend;
}

/** What was fitted to the training rows, as run.json names it. */
export function preprocessingOf({ fitted }: Pick<DataFacts, "fitted">): { sha256: string } | undefined {
  return fitted === undefined ? undefined : { sha256: hashOf(fitted) };
}

/** Writes run.json. From now on the run says how it ended, and the first Ctrl-C lets the step end. */
export function beginRun(
  session: Session,
  facts: {
    readonly settings: Readonly<Record<string, unknown>>;
    readonly backend: SelectedBackend;
    readonly captured: boolean;
    readonly data: DataFacts;
  },
): Interrupt {
  const { program, options, run } = session;
  const { settings, backend, captured, data } = facts;
  const interrupt = onInterrupt();
  run.begin({
    name: program.name,
    spec: program.spec,
    specSha256: program.specSha256,
    compiler: program.compiler,
    arguments: process.argv.slice(2),
    overrides: overrides(options, session),
    settings: { epochs: options.epochs, ...settings },
    git: gitState(program.folder) ?? null,
    backend,
    captured,
    versions: { node: process.version, "@tensorflow/tfjs-core": tf.version_core },
    data: { source: data.source, sha256: data.checksums },
    preprocessing: preprocessingOf(data),
  });
  return interrupt;
}

/** Ends a training that Ctrl-C or SIGTERM has stopped, once its checkpoint is saved. Returns the exit code. */
export function endInterrupted(session: Session, epoch: number, { exitCode }: Interrupt): number {
  const { program, options, run, note } = session;
  run.update({ status: "interrupted" });
  note(`stopped in epoch ${epoch}; next: ${resumeCommand(program, run.path, overrides(options, session))}`);
  return exitCode;
}
