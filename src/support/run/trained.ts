import { fileURLToPath } from "node:url";
import { nameProgram } from "../backends/cache.ts";
import { selectBackend } from "../backends/select.ts";
import type { BackendRequest } from "../backends/types.ts";
import type { Json } from "../system/json.ts";
import { backendOption, flag, folder } from "../system/options.ts";
import { UserError } from "../system/user-error.ts";
import { loadCheckpoint, predictionWeights, type SavedTensors } from "./checkpoint.ts";
import { trainedRun } from "./find-run.ts";
import { runsFolder } from "./folders.ts";
import { readRunInfo } from "./info.ts";
import { resumeCommand } from "./next-command.ts";
import { type ProgramIdentity, recordProgram, refuseOtherProgram } from "./program.ts";

export interface PredictorOptions {
  /** Folder of the run whose weights predict. Default: the latest one in runs/<name> below the current folder. */
  readonly run?: string | undefined;
  /** Default: auto, the first that works. */
  readonly backend?: BackendRequest;
  /** Predict although code was edited by hand since the run, or before it. */
  readonly acceptChangedProgram?: boolean;
  /** Also what the libraries print. */
  readonly verbose?: boolean;
}

/** What a run knows. */
export interface TrainedRun {
  readonly path: string;
  readonly weights: SavedTensors;
  /** What was fitted to its training rows. */
  readonly fitted: Json | undefined;
}

/** The options that every predict.ts takes. */
export function predictionOptions(name: string) {
  return {
    run: folder(`run directory (default: the latest in ${runsFolder(name)})`),
    backend: backendOption(),
    json: flag("print one JSON document"),
    acceptChangedProgram: flag("predict although the program was edited since the run"),
    verbose: flag("also what the libraries print"),
  } as const;
}

/**
 * Reads the weights of a run, and brings up the backend that they are for.
 * @throws UserError (exit code 2) where there is no run, or one of another program; (1) where it is damaged; (3) without a backend
 */
export async function openTrainedRun(program: ProgramIdentity, options: PredictorOptions): Promise<TrainedRun> {
  const { backend = "auto", acceptChangedProgram = false, verbose = false } = options;
  const path = trainedRun(options.run ?? runsFolder(program.name));
  const here = recordProgram(program);
  refuseOtherProgram({ path, program: readRunInfo(path)?.program }, here, { resume: false, acceptChangedProgram });
  const checkpoint = loadCheckpoint(path);
  nameProgram(fileURLToPath(program.folder));
  await selectBackend(backend, { verbose });
  return { path, weights: predictionWeights(checkpoint), fitted: checkpoint.fitted };
}

/**
 * What was fitted to the training rows of a run.
 * @throws UserError (exit code 2) for weights that were imported and never trained on data
 */
export function requireFitted(program: ProgramIdentity, fitted: Json | undefined, run: string): Json {
  if (fitted !== undefined) return fitted;
  throw new UserError(
    `${run} has imported weights, but nothing that was fitted to data yet, such as scalers or a vocabulary`,
    {
      exitCode: 2,
      fix: `train it at least once: ${resumeCommand(program, run, {})}`,
    },
  );
}
