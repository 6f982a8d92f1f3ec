import type { Callback } from "./callback.ts";
import type { MetricsFile } from "./metrics.ts";
import type { Progress } from "./progress.ts";
import { CheckpointClock } from "./resume.ts";

// The callbacks of every training.

/** Writes a line of metrics.jsonl for each epoch. */
export function recordMetrics(file: MetricsFile): Callback {
  let begun = false;
  return {
    epochStart({ state }) {
      // A run that was killed between the line and the checkpoint repeats the epoch.
      if (!begun) file.keepBefore(state.epoch);
      begun = true;
    },
    epochEnd: (_, metrics) => file.append(metrics),
  };
}

/** Saves a checkpoint after each epoch, every so many seconds within one, and before an interrupted training ends. */
export function saveCheckpoints(seconds: number): Callback {
  let clock: CheckpointClock | undefined;
  return {
    epochStart() {
      clock ??= new CheckpointClock(seconds);
    },
    async stepEnd(training) {
      if (training.interrupted || clock!.due()) await clock!.save(() => training.save());
    },
    epochEnd: (training) => clock!.save(() => training.save()),
  };
}

/** Shows the loss, and the accuracy where it is measured, while an epoch runs, and its metrics after it. */
export function showProgress(progress: Progress): Callback {
  return {
    async stepEnd(training) {
      if (!progress.wantsUpdate()) return;
      const values = await training.values();
      const accuracy = values[training.metrics.findIndex(({ name }) => name === "accuracy")];
      progress.update({
        epoch: training.state.epoch,
        samplesDone: training.samplesDone,
        samples: training.samples,
        loss: values[0]!,
        ...(accuracy === undefined ? {} : { accuracy }),
      });
    },
    epochEnd: (_, metrics) => progress.epochEnd(metrics),
  };
}
