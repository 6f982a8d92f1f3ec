import { existsSync } from "node:fs";
import { UserError } from "../system/user-error.ts";
import { hasCheckpoint } from "./checkpoint.ts";
import { numberedRuns } from "./folders.ts";
import { readRunInfo } from "./info.ts";

/**
 * The run in a folder, or the latest of its numbered runs that has weights.
 * @throws UserError (exit code 2) where there is none, (1) where the latest has lost its run.json
 */
export function trainedRun(folder: string): string {
  const runs = numberedRuns(folder);
  const trained = runs.find(hasCheckpoint);
  if (trained === undefined && readRunInfo(folder) !== undefined) return folder;
  if (trained === undefined) {
    const what = existsSync(folder)
      ? runs.length > 0
        ? `no run in ${folder} has trained long enough to have weights`
        : `${folder} holds no run`
      : `there is no run ${folder}`;
    throw new UserError(what, { exitCode: 2, fix: "train first, or name the run's folder with --run" });
  }
  // An older run must not take its place without a word.
  if (readRunInfo(trained) !== undefined) return trained;
  throw new UserError(`${trained} has weights, but no run.json that says what they are`, {
    exitCode: 1,
    fix: "restore it from a copy, or name another run's folder with --run",
  });
}
