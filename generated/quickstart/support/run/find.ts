import { existsSync } from "node:fs";
import { UserError } from "../user-error.ts";
import { hasCheckpoint } from "./checkpoint.ts";
import { readRunInfo } from "./directory.ts";
import { numberedRuns } from "./folders.ts";

/**
 * The run in a folder, or the latest of its numbered runs that has weights.
 * @throws UserError (exit code 2) where there is none
 */
export function trainedRun(folder: string): string {
  if (readRunInfo(folder) !== undefined) return folder;
  const runs = numberedRuns(folder);
  const trained = runs.find((run) => readRunInfo(run) !== undefined && hasCheckpoint(run));
  if (trained !== undefined) return trained;
  const what = existsSync(folder)
    ? runs.length > 0
      ? `no run in ${folder} has trained long enough to have weights`
      : `${folder} holds no run`
    : `there is no run ${folder}`;
  throw new UserError(what, { exitCode: 2, fix: "train first, or name the run's folder with --run" });
}
