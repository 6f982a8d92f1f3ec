import type { Plan } from "../plan/types.ts";
import { describeValidation } from "../sources/validation.ts";
import { taskOf } from "../tasks/tasks.ts";
import { areLabels } from "./batch.ts";
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
  const series = taskOf(plan.dataset).comparesForecasts;
  const confused = hasConfusionMatrix(plan);
  const averaged = plan.optimizer.ema !== undefined;
  const { test, onTest } = splits(plan);
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
  if (series) {
    imports.use("./data.ts", ["TARGETS"]);
    imports.use("./support/data/csv-scalers.ts", ["inDataUnits"]);
    imports.use("./support/forecast/compare.ts", ["baselineErrors", "describeErrors", "forecastErrors"]);
  }
  const average = `  useAveragedWeights(w, optimizer); // the checkpoint keeps the weights as they were trained
  program.push();
`;
  const inUnits = unitPowers(plan).length > 0;
  const units = "  Object.assign(tested, metricsInDataUnits(tested, UNIT_POWERS, data.targetScaler.scale));\n";
  return `  // The test, the model and the report
  program.pull();
${averaged ? average : ""}  const { values: measured${confused || series ? ", predicted" : ""} } = await evaluate(${test});
  const tested = namedMetrics(METRICS, await training.refuseDiverged(measured));
${inUnits ? units : ""}${series ? comparison(plan, test) : ""}  await finishRun(session, {
    description: ${literal(plan.description)},
    layers: LAYERS, topology: TOPOLOGY, weights: variables.weights, data, backend, seed, metrics: last,
    test: { metrics: tested, isValidation: ${onTest} },
    validation: ${literal(describeValidation(plan.dataset.validation))},
${confused ? `    confusion: await confusionMatrix(${test}, predicted, CLASSES),\n` : ""}${series ? FORECAST : ""}    example: ${example},
  });
  interrupt.dispose();
  program.dispose();
  return 0;`;
}

const FORECAST = `    forecast: { target: data.series.name, errors },
    lines: [\`forecast: \${describeErrors(data.series, errors[0]!, errors.slice(1))}\`],
`;

/** The model's forecasts of the test part beside those that need no model. Of several quantiles the one nearest to the median counts. */
function comparison({ training }: Plan, test: string): string {
  const quantiles = training.loss.type === "quantile" ? training.loss.quantiles : [0.5];
  const distances = quantiles.map((quantile) => Math.abs(quantile - 0.5));
  const middle = distances.indexOf(Math.min(...distances));
  const values =
    quantiles.length === 1
      ? "predicted"
      : `predicted.filter((_, k) => k % ${quantiles.length} === ${middle}) /* quantile ${quantiles[middle]} */`;
  return `  const forecasts = inDataUnits(${values}, data.targetScaler); // [windows, TARGETS]
  const errors = [
    forecastErrors("model", data.series, TARGETS, forecasts),
    ...baselineErrors(data.series, TARGETS, ${test}.count),
  ];
`;
}
