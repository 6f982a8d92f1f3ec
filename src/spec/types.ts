// Generated from schemas/model-spec.v1.schema.json by `npm run types`. Do not edit.

/**
 * Where the samples come from; `type` selects the kind.
 */
export type Dataset = MnistDataset | DigitsDataset | IdxDataset | CsvDataset | TextDataset;
/**
 * One layer; `type` is the name of the tf.layers function.
 */
export type Layer = LstmLayer | DenseLayer | DropoutLayer;
/**
 * An elementwise activation, as in Keras 3.
 */
export type Activation =
  | "tanh"
  | "relu"
  | "sigmoid"
  | "hardSigmoid"
  | "linear"
  | "elu"
  | "selu"
  | "gelu"
  | "softplus"
  | "softsign"
  | "swish"
  | "mish";
/**
 * How weights start, as in Keras 3; the numbers come from the training seed.
 */
export type Initializer =
  | "glorotUniform"
  | "glorotNormal"
  | "heUniform"
  | "heNormal"
  | "lecunUniform"
  | "lecunNormal"
  | "orthogonal"
  | "zeros"
  | "ones"
  | "randomUniform"
  | "randomNormal"
  | "truncatedNormal";
/**
 * An activation of a dense layer, as in Keras 3.
 */
export type DenseActivation =
  | "tanh"
  | "relu"
  | "sigmoid"
  | "hardSigmoid"
  | "linear"
  | "elu"
  | "selu"
  | "gelu"
  | "softplus"
  | "softsign"
  | "swish"
  | "mish"
  | "softmax";
/**
 * How weights are updated; `type` selects the rule.
 */
export type Optimizer = AdamOptimizer;
/**
 * What is minimised, averaged over samples: a name, or a map of `type` and options.
 */
export type Loss = LossName | LossMap;
/**
 * A loss with its default options.
 */
export type LossName =
  | "sparseCategoricalCrossentropy"
  | "categoricalCrossentropy"
  | "binaryCrossentropy"
  | "meanSquaredError"
  | "meanAbsoluteError"
  | "meanAbsolutePercentageError"
  | "meanSquaredLogarithmicError"
  | "huber"
  | "logcosh"
  | "kullbackLeiblerDivergence"
  | "poisson"
  | "cosineSimilarity"
  | "hinge"
  | "squaredHinge"
  | "categoricalHinge"
  | "quantile";
/**
 * A loss with its options.
 */
export type LossMap =
  | SparseCategoricalCrossentropyLoss
  | CategoricalCrossentropyLoss
  | BinaryCrossentropyLoss
  | MeanSquaredErrorLoss
  | MeanAbsoluteErrorLoss
  | MeanAbsolutePercentageErrorLoss
  | MeanSquaredLogarithmicErrorLoss
  | HuberLoss
  | LogcoshLoss
  | KullbackLeiblerDivergenceLoss
  | PoissonLoss
  | CosineSimilarityLoss
  | HingeLoss
  | SquaredHingeLoss
  | CategoricalHingeLoss
  | QuantileLoss;
/**
 * What is measured over all samples: a name, or a map of `type` and options.
 */
export type Metric = MetricName | MetricMap;
/**
 * A metric with its default options.
 */
export type MetricName =
  | "accuracy"
  | "binaryAccuracy"
  | "categoricalAccuracy"
  | "sparseCategoricalAccuracy"
  | "topKCategoricalAccuracy"
  | "sparseTopKCategoricalAccuracy"
  | "precision"
  | "recall"
  | "f1"
  | "auc"
  | "rootMeanSquaredError"
  | "meanAbsoluteError"
  | "meanSquaredError"
  | "meanAbsolutePercentageError"
  | "perplexity";
/**
 * A metric with its options.
 */
