import type { Plan } from "../plan/types.ts";
import { describeValidation } from "../sources/validation.ts";
import { taskOf } from "../tasks/tasks.ts";
import { areLabels } from "./batch.ts";
import { comparison } from "./comparison.ts";
import { predictExample } from "./predict/example.ts";
import { literal } from "./text.ts";
import { splits, type TrainContext, unitPowers } from "./train-parts.ts";

/** A confusion matrix of more classes would be too large to keep and to read. */
const MAX_CONFUSION_CLASSES = 64;

export function hasConfusionMatrix({ dataset }: Plan): boolean {
  const { classes, perTimestep } = dataset.targets;
  return areLabels(dataset.targets) && !perTimestep && classes! <= MAX_CONFUSION_CLASSES;
}

/** The last section of train.ts: the test, the exported model and the report. */
export function testAndReport({ plan, imports }: TrainContext): string {
  const confused = hasConfusionMatrix(plan);
  const averaged = plan.optimizer.ema !== undefined;
  const { test, onTest } = splits(plan);
  const forecasts = taskOf(plan.dataset).comparesForecasts ? comparison(plan, test) : undefined;
  const example = predictExample(plan);
  imports.use("./support/run/metrics.ts", ["namedMetrics"]);
  imports.use("./support/run/finish.ts", ["finishRun"]);
  imports.use("./topology.ts", ["TOPOLOGY"]);
  if (averaged) imports.use("./model.ts", ["useAveragedWeights"]);
  if (example.includes("dataFile(")) imports.use("./support/data/data-file.ts", ["dataFile"]);
  if (confused) {
    imports.use("./data.ts", ["CLASSES"]);
    imports.use("./support/run/evaluation.ts", ["confusionMatrix"]);
  }
  if (forecasts !== undefined) {
    imports.use("./data.ts", ["TARGETS"]);
    for (const [module, names] of Object.entries(forecasts.imports)) imports.use(module, names);
  }
  const average = `  useAveragedWeights(w, optimizer); // the checkpoint keeps the weights as they were trained
  program.push();
`;
  const inUnits = unitPowers(plan).length > 0;
  const units = "  Object.assign(tested, metricsInDataUnits(tested, UNIT_POWERS, data.targetScaler.scale));\n";
  return `  // The test, the model and the report
  program.pull();
${averaged ? average : ""}  const { values: measured${confused || forecasts ? ", predicted" : ""} } = await evaluate(${test});
  const tested = namedMetrics(METRICS, await training.refuseDiverged(measured));
${inUnits ? units : ""}${forecasts?.lines ?? ""}  await finishRun(session, {
    description: ${literal(plan.description)},
    layers: LAYERS, topology: TOPOLOGY, weights: variables.weights, data, backend, seed, metrics: last,
    test: { metrics: tested, isValidation: ${onTest} },
    validation: ${literal(describeValidation(plan.dataset.validation))},
${confused ? `    confusion: await confusionMatrix(${test}, predicted, CLASSES),\n` : ""}${forecasts?.entries ?? ""}    example: ${example},
  });
  interrupt.dispose();
  program.dispose();
  return 0;`;
}
