import type { DatasetTargets } from "../spec/dataset.ts";
import type { LossMap, MetricMap } from "../spec/types.ts";

type Kind = DatasetTargets["kind"];
type Loss = LossMap["type"];
type Metric = MetricMap["type"];

/** What all targets of a kind have in common, in whatever task they are learned: what fits them, and what is said of what does not. */
interface TargetsDefinition {
  /** Losses that compare outputs with them. */
  readonly losses: ReadonlySet<Loss>;
  /** Those that most models have, the first before the others. */
  readonly usualLosses: readonly [Loss, ...Loss[]];
  /** Losses that mean such targets where nothing else says what is learned, as in a model file; without them none. */
  readonly meantBy?: readonly Loss[];
  /** Why a loss is none of theirs. `type` of the dataset; `areAll`: see TaskDefinition.numbers. */
  unfitLoss(loss: Loss, dataset: { readonly type: string; readonly areAll: string }): string;

  readonly metrics: ReadonlySet<Metric>;
  /** Why a metric is none of theirs, and what to do. */
  unfitMetric(metric: Metric, dataset: string): readonly [message: string, fix: string];
  /** What `accuracy` counts where the model has several outputs; undefined where it does not apply. */
  readonly accuracy:
    | Extract<Metric, "binaryAccuracy" | "categoricalAccuracy" | "sparseCategoricalAccuracy">
    | undefined;

  /** What each output of the model stands for. */
  readonly output: "class" | "probability" | "number";
  /** Whether a sample, or each of its timesteps, has one class of several. */
  readonly isOneClass: boolean;
  /** Whether one output, the probability of the second class, can stand for two, if the task allows it. */
  readonly sharesOutput?: true;
  /** Their timesteps are not known: the loss aligns them with those of the output. */
  readonly isAligned?: true;
  /** What they are in words, where classes cannot have weights. */
  readonly unweighable?: string;
}

const CLASS_LOSSES: readonly Loss[] = [
  "sparseCategoricalCrossentropy",
  "categoricalCrossentropy",
  "binaryCrossentropy",
  "kullbackLeiblerDivergence",
  "hinge",
  "squaredHinge",
  "categoricalHinge",
];

const NUMBER_LOSSES: readonly Loss[] = [
  "meanSquaredError",
  "meanAbsoluteError",
  "meanAbsolutePercentageError",
  "meanSquaredLogarithmicError",
  "huber",
  "logcosh",
  "kullbackLeiblerDivergence",
  "poisson",
  "cosineSimilarity",
  "quantile",
];

const CLASS_METRICS: readonly Metric[] = [
  "accuracy",
  "binaryAccuracy",
  "categoricalAccuracy",
  "sparseCategoricalAccuracy",
  "topKCategoricalAccuracy",
  "sparseTopKCategoricalAccuracy",
  "precision",
  "recall",
  "f1",
  "auc",
  "perplexity",
];

const NUMBER_METRICS: readonly Metric[] = [
  "rootMeanSquaredError",
  "meanAbsoluteError",
  "meanSquaredError",
  "meanAbsolutePercentageError",
];

const labels: TargetsDefinition = {
  losses: new Set(CLASS_LOSSES),
  usualLosses: ["sparseCategoricalCrossentropy"],
  meantBy: ["sparseCategoricalCrossentropy"],
  unfitLoss: (loss, { type }) => `${loss} compares numbers, but ${type} has classes`,
  metrics: new Set(CLASS_METRICS),
  unfitMetric: (metric, dataset) => [`${metric} does not apply to ${dataset}`, "use accuracy"],
  accuracy: "sparseCategoricalAccuracy",
  output: "class",
  isOneClass: true,
  sharesOutput: true,
};

const oneHot: TargetsDefinition = {
  losses: new Set(CLASS_LOSSES.filter((loss) => loss !== "sparseCategoricalCrossentropy")),
  usualLosses: ["categoricalCrossentropy"],
  meantBy: ["categoricalCrossentropy", "categoricalHinge"],
  unfitLoss: (loss) => `${loss} does not compare oneHot targets`,
  metrics: labels.metrics,
  unfitMetric: labels.unfitMetric,
  accuracy: "categoricalAccuracy",
  output: "class",
  isOneClass: true,
};

const numbers: TargetsDefinition = {
  losses: new Set(NUMBER_LOSSES),
  usualLosses: ["meanSquaredError", "meanAbsoluteError"],
  unfitLoss: (loss, { areAll }) => `${loss} compares classes, but ${areAll} numbers`,
  metrics: new Set(NUMBER_METRICS),
  unfitMetric: (metric, dataset) => [
    `${metric} does not apply to ${dataset}`,
    "use meanAbsoluteError or meanSquaredError",
  ],
  accuracy: undefined,
  output: "number",
  isOneClass: false,
  unweighable: "numbers",
};

const OF_ONE_CLASS: readonly Loss[] = ["sparseCategoricalCrossentropy", "categoricalCrossentropy", "categoricalHinge"];

const binary: TargetsDefinition = {
  losses: new Set([...CLASS_LOSSES, ...NUMBER_LOSSES].filter((loss) => !OF_ONE_CLASS.includes(loss))),
  usualLosses: ["binaryCrossentropy"],
  meantBy: ["binaryCrossentropy", "hinge", "squaredHinge"],
  unfitLoss: (loss) => `${loss} does not compare binary targets`,
  metrics: new Set([...CLASS_METRICS, ...NUMBER_METRICS]),
  unfitMetric: (metric) => [`${metric} does not apply to binary targets`, "use binaryAccuracy"],
  accuracy: "binaryAccuracy",
  output: "probability",
  isOneClass: false,
  unweighable: "several yes-or-no values each",
};

const labelSequence: TargetsDefinition = {
  losses: new Set<Loss>(["ctc"]),
  usualLosses: ["ctc"],
  meantBy: ["ctc"],
  unfitLoss: (loss) => `${loss} does not compare sequences of labels`,
  metrics: new Set(),
  unfitMetric: (metric) => [`${metric} does not compare sequences of labels`, "remove it"],
  accuracy: undefined,
  output: "class",
  isOneClass: false,
  isAligned: true,
  unweighable: "sequences",
};

const DEFINITIONS: Readonly<Record<Kind, TargetsDefinition>> = { labels, oneHot, numbers, binary, labelSequence };

export function definitionOfTargets({ kind }: Pick<DatasetTargets, "kind">): TargetsDefinition {
  return DEFINITIONS[kind];
}

/** How many classes `classWeight` can weigh: those of labels and one-hot rows, and the two of a single yes-or-no target. */
export function weighableClasses(targets: DatasetTargets): number | undefined {
  const { output, isAligned } = definitionOfTargets(targets);
  if (isAligned) return undefined;
  return output === "probability" && targets.shape.at(-1) === 1 ? 2 : targets.classes;
}

/** The targets of a model of which the loss alone is known, and the activation that it ends in. */
export function kindOfLoss(loss: string, head: string): Kind {
  if (loss === "kullbackLeiblerDivergence" && head === "softmax") return "oneHot"; // a distribution over classes
  const found = Object.entries(DEFINITIONS).find(([, { meantBy = [] }]) =>
    (meantBy as readonly string[]).includes(loss),
  );
  return (found?.[0] as Kind | undefined) ?? "numbers";
}

/** The loss of a model of which that activation alone is known. */
export function lossOfHead(head: string): Loss {
  const targets = head === "softmax" ? labels : head === "sigmoid" ? binary : numbers;
  return targets.usualLosses[0];
}