export type MetricMap =
  | AccuracyMetric
  | BinaryAccuracyMetric
  | CategoricalAccuracyMetric
  | SparseCategoricalAccuracyMetric
  | TopKCategoricalAccuracyMetric
  | SparseTopKCategoricalAccuracyMetric
  | PrecisionMetric
  | RecallMetric
  | F1Metric
  | AucMetric
  | RootMeanSquaredErrorMetric
  | MeanAbsoluteErrorMetric
  | MeanSquaredErrorMetric
  | MeanAbsolutePercentageErrorMetric
  | PerplexityMetric;

/**
 * A model spec of lstm-compile: dataset, layers, optimizer and training of one model.
 */
export interface ModelSpec {
  /**
   * Version of this format. Specs of version 1 stay valid for all 1.x compilers.
   */
  specVersion: 1;
  /**
   * Name of the model and of its folder in generated/: lower-case words joined by hyphens.
   */
  name: string;
  /**
   * What the model is for, in one or two sentences; goes into the model card.
   */
  description?: string;
  dataset: Dataset;
  /**
   * The layers in order, from the input to the output.
   *
   * @minItems 1
   * @maxItems 64
   */
  layers: Layer[];
  optimizer: Optimizer;
  training: Training;
}
/**
 * MNIST: 60,000 training and 10,000 test images of handwritten digits, 28×28 pixels, each row one timestep.
 */
export interface MnistDataset {
  /**
   * MNIST, from --data, the cache or a download.
   */
  type: "mnist";
  /**
   * Pixels (0..255) are divided by this number; 255 brings them into 0..1. Unit: pixel value.
   */
  scale?: number;
}
/**
 * Generated images of digits, 28×28 pixels: no files and no network.
 */
export interface DigitsDataset {
  /**
   * Digits drawn by code.
   */
  type: "digits";
  /**
   * Training images to generate. Unit: samples.
   */
  trainSamples?: number;
  /**
   * Test images to generate. Unit: samples.
   */
  testSamples?: number;
  /**
   * Seed of the drawing.
   */
  seed?: number;
  /**
   * Pixels (0..255) are divided by this number; 255 brings them into 0..1. Unit: pixel value.
   */
  scale?: number;
}
/**
 * Images and labels in IDX files, plain or .gz, found in the folder that --data names; each image row is one timestep.
 */
export interface IdxDataset {
  /**
   * IDX files.
   */
  type: "idx";
  /**
   * File of the training images.
   */
  trainImages: string;
  /**
   * File of the training labels.
   */
  trainLabels: string;
  /**
   * File of the test images.
   */
  testImages: string;
  /**
   * File of the test labels.
   */
  testLabels: string;
  /**
   * Rows of an image: the timesteps. Unit: pixels.
   */
  rows: number;
  /**
   * Columns of an image: the features of a timestep. Unit: pixels.
   */
  columns: number;
  /**
   * Number of classes; labels are 0..classes-1.
   */
  classes: number;
  /**
   * Pixels (0..255) are divided by this number; 255 brings them into 0..1. Unit: pixel value.
   */
  scale?: number;
}
/**
 * A time series in a CSV file with a header row, cut into windows; the test part is the end of the series.
 */
export interface CsvDataset {
  /**
   * A CSV file.
   */
  type: "csv";
  /**
   * The file, inside the folder that --data names (or the current one).
   */
  path: string;
  /**
   * Column to forecast.
   */
  target: string;
  /**
   * Columns that the model reads. Default: the target alone.
   *
   * @minItems 1
   * @maxItems 1000
   */
  features?: string[];
  /**
   * Rows that the model reads before it forecasts. Unit: timesteps.
   */
  lookback: number;
  /**
   * Rows that it forecasts. Unit: timesteps.
   */
  horizon?: number;
  /**
   * Share of the rows, at the end, kept for testing.
   */
  testFraction?: number;
  /**
   * How columns are scaled, fitted on the training part only.
   */
  scaling?: "standard" | "minMax" | "none";
}
/**
 * A text file read by characters: the model predicts the next one.
 */
