// Parts of train.ts that only some programs have.
import type { Plan } from "../plan/types.ts";

/** A confusion matrix of more classes would be too large to keep and to read. */
const MAX_CONFUSION_CLASSES = 64;

export function hasConfusionMatrix({ dataset }: Plan): boolean {
  const { kind, classes, perTimestep } = dataset.targets;
  return kind === "labels" && !perTimestep && classes! <= MAX_CONFUSION_CLASSES;
}

/** Whether the spec names files, whose paths start at its folder. */
export function readsFiles({ dataset }: Plan): boolean {
  return ["idx", "csv", "text", "arrays"].includes(dataset.type);
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
  if (dataset.type !== "csv" || dataset.scaling === "none") return [];
  const powers: Partial<Record<string, number>> = {
    meanAbsoluteError: 1,
    rootMeanSquaredError: 1,
    meanSquaredError: 2,
  };
  return training.metrics.flatMap(({ name, type }) => (powers[type] === undefined ? [] : [[name, powers[type]]]));
}

export const average = (test: string): string => `    program.pull();
    useAveragedWeights(w, optimizer); // the checkpoint keeps the weights as they were trained
    program.push();
    ({ predicted } = await evaluate(${test}));
`;

export const SPLITS = `  const train = wholeBatches(firstSamples(data.train, options.limit), BATCH_SIZE, "training", note);
  const test = wholeBatches(data.test, BATCH_SIZE, "test", note);
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
function confusion(split: Samples, predicted: readonly number[]): number[][] {
  const matrix = Array.from({ length: CLASSES }, () => new Array<number>(CLASSES).fill(0));
  const labels = split.targets(Int32Array.from(predicted, (_, index) => index));
  for (const [index, label] of labels.entries()) matrix[label]![predicted[index]!]!++;
  return matrix;
}
`;
