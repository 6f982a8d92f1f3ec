import { taskOf } from "../tasks/tasks.ts";
import type { EmitContext } from "./context.ts";
import { predictExample } from "./predict/example.ts";
import { isStateful } from "./states.ts";
import { hasConfusionMatrix, readsFiles, unitPowers } from "./train-parts.ts";

/** The imports of train.ts. */
export function imports({ plan }: EmitContext): string {
  const series = taskOf(plan.dataset).comparesForecasts;
  return [
    'import * as tf from "@tensorflow/tfjs-core";',
    `import { type Batch, ${hasConfusionMatrix(plan) ? "CLASSES, " : ""}loadData, readBatch, type Samples${series ? ", TARGETS" : ""} } from "./data.ts";`,
    "import {",
    "  evaluateStep,",
    "  forward,",
    "  initializeOptimizer,",
    ...(isStateful(plan) ? ["  initializeStates,"] : []),
    "  initializeWeights,",
    "  LAYERS,",
    "  learningRate,",
    "  METRICS,",
    ...(isStateful(plan) ? ["  namedStates,"] : []),
    "  namedWeights,",
    "  type StepScalars,",
    "  stepScalars,",
    "  trainStep,",
    ...(plan.optimizer.ema === undefined ? [] : ["  useAveragedWeights,"]),
    '} from "./model.ts";',
    'import { PROGRAM } from "./program.ts";',
    'import { selectBackend } from "./support/backends/select.ts";',
    'import { captureProgram } from "./support/capture/program.ts";',
    'import { onInterrupt } from "./support/system/interrupt.ts";',
    'import { writeLayersModel } from "./support/run/layers-model.ts";',
    'import { stepRandom } from "./support/nn/step-random.ts";',
    'import { sampleOrder } from "./support/nn/sample-order.ts";',
    'import type { NamedWeights } from "./support/nn/weights.ts";',
    'import { readOptions, usage } from "./support/system/options.ts";',
    'import { Progress } from "./support/run/progress.ts";',
    'import { renderReport } from "./support/run/report.ts";',
    'import { loadCheckpoint, saveCheckpoint } from "./support/run/checkpoint.ts";',
    'import { openRun, type RunDirectory } from "./support/run/directory.ts";',
    'import { gitState } from "./support/run/git.ts";',
    'import { runMain } from "./support/run/main.ts";',
    'import { type EpochMetrics, namedMetrics, testLine } from "./support/run/metrics.ts";',
    'import { predictionCommand, resumeCommand } from "./support/run/next-command.ts";',
    ...(predictExample(plan).includes("dataFile(") ? ['import { dataFile } from "./support/data/data-file.ts";'] : []),
    ...(series
      ? [
          'import { inDataUnits } from "./support/data/csv-scalers.ts";',
          'import { baselineErrors, describeErrors, forecastErrors } from "./support/forecast/compare.ts";',
        ]
      : []),
    ...(unitPowers(plan).length > 0 ? ['import { metricsInDataUnits } from "./support/forecast/units.ts";'] : []),
    `import { ${readsFiles(plan) ? "dataFolder, " : ""}hashOf, recordProgram, shownSpec } from "./support/run/program.ts";`,
    'import { CheckpointClock, DivergedError, refuseOtherData } from "./support/run/resume.ts";',
    'import { overrides, type TrainOptions, trainCommandLine } from "./support/run/train-options.ts";',
    "import {",
    "  batchSizes,",
    "  breathe,",
    "  DeviceSums,",
    "  describeSamples,",
    "  firstNonFinite,",
    "  firstSamples,",
    "  metricValues,",
    "  scalarTensors,",
    ...(isStateful(plan) ? ["  wholeBatches,"] : []),
    "  zeroSums,",
    '} from "./support/run/training.ts";',
    'import { assignTensors, readTensors, variablesOf } from "./support/run/tensors.ts";',
    'import { TOPOLOGY } from "./topology.ts";',
  ].join("\n");
}