export interface TextDataset {
  /**
   * A UTF-8 text file.
   */
  type: "text";
  /**
   * The file, inside the folder that --data names (or the current one).
   */
  path: string;
  /**
   * Characters that the model reads before the one it predicts. Unit: timesteps.
   */
  timesteps: number;
  /**
   * Size of the vocabulary: the most frequent characters, and one slot for all others.
   */
  vocabularySize?: number;
  /**
   * Share of the text, at the end, kept for testing.
   */
  testFraction?: number;
}
/**
 * Long short-term memory over the timesteps.
 */
export interface LstmLayer {
  /**
   * LSTM.
   */
  type: "lstm";
  /**
   * Name of the layer, an identifier in the generated code. Default: the type and a number, such as lstm1.
   */
  name?: string;
  /**
   * Number of units: the size of the layer's output. Unit: count.
   */
  units: number;
  activation?: Activation;
  recurrentActivation?: Activation;
  /**
   * Add a bias to the gates.
   */
  useBias?: boolean;
  /**
   * Start the forget gate's bias at one (Jozefowicz et al. 2015).
   */
  unitForgetBias?: boolean;
  /**
   * Return the output of every timestep instead of the last one only.
   */
  returnSequences?: boolean;
  kernelInitializer?: Initializer;
  recurrentInitializer?: Initializer;
  biasInitializer?: Initializer;
}
/**
 * A fully connected layer; on a sequence it is applied to each timestep alike.
 */
export interface DenseLayer {
  /**
   * Fully connected.
   */
  type: "dense";
  /**
   * Name of the layer, an identifier in the generated code. Default: the type and a number, such as lstm1.
   */
  name?: string;
  /**
   * Number of units: the size of the layer's output. Unit: count.
   */
  units: number;
  activation?: DenseActivation;
  /**
   * Add a bias.
   */
  useBias?: boolean;
  kernelInitializer?: Initializer;
  biasInitializer?: Initializer;
}
/**
 * Sets inputs to zero at random while training and scales the others up (Srivastava et al. 2014).
 */
export interface DropoutLayer {
  /**
   * Dropout.
   */
  type: "dropout";
  /**
   * Name of the layer, an identifier in the generated code. Default: the type and a number, such as lstm1.
   */
  name?: string;
  /**
   * Share of the inputs set to zero; 0 ≤ rate < 1.
   */
  rate: number;
}
/**
 * Adam (Kingma & Ba 2015).
 */
export interface AdamOptimizer {
  /**
   * Adam.
   */
  type: "adam";
  /**
   * Step size.
   */
  learningRate?: number;
  /**
   * Decay of the running mean of gradients.
   */
  beta1?: number;
  /**
   * Decay of the running mean of squared gradients.
   */
  beta2?: number;
  /**
   * Added to the denominator, outside the bias correction.
   */
  epsilon?: number;
  /**
   * The learning rate of a step is learningRate / (1 + decay · steps before it). Unit: 1 / step.
   */
  decay?: number;
}
/**
 * How the model is trained.
 */
export interface Training {
  loss: Loss;
  /**
   * What is measured beside the loss.
   *
   * @maxItems 8
   */
  metrics?: Metric[];
  /**
   * How much the samples of a class count in the loss while training: class → weight. A class without one counts 1.
   */
  classWeight?: Readonly<Record<string, number>>;
  /**
   * Passes over the training samples. Unit: epochs.
   */
  epochs?: number;
  /**
   * Samples per training step. Unit: samples.
   */
  batchSize?: number;
  /**
   * Shuffle the training samples in each epoch.
   */
  shuffle?: boolean;
  /**
   * Root seed of weights, shuffling and dropout.
   */
  seed?: number;
}
/**
 * Cross-entropy of class labels and class probabilities.
 */
export interface SparseCategoricalCrossentropyLoss {
  /**
   * Cross-entropy of class labels and class probabilities.
   */
  type: "sparseCategoricalCrossentropy";
  /**
   * The last layer gives logits and has no activation; predictions are logits, too.
   */
  fromLogits?: boolean;
}
/**
 * Cross-entropy of one-hot targets and class probabilities.
 */
