// Parts of train.ts that only some programs have.
import type { Plan } from "../plan/types.ts";
import { sourceOf } from "../sources/sources.ts";
import { taskOf } from "../tasks/tasks.ts";

/** A confusion matrix of more classes would be too large to keep and to read. */
const MAX_CONFUSION_CLASSES = 64;

export function hasConfusionMatrix({ dataset }: Plan): boolean {
  const { kind, classes, perTimestep } = dataset.targets;
  return kind === "labels" && !perTimestep && classes! <= MAX_CONFUSION_CLASSES;
}

/** Whether the spec names files, whose paths start at its folder. */
export function readsFiles({ dataset }: Plan): boolean {
  return sourceOf(dataset).reads === "files";
}

/** The model's forecasts of the test part beside those that need no model. Of several quantiles the one nearest to the median counts. */
export function comparison({ training }: Plan, test: string): string {
  const quantiles = training.loss.type === "quantile" ? training.loss.quantiles : [0.5];
  const distances = quantiles.map((quantile) => Math.abs(quantile - 0.5));
  const middle = distances.indexOf(Math.min(...distances));
  const values =
    quantiles.length === 1
      ? "predicted"
      : `predicted.filter((_, k) => k % ${quantiles.length} === ${middle}) /* quantile ${quantiles[middle]} */`;
  return `    const forecasts = inDataUnits(${values}, data.targetScaler); // [windows, TARGETS]
    const errors = [
      forecastErrors("model", data.series, TARGETS, forecasts),
      ...baselineErrors(data.series, TARGETS, ${test}.count),
    ];
`;
}

export const DESCRIBED = `    note(\`forecast: \${describeErrors(data.series, errors[0]!, errors.slice(1))}\`);
`;

/** Of each metric that has a unit, the power of the target's scale that turns it into that of the data. */
export function unitPowers({ dataset, training }: Plan): [name: string, power: number][] {
  return training.metrics.flatMap((metric) => {
    const power = taskOf(dataset).unitPower?.(dataset, metric);
    return power === undefined ? [] : [[metric.name, power]];
  });
}

export const AVERAGE = `    program.pull();
    useAveragedWeights(w, optimizer); // the checkpoint keeps the weights as they were trained
    program.push();
`;

export const wholeSplits = (
  onTest: boolean,
): string => `  const train = wholeBatches(firstSamples(data.train, options.limit), BATCH_SIZE, "training", note);
${onTest ? "" : '  const validation = wholeBatches(data.validation, BATCH_SIZE, "validation", note);\n'}  const test = wholeBatches(data.test, BATCH_SIZE, "test", note);
`;

export const STATES = `  const states = initializeStates(BATCH_SIZE); // of the stateful layers
  const evaluationStates = initializeStates(BATCH_SIZE); // its own, so that evaluation does not disturb training
  const carried = variablesOf({ states: namedStates(states) });
  const evaluationCarried = variablesOf({ evaluationStates: namedStates(evaluationStates) });
`;

export const SET_TO_ZERO = `  /** Stateful layers begin an epoch and an evaluation with zeros. */
  const setToZero = (variables: NamedWeights): void => {
    for (const variable of Object.values(variables)) tf.tidy(() => variable.assign(tf.zerosLike(variable)));
    program.push(Object.keys(variables));
  };
`;

export const CONFUSION = `
/** Rows: true classes; columns: predicted classes. */
async function confusion(split: Samples, predicted: readonly number[]): Promise<number[][]> {
  const matrix = Array.from({ length: CLASSES }, () => new Array<number>(CLASSES).fill(0));
  const order = sampleOrder(split.count, { shuffle: false, seed: 0, epoch: 0 });
  for (let start = 0; start < split.count; start += EVALUATION_BATCH_SIZE) {
    const { targets: labels } = await split.read(order.subarray(start, start + EVALUATION_BATCH_SIZE));
    for (const [k, label] of labels.entries()) matrix[label]![predicted[start + k]!]!++;
  }
  return matrix;
}
`;