export interface CategoricalCrossentropyLoss {
  /**
   * Cross-entropy of one-hot targets and class probabilities.
   */
  type: "categoricalCrossentropy";
  /**
   * The last layer gives logits and has no activation; predictions are logits, too.
   */
  fromLogits?: boolean;
  /**
   * Moves this share of each target to all classes alike.
   */
  labelSmoothing?: number;
}
/**
 * Cross-entropy of yes-or-no targets and a probability for each.
 */
export interface BinaryCrossentropyLoss {
  /**
   * Cross-entropy of yes-or-no targets and a probability for each.
   */
  type: "binaryCrossentropy";
  /**
   * The last layer gives logits and has no activation; predictions are logits, too.
   */
  fromLogits?: boolean;
  /**
   * Moves this share of each target to all classes alike.
   */
  labelSmoothing?: number;
}
/**
 * Mean of the squared errors.
 */
export interface MeanSquaredErrorLoss {
  /**
   * Mean of the squared errors.
   */
  type: "meanSquaredError";
}
/**
 * Mean of the absolute errors.
 */
export interface MeanAbsoluteErrorLoss {
  /**
   * Mean of the absolute errors.
   */
  type: "meanAbsoluteError";
}
/**
 * Mean of the absolute errors, in percent of the targets.
 */
export interface MeanAbsolutePercentageErrorLoss {
  /**
   * Mean of the absolute errors, in percent of the targets.
   */
  type: "meanAbsolutePercentageError";
}
/**
 * Mean of the squared differences of log(1 + x).
 */
export interface MeanSquaredLogarithmicErrorLoss {
  /**
   * Mean of the squared differences of log(1 + x).
   */
  type: "meanSquaredLogarithmicError";
}
/**
 * Squared for small errors, absolute for large ones (Huber 1964).
 */
export interface HuberLoss {
  /**
   * Squared for small errors, absolute for large ones (Huber 1964).
   */
  type: "huber";
  /**
   * Error up to which it is squared. Unit: that of the targets.
   */
  delta?: number;
}
/**
 * Mean of log(cosh(error)): nearly squared for small errors, absolute for large ones.
 */
export interface LogcoshLoss {
  /**
   * Mean of log(cosh(error)): nearly squared for small errors, absolute for large ones.
   */
  type: "logcosh";
}
/**
 * Divergence of the target distribution from the predicted one.
 */
export interface KullbackLeiblerDivergenceLoss {
  /**
   * Divergence of the target distribution from the predicted one.
   */
  type: "kullbackLeiblerDivergence";
}
/**
 * Likelihood of counts, with predictions as their means.
 */
export interface PoissonLoss {
  /**
   * Likelihood of counts, with predictions as their means.
   */
  type: "poisson";
}
/**
 * Minus the cosine between target and prediction.
 */
export interface CosineSimilarityLoss {
  /**
   * Minus the cosine between target and prediction.
   */
  type: "cosineSimilarity";
}
/**
 * Mean of max(1 - y p, 0), targets -1 or 1 (0 or 1 become these).
 */
export interface HingeLoss {
  /**
   * Mean of max(1 - y p, 0), targets -1 or 1 (0 or 1 become these).
   */
  type: "hinge";
}
/**
 * Mean of max(1 - y p, 0) squared, targets as for hinge.
 */
export interface SquaredHingeLoss {
  /**
   * Mean of max(1 - y p, 0) squared, targets as for hinge.
   */
  type: "squaredHinge";
}
/**
 * Margin between the output of the right class and the largest other.
 */
export interface CategoricalHingeLoss {
  /**
   * Margin between the output of the right class and the largest other.
   */
  type: "categoricalHinge";
}
/**
 * Pinball loss: the prediction is a quantile of what may come (Koenker & Bassett 1978).
 */
export interface QuantileLoss {
  /**
   * Pinball loss: the prediction is a quantile of what may come (Koenker & Bassett 1978).
   */
  type: "quantile";
  /**
   * Quantile that every output estimates.
   */
  quantile?: number;
  /**
   * Several quantiles, with as many outputs for each target. Default: `quantile` alone.
   *
   * @minItems 1
   * @maxItems 99
   */
  quantiles?: number[];
}
/**
 * Share of right predictions; how they are compared follows from the targets.
 */
export interface AccuracyMetric {
  /**
   * Share of right predictions; how they are compared follows from the targets.
   */
  type: "accuracy";
}
/**
 * Share of outputs on the right side of the threshold.
 */
export interface BinaryAccuracyMetric {
  /**
   * Share of outputs on the right side of the threshold.
   */
  type: "binaryAccuracy";
  /**
   * An output above it counts as 1.
   */
  threshold?: number;
}
/**
 * Share of samples whose largest output is at the class.
 */
export interface CategoricalAccuracyMetric {
  /**
   * Share of samples whose largest output is at the class.
   */
  type: "categoricalAccuracy";
}
/**
 * Share of samples whose largest output is at the label.
 */
export interface SparseCategoricalAccuracyMetric {
  /**
   * Share of samples whose largest output is at the label.
   */
  type: "sparseCategoricalAccuracy";
}
/**
 * Share of samples whose class is among the k largest outputs.
 */
export interface TopKCategoricalAccuracyMetric {
  /**
   * Share of samples whose class is among the k largest outputs.
   */
  type: "topKCategoricalAccuracy";
  /**
   * Number of outputs that are looked at. Unit: count.
   */
  k?: number;
}
/**
 * Share of samples whose label is among the k largest outputs.
 */
export interface SparseTopKCategoricalAccuracyMetric {
  /**
   * Share of samples whose label is among the k largest outputs.
   */
  type: "sparseTopKCategoricalAccuracy";
  /**
   * Number of outputs that are looked at. Unit: count.
   */
  k?: number;
}
/**
 * Of all outputs above the threshold, the share that is right.
 */
export interface PrecisionMetric {
  /**
   * Of all outputs above the threshold, the share that is right.
   */
  type: "precision";
  /**
   * An output above it counts as 1.
   */
  threshold?: number;
}
/**
 * Of all targets that are 1, the share whose output is above the threshold.
 */
export interface RecallMetric {
  /**
   * Of all targets that are 1, the share whose output is above the threshold.
   */
  type: "recall";
  /**
   * An output above it counts as 1.
   */
  threshold?: number;
}
/**
 * Harmonic mean of precision and recall, by the largest output.
 */
export interface F1Metric {
  /**
   * Harmonic mean of precision and recall, by the largest output.
   */
  type: "f1";
  /**
   * Mean over classes (macro), weighted by their share (weighted), or of all counts together (micro).
   */
  average?: "macro" | "micro" | "weighted";
}
/**
 * Area under the ROC curve, approximated at thresholds.
 */
export interface AucMetric {
  /**
   * Area under the ROC curve, approximated at thresholds.
   */
  type: "auc";
  /**
   * Number of thresholds. Unit: count.
   */
  numThresholds?: number;
}
/**
 * Square root of the mean squared error.
 */
export interface RootMeanSquaredErrorMetric {
  /**
   * Square root of the mean squared error.
   */
  type: "rootMeanSquaredError";
}
/**
 * Mean of the absolute errors.
 */
export interface MeanAbsoluteErrorMetric {
  /**
   * Mean of the absolute errors.
   */
  type: "meanAbsoluteError";
}
/**
 * Mean of the squared errors.
 */
export interface MeanSquaredErrorMetric {
  /**
   * Mean of the squared errors.
   */
  type: "meanSquaredError";
}
/**
 * Mean of the absolute errors, in percent of the targets.
 */
export interface MeanAbsolutePercentageErrorMetric {
  /**
   * Mean of the absolute errors, in percent of the targets.
   */
  type: "meanAbsolutePercentageError";
}
/**
 * e to the mean cross-entropy: between how many classes the model wavers.
 */
export interface PerplexityMetric {
  /**
   * e to the mean cross-entropy: between how many classes the model wavers.
   */
  type: "perplexity";
}
