// Generated from schemas/model-spec.v1.schema.json by `npm run types`. Do not edit.

/**
 * Where the samples come from; `type` selects the kind.
 */
export type Source = MnistSource | DigitsSource | IdxSource | CsvSource | TableSource | TextSource | ArraysSource;
/**
 * A share of the training samples, or the word test.
 */
export type Validation = number | "test";
/**
 * One layer; `type` is the name of the tf.layers function.
 */
export type Layer =
  | LstmLayer
  | GruLayer
  | SimpleRnnLayer
  | BidirectionalLayer
  | TimeDistributedLayer
  | DenseLayer
  | EmbeddingLayer
  | MaskingLayer
  | DropoutLayer
  | SpatialDropout1DLayer
  | GaussianNoiseLayer
  | GaussianDropoutLayer
  | LayerNormalizationLayer
  | BatchNormalizationLayer
  | NormalizationLayer
  | RescalingLayer
  | ConvLstm2DLayer
  | Conv1DLayer
  | MaxPooling1DLayer
  | AveragePooling1DLayer
  | GlobalMaxPooling1DLayer
  | GlobalAveragePooling1DLayer
  | FlattenLayer
  | ReshapeLayer
  | PermuteLayer
  | RepeatVectorLayer
  | ActivationLayer
  | LeakyReluLayer
  | PreluLayer
  | ConcatenateLayer
  | AddLayer
  | SubtractLayer
  | MultiplyLayer
  | AverageLayer
  | MaximumLayer
  | MinimumLayer
  | DotLayer
  | AttentionLayer
  | AdditiveAttentionLayer;
/**
 * An activation, as in Keras 3. hardSigmoid is relu6(x + 3) / 6; hardSigmoid02 is clip(0.2 x + 0.5, 0, 1) of Keras 2 and TensorFlow.js. gelu is the exact form, geluNew the one by tanh.
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
  | "mish"
  | "softmax"
  | "relu6"
  | "geluNew"
  | "exponential"
  | "hardSigmoid02";
/**
 * How weights start, as in Keras 3: a name, or a map of `type` and options. The numbers come from the training seed.
 */
export type Initializer = InitializerName | InitializerMap;
export type InitializerName =
  | "glorotUniform"
  | "glorotNormal"
  | "heUniform"
  | "heNormal"
  | "lecunUniform"
  | "lecunNormal"
  | "orthogonal"
  | "identity"
  | "zeros"
  | "ones"
  | "randomUniform"
  | "randomNormal"
  | "truncatedNormal";
/**
 * An initializer with its options.
 */
export type InitializerMap =
  | ConstantInitializer
  | RandomUniformInitializer
  | RandomNormalInitializer
  | TruncatedNormalInitializer
  | OrthogonalInitializer
  | IdentityInitializer
  | VarianceScalingInitializer;
/**
 * What a weight must hold to after each update, as in Keras.
 */
export type Constraint =
  NoConstraint | MaxNormConstraint | NonNegConstraint | UnitNormConstraint | MinMaxNormConstraint;
/**
 * A recurrent layer inside a wrapper.
 */
export type RecurrentLayer = WrappedLstmLayer | WrappedGruLayer | WrappedSimpleRnnLayer;
/**
 * A layer that treats every vector alike, inside a wrapper.
 */
export type TimestepLayer =
  | WrappedDenseLayer
  | WrappedActivationLayer
  | WrappedDropoutLayer
  | WrappedGaussianNoiseLayer
  | WrappedGaussianDropoutLayer
  | WrappedLayerNormalizationLayer
  | WrappedBatchNormalizationLayer;
/**
 * How weights are updated; `type` selects the rule. Rules and defaults are those of Keras 3.
 */
export type Optimizer =
  | SgdOptimizer
  | AdamOptimizer
  | AdamwOptimizer
  | NadamOptimizer
  | AdamaxOptimizer
  | RmspropOptimizer
  | AdagradOptimizer
  | AdadeltaOptimizer;
/**
 * A constant learning rate, or a schedule by training steps, counted from 0, such as {schedule: exponentialDecay, initialLearningRate: 0.01, decaySteps: 1000, decayRate: 0.96}.
 */
export type LearningRate = number | LearningRateSchedule;
/**
 * How the learning rate changes over the training steps; `schedule` selects the formula.
 */
export type LearningRateSchedule =
  | ExponentialDecaySchedule
  | InverseTimeDecaySchedule
  | CosineDecaySchedule
  | CosineDecayRestartsSchedule
  | PolynomialDecaySchedule
  | PiecewiseConstantSchedule;
/**
 * What is minimised, averaged over samples: a name, or a map of `type` and options.
 */
export type Loss = LossName | LossMap;
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
  | "quantile"
  | "ctc";
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
  | QuantileLoss
  | CtcLoss;
/**
 * What is measured over all samples: a name, or a map of `type` and options.
 */
export type Metric = MetricName | MetricMap;
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
   * What the model is for, in one or two sentences; goes into the model card. Default: "".
   */
  description?: string;
  dataset: Source;
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
export interface MnistSource {
  /**
   * MNIST: 60,000 training and 10,000 test images of handwritten digits, 28×28 pixels, each row one timestep.
   */
  type: "mnist";
  /**
   * Pixels (0..255) are divided by this number; 255 brings them into 0..1. Unit: pixel value. Default: 1.
   */
  scale?: number;
  validation?: Validation;
}
/**
 * Generated images of digits, 28×28 pixels: no files and no network.
 */
export interface DigitsSource {
  /**
   * Generated images of digits, 28×28 pixels: no files and no network.
   */
  type: "digits";
  /**
   * Training images to generate. Unit: samples. Default: 6000.
   */
  trainSamples?: number;
  /**
   * Test images to generate. Unit: samples. Default: 1000.
   */
  testSamples?: number;
  /**
   * Seed of the drawing. Default: 1.
   */
  seed?: number;
  validation?: Validation;
  /**
   * Pixels (0..255) are divided by this number; 255 brings them into 0..1. Unit: pixel value. Default: 1.
   */
  scale?: number;
}
/**
 * Images and labels in IDX files, plain or .gz, found in the folder that --data names; each image row is one timestep.
 */
export interface IdxSource {
  /**
   * Images and labels in IDX files, plain or .gz, found in the folder that --data names; each image row is one timestep.
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
   * File of the validation images. Default: see `validation`.
   */
  validationImages?: string;
  /**
   * File of the validation labels. Given with `validationImages`. Default: see `validation`.
   */
  validationLabels?: string;
  /**
   * File of the test images.
   */
  testImages: string;
  /**
   * File of the test labels.
   */
  testLabels: string;
  validation?: Validation;
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
   * Pixels (0..255) are divided by this number; 255 brings them into 0..1. Unit: pixel value. Default: 1.
   */
  scale?: number;
}
/**
 * A time series in a CSV file with a header row, cut into windows; the test part is the end of the series.
 */
export interface CsvSource {
  /**
   * A time series in a CSV file with a header row, cut into windows; the test part is the end of the series.
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
   * Rows that it forecasts. Unit: timesteps. Default: 1.
   */
  horizon?: number;
  /**
   * Share of the rows, at the end, kept for testing. Default: 0.2.
   */
  testFraction?: number;
  validation?: Validation;
  /**
   * How columns are scaled, fitted on the training part only. Default: standard.
   */
  scaling?: "standard" | "minMax" | "none";
  /**
   * Column of the rows' times: dates, timestamps, months, quarters, years, seconds since 1970 or numbers that count the rows. Forecasts are dated by it. Default: the rows have no times.
   */
  time?: string;
  /**
   * Whether the day or the month comes first in dates such as 01/02/2024, where no date of the column tells. Default: such a file is refused.
   */
  timeFormat?: "dayFirst" | "monthFirst";
  /**
   * What happens to rows that are not in order of time: `check` refuses them, `sort` sorts by `time`, `asIs` takes the rows as they stand and looks at no times. Default: check.
   */
  order?: "check" | "sort" | "asIs";
  /**
   * Rows of one season, for the seasonal naive forecast that the model is compared with. Default: by the frequency of the times, such as 12 for months. Unit: rows.
   */
  season?: number;
}
/**
 * Tables in CSV, JSON or Parquet files, with one time series or many, cut into windows; refused where anything in them is wrong.
 */
export interface TableSource {
  /**
   * Tables in CSV, JSON or Parquet files, with one time series or many, cut into windows; refused where anything in them is wrong.
   */
  type: "table";
  /**
   * The file, inside the folder that --data names (or that of the spec), or several; * stands for any part of a name. Their rows follow each other in the order of the names.
   *
   * @minItems 1
   * @maxItems 1000
   */
  path: string | readonly string[];
  /**
   * How the files are written: csv has any text with delimiters, json an object in each line. Default: by the ending of `path`.
   */
  format?: "csv" | "json" | "parquet";
  /**
   * What stands between cells. Default: detected.
   */
  delimiter?: string;
  /**
   * Decimal mark of numbers. Default: detected.
   */
  decimal?: "." | ",";
  /**
   * What groups the digits of numbers. Default: detected.
   */
  thousands?: string;
  /**
   * Cells that say that a value is missing, beside empty ones. Default: the usual marks, such as ? and null.
   *
   * @maxItems 100
   */
  missing?: string[];
  /**
   * How characters are written. Default: utf-8, or utf-16 where a mark at the beginning says so.
   */
  encoding?: "utf-8" | "utf-16" | "latin-1";
  /**
   * Lines that begin with it are no rows. Default: detected.
   */
  comment?: string;
  /**
   * Lines before the header. Default: detected. Unit: lines.
   */
  skipRows?: number;
  /**
   * Lines after the last row. Default: detected. Unit: lines.
   */
  skipFooter?: number;
  /**
   * Columns that are computed: name → SQL expression of the columns that the files have. Default: those of the files alone.
   */
  select?: Readonly<Record<string, string>>;
  /**
   * SQL condition: rows for which it does not hold are left out. Default: all count.
   */
  where?: string;
  /**
   * SQL expressions by which rows are ordered. Default: as the files have them.
   */
  orderBy?: string;
  /**
   * long: a row for each time; wide: each column whose header is a time becomes a row of `time` and `target`. Default: long.
   */
  layout?: "long" | "wide";
  /**
   * Column of the rows' times: dates, timestamps, months, quarters, years, seconds since 1970 or numbers that count the rows. Forecasts are dated by it. Default: the rows have no times, and are in order as they stand.
   */
  time?: string;
  /**
   * Whether the day or the month comes first in dates such as 01/02/2024, where no date of the column tells. Default: such a file is refused.
   */
  timeFormat?: "dayFirst" | "monthFirst";
  /**
   * What happens to rows that are not in order of time, in each series: `error` refuses them, `sort` sorts by `time`, `asIs` takes the rows as they stand and looks at no times. Default: error.
   */
  order?: "error" | "sort" | "asIs";
  /**
   * What happens to rows of one series with one time: `error` refuses them; of the others one stays, or the mean of each column. Default: error.
   */
  duplicates?: "error" | "first" | "last" | "mean";
  /**
   * What happens where a time is missing: `error` refuses the table; `fill` puts in a row without values; `allow` leaves the rows as they are, and no forecast spans a gap. Default: error.
   */
  gaps?: "error" | "fill" | "allow";
  /**
   * The step from row to row: a number and a unit (second, minute, hour, day, businessDay, week, month, monthEnd, quarter, quarterEnd, year, yearEnd), or a number alone where `time` counts rows. Default: the step that most rows have.
   */
  frequency?: string | number;
  /**
   * Column that says of which series a row is, or several that say it together. Default: all rows are of one series.
   *
   * @minItems 1
   * @maxItems 1000
   */
  series?: string | readonly string[];
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
   * What is asked of single columns: name → range, missing values, scaling. Default: what the dataset says of all.
   */
  columns?: Readonly<Record<string, TableColumn>>;
  /**
   * What happens where a column has no value: `error` refuses the table; `drop` leaves the row out; `ffill` takes the value before it, `linear` one on the line to the next; `mean` takes the mean of the training rows, `indicator` too, with one more feature that is 1 there. A value that was filled in is never a target. Default: error.
   */
  whenMissing?: "error" | "drop" | "ffill" | "linear" | "mean" | "indicator";
  /**
   * Rows that the table must have. Default: any number.
   */
  rows?: number;
  /**
   * SHA-256 that the file must have; of several files a list, in the order of their names. Default: any.
   *
   * @minItems 1
   * @maxItems 1000
   */
  sha256?: string | readonly string[];
  /**
   * Rows that the model reads before it forecasts. Unit: timesteps.
   */
  lookback: number;
  /**
   * Rows that it forecasts. Unit: timesteps. Default: 1.
   */
  horizon?: number;
  /**
   * Share of the rows of each series, at the end, or of the series, kept for testing. Default: 0.2.
   */
  testFraction?: number;
  /**
   * Rows of each series, at the end, kept for testing. Default: the share `testFraction`. Unit: rows.
   */
  testRows?: number;
  validation?: Validation;
  /**
   * Rows of each series between the parts that are in none of them. Unit: rows. Default: 0.
   */
  gap?: number;
  /**
   * time: the parts follow each other in each series; series: each series is in one part, drawn with training.seed. Default: time.
   */
  splitBy?: "time" | "series";
  /**
   * How columns are scaled, fitted to the training rows only: standard has mean 0 and deviation 1, minMax the range 0..1, robust median and quartiles; log is standard of the logarithm. Default: standard.
   */
  scaling?: "standard" | "minMax" | "robust" | "log" | "none";
  /**
   * Whether the rows of all series are scaled alike, or those of each by themselves. Default: all.
   */
  scalePer?: "all" | "series";
  /**
   * Rows of one season, for the seasonal naive forecast that the model is compared with. Default: by the frequency of the times, such as 12 for months. Unit: rows.
   */
  season?: number;
}
/**
 * What is asked of a column, and how it is scaled.
 */
export interface TableColumn {
  /**
   * Values below are refused. Unit: that of the column. Default: no limit.
   */
  min?: number;
  /**
   * Values above are refused. Unit: that of the column. Default: no limit.
   */
  max?: number;
  /**
   * What happens where the column has no value. Default: `whenMissing` of the dataset.
   */
  missing?: "error" | "drop" | "ffill" | "linear" | "mean" | "indicator";
  /**
   * How it is scaled. Default: `scaling` of the dataset.
   */
  scaling?: "standard" | "minMax" | "robust" | "log" | "none";
}
/**
 * A text file read by characters: the model predicts the next one.
 */
export interface TextSource {
  /**
   * A text file read by characters: the model predicts the next one.
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
   * Size of the vocabulary: the most frequent characters, and one slot for all others. Default: 64.
   */
  vocabularySize?: number;
  /**
   * Share of the text, at the end, kept for testing. Default: 0.1.
   */
  testFraction?: number;
  validation?: Validation;
  /**
   * What the model reads of a character: oneHot, a row of the vocabulary's size; ids, its index, for an embedding layer. Default: oneHot.
   */
  encoding?: "oneHot" | "ids";
}
/**
 * Arrays of your own in NumPy's .npy files (or .npy.gz), found in the folder that --data names; the first axis counts the samples.
 */
export interface ArraysSource {
  /**
   * Arrays of your own in NumPy's .npy files (or .npy.gz), found in the folder that --data names; the first axis counts the samples.
   */
  type: "arrays";
  /**
   * What the model reads, in order; each input has its files.
   *
   * @minItems 1
   * @maxItems 16
   */
  inputs: ArrayInput[];
  targets: ArrayTargets;
  sampleWeights?: ArraySampleWeights;
  validation?: Validation;
}
/**
 * One input of the model: floats, or token ids where `vocabularySize` is given.
 */
export interface ArrayInput {
  /**
   * Name of the input, an identifier in the generated code. Default: input.
   */
  name?: string;
  /**
   * Shape of one sample: [timesteps, features], or [features] without time; [timesteps] of token ids; of frames [timesteps, rows, columns, channels], or [rows, columns, channels] of one.
   *
   * @minItems 1
   * @maxItems 4
   */
  shape: number[];
  /**
   * Given for token ids, integers in 0..vocabularySize-1 for an embedding layer.
   */
  vocabularySize?: number;
  /**
   * Values are divided by this number; 255 brings pixels into 0..1. Unit: value. Default: 1.
   */
  scale?: number;
  /**
   * File of the training samples.
   */
  train: string;
  /**
   * File of the validation samples. Default: see `validation` of the dataset.
   */
  validation?: string;
  /**
   * File of the test samples.
   */
  test: string;
}
/**
 * What the model learns to give.
 */
export interface ArrayTargets {
  /**
   * labels: integers 0..classes-1; oneHot: a row of `classes` probabilities; numbers: `features` numbers to regress; binary: `features` numbers in 0..1; labelSequence: up to `length` integers 1..classes-1, padded with 0 at the end, for the loss ctc.
   */
  encoding: "labels" | "oneHot" | "numbers" | "binary" | "labelSequence";
  /**
   * Given for labels, oneHot and labelSequence, where the blank 0 is one of them: the number of classes.
   */
  classes?: number;
  /**
   * Numbers per target, for numbers and binary. Default: 1.
   */
  features?: number;
  /**
   * Given where a sample has one target per timestep. Unit: timesteps.
   */
  timesteps?: number;
  /**
   * Given for labelSequence: labels of the longest sequence. Unit: labels.
   */
  length?: number;
  /**
   * File of the training targets: [samples], [samples, size], with timesteps [samples, timesteps(, size)], or for labelSequence [samples, length].
   */
  train: string;
  /**
   * File of the validation targets. Default: see `validation` of the dataset.
   */
  validation?: string;
  /**
   * File of the test targets.
   */
  test: string;
}
/**
 * How much each sample, or each of its timesteps, counts in the loss; metrics count all alike.
 */
export interface ArraySampleWeights {
  /**
   * File of the weights of the training samples, numbers from 0 up: [samples], or [samples, timesteps] where the targets have `timesteps`.
   */
  train: string;
  /**
   * File of the weights of the validation samples. Default: those of their training samples where they are held out, else all count alike.
   */
  validation?: string;
  /**
   * File of the weights of the test samples. Default: all count alike.
   */
  test?: string;
}
/**
 * Long short-term memory over the timesteps (Hochreiter & Schmidhuber 1997).
 */
export interface LstmLayer {
  /**
   * Long short-term memory over the timesteps (Hochreiter & Schmidhuber 1997).
   */
  type: "lstm";
  /**
   * Name of the layer, an identifier in the generated code. Default: the type and a number, such as lstm1.
   */
  name?: string;
  /**
   * Names of the layers or model inputs that this layer reads. Default: the layer before it; for the first layer the dataset's input.
   *
   * @minItems 1
   * @maxItems 16
   */
  inputs?: string[];
  /**
   * Train the layer's weights; false keeps them as they are. Default: true.
   */
  trainable?: boolean;
  /**
   * Number of units: the size of the layer's output. Unit: count.
   */
  units: number;
  activation?: Activation;
  recurrentActivation?: Activation;
  /**
   * Add a bias to the gates. Default: true.
   */
  useBias?: boolean;
  /**
   * Start the forget gate's bias at one (Jozefowicz et al. 2015). Default: true.
   */
  unitForgetBias?: boolean;
  kernelInitializer?: Initializer;
  recurrentInitializer?: Initializer;
  biasInitializer?: Initializer;
  kernelRegularizer?: Regularizer;
  recurrentRegularizer?: Regularizer;
  biasRegularizer?: Regularizer;
  kernelConstraint?: Constraint;
  recurrentConstraint?: Constraint;
  biasConstraint?: Constraint;
  /**
   * Share of the inputs set to zero while training, the same ones at every timestep; 0 ≤ rate < 1. Default: 0.
   */
  dropout?: number;
  /**
   * Share of the recurrent state set to zero while training, the same units at every timestep; 0 ≤ rate < 1. As in Keras each gate then has masks of its own, of the inputs, too. Default: 0.
   */
  recurrentDropout?: number;
  /**
   * Return the output of every timestep instead of the last one only. Default: false.
   */
  returnSequences?: boolean;
  /**
   * Read the timesteps from the last to the first; outputs come in that order. Default: false.
   */
  goBackwards?: boolean;
  /**
   * Start sample i of a batch from the state in which sample i of the batch before it ended, and from zeros at the start of an epoch; needs `shuffle: false`. Windows of csv and text datasets start one step after another: they continue the batch before only where `batchSize` is the number of timesteps. Default: false.
   */
  stateful?: boolean;
}
/**
 * One value everywhere.
 */
export interface ConstantInitializer {
  /**
   * One value everywhere.
   */
  type: "constant";
  /**
   * The value. Default: 0.
   */
  value?: number;
}
/**
 * Uniform in [minval, maxval).
 */
export interface RandomUniformInitializer {
  /**
   * Uniform in [minval, maxval).
   */
  type: "randomUniform";
  /**
   * The lower bound. Default: -0.05.
   */
  minval?: number;
  /**
   * The upper bound. Default: 0.05.
   */
  maxval?: number;
}
/**
 * Normal.
 */
export interface RandomNormalInitializer {
  /**
   * Normal.
   */
  type: "randomNormal";
  /**
   * Mean of the values. Default: 0.
   */
  mean?: number;
  /**
   * Standard deviation. Default: 0.05.
   */
  stddev?: number;
}
/**
 * Normal, within two standard deviations of the mean.
 */
export interface TruncatedNormalInitializer {
  /**
   * Normal, within two standard deviations of the mean.
   */
  type: "truncatedNormal";
  /**
   * Mean of the values. Default: 0.
   */
  mean?: number;
  /**
   * Standard deviation before the cut. Default: 0.05.
   */
  stddev?: number;
}
/**
 * gain times orthonormal rows or columns (Saxe et al. 2014).
 */
export interface OrthogonalInitializer {
  /**
   * gain times orthonormal rows or columns (Saxe et al. 2014).
   */
  type: "orthogonal";
  /**
   * Factor of the matrix. Default: 1.
   */
  gain?: number;
}
/**
 * gain on the diagonal of a matrix, 0 elsewhere.
 */
export interface IdentityInitializer {
  /**
   * gain on the diagonal of a matrix, 0 elsewhere.
   */
  type: "identity";
  /**
   * Value of the diagonal. Default: 1.
   */
  gain?: number;
}
/**
 * Mean 0 and variance scale / n, n being the fan that mode names.
 */
export interface VarianceScalingInitializer {
  /**
   * Mean 0 and variance scale / n, n being the fan that mode names.
   */
  type: "varianceScaling";
  /**
   * Factor of the variance. Default: 1.
   */
  scale?: number;
  /**
   * What the variance is divided by: inputs or outputs of a unit, or their average. Default: fanIn.
   */
  mode?: "fanIn" | "fanOut" | "fanAvg";
  /**
   * Shape of the distribution; a truncated normal is cut off at two standard deviations. Default: truncatedNormal.
   */
  distribution?: "truncatedNormal" | "untruncatedNormal" | "uniform";
}
/**
 * l1 · Σ|w| + l2 · Σw², as in Keras.
 */
export interface Regularizer {
  /**
   * Factor of the sum of absolute values. Default: 0.
   */
  l1?: number;
  /**
   * Factor of the sum of squares. Default: 0.
   */
  l2?: number;
}
/**
 * No constraint.
 */
export interface NoConstraint {
  /**
   * No constraint.
   */
  type: "none";
}
/**
 * Norms are at most maxValue.
 */
export interface MaxNormConstraint {
  /**
   * Norms are at most maxValue.
   */
  type: "maxNorm";
  /**
   * The largest norm. Default: 2.
   */
  maxValue?: number;
  /**
   * The axis over which a norm is taken. Default: 0.
   */
  axis?: number;
}
/**
 * Negative values become zero.
 */
export interface NonNegConstraint {
  /**
   * Negative values become zero.
   */
  type: "nonNeg";
}
/**
 * Norms are one.
 */
export interface UnitNormConstraint {
  /**
   * Norms are one.
   */
  type: "unitNorm";
  /**
   * The axis over which a norm is taken. Default: 0.
   */
  axis?: number;
}
/**
 * Norms lie between minValue and maxValue.
 */
export interface MinMaxNormConstraint {
  /**
   * Norms lie between minValue and maxValue.
   */
  type: "minMaxNorm";
  /**
   * The smallest norm. Default: 0.
   */
  minValue?: number;
  /**
   * The largest norm. Default: 1.
   */
  maxValue?: number;
  /**
   * How far a step goes towards the bounds; 1: all the way. Default: 1.
   */
  rate?: number;
  /**
   * The axis over which a norm is taken. Default: 0.
   */
  axis?: number;
}
/**
 * Gated recurrent unit over the timesteps (Cho et al. 2014).
 */
export interface GruLayer {
  /**
   * Gated recurrent unit over the timesteps (Cho et al. 2014).
   */
  type: "gru";
  /**
   * Name of the layer, an identifier in the generated code. Default: the type and a number, such as lstm1.
   */
  name?: string;
  /**
   * Names of the layers or model inputs that this layer reads. Default: the layer before it; for the first layer the dataset's input.
   *
   * @minItems 1
   * @maxItems 16
   */
  inputs?: string[];
  /**
   * Train the layer's weights; false keeps them as they are. Default: true.
   */
  trainable?: boolean;
  /**
   * Number of units: the size of the layer's output. Unit: count.
   */
  units: number;
  activation?: Activation;
  recurrentActivation?: Activation;
  /**
   * Add a bias to the gates. Default: true.
   */
  useBias?: boolean;
  /**
   * Apply the reset gate after the recurrent product, as Keras does, with a bias of its own. Default: true.
   */
  resetAfter?: boolean;
  kernelInitializer?: Initializer;
  recurrentInitializer?: Initializer;
  biasInitializer?: Initializer;
  kernelRegularizer?: Regularizer;
  recurrentRegularizer?: Regularizer;
  biasRegularizer?: Regularizer;
  kernelConstraint?: Constraint;
  recurrentConstraint?: Constraint;
  biasConstraint?: Constraint;
  /**
   * Share of the inputs set to zero while training, the same ones at every timestep; 0 ≤ rate < 1. Default: 0.
   */
  dropout?: number;
  /**
   * Share of the recurrent state set to zero while training, the same units at every timestep; 0 ≤ rate < 1. As in Keras each gate then has masks of its own, of the inputs, too. Default: 0.
   */
  recurrentDropout?: number;
  /**
   * Return the output of every timestep instead of the last one only. Default: false.
   */
  returnSequences?: boolean;
  /**
   * Read the timesteps from the last to the first; outputs come in that order. Default: false.
   */
  goBackwards?: boolean;
  /**
   * Start sample i of a batch from the state in which sample i of the batch before it ended, and from zeros at the start of an epoch; needs `shuffle: false`. Windows of csv and text datasets start one step after another: they continue the batch before only where `batchSize` is the number of timesteps. Default: false.
   */
  stateful?: boolean;
}
/**
 * Fully connected recurrent layer: the output is fed back (Elman 1990).
 */
export interface SimpleRnnLayer {
  /**
   * Fully connected recurrent layer: the output is fed back (Elman 1990).
   */
  type: "simpleRNN";
  /**
   * Name of the layer, an identifier in the generated code. Default: the type and a number, such as lstm1.
   */
  name?: string;
  /**
   * Names of the layers or model inputs that this layer reads. Default: the layer before it; for the first layer the dataset's input.
   *
   * @minItems 1
   * @maxItems 16
   */
  inputs?: string[];
  /**
   * Train the layer's weights; false keeps them as they are. Default: true.
   */
  trainable?: boolean;
  /**
   * Number of units: the size of the layer's output. Unit: count.
   */
  units: number;
  activation?: Activation;
  /**
   * Add a bias. Default: true.
   */
  useBias?: boolean;
  kernelInitializer?: Initializer;
  recurrentInitializer?: Initializer;
  biasInitializer?: Initializer;
  kernelRegularizer?: Regularizer;
  recurrentRegularizer?: Regularizer;
  biasRegularizer?: Regularizer;
  kernelConstraint?: Constraint;
  recurrentConstraint?: Constraint;
  biasConstraint?: Constraint;
  /**
   * Share of the inputs set to zero while training, the same ones at every timestep; 0 ≤ rate < 1. Default: 0.
   */
  dropout?: number;
  /**
   * Share of the recurrent state set to zero while training, the same units at every timestep; 0 ≤ rate < 1. Default: 0.
   */
  recurrentDropout?: number;
  /**
   * Return the output of every timestep instead of the last one only. Default: false.
   */
  returnSequences?: boolean;
  /**
   * Read the timesteps from the last to the first; outputs come in that order. Default: false.
   */
  goBackwards?: boolean;
  /**
   * Start sample i of a batch from the state in which sample i of the batch before it ended, and from zeros at the start of an epoch; needs `shuffle: false`. Windows of csv and text datasets start one step after another: they continue the batch before only where `batchSize` is the number of timesteps. Default: false.
   */
  stateful?: boolean;
}
/**
 * Runs a recurrent layer forwards and another backwards over the timesteps and merges both (Schuster & Paliwal 1997).
 */
export interface BidirectionalLayer {
  /**
   * Runs a recurrent layer forwards and another backwards over the timesteps and merges both (Schuster & Paliwal 1997).
   */
  type: "bidirectional";
  /**
   * Name of the layer, an identifier in the generated code. Default: the type and a number, such as lstm1.
   */
  name?: string;
  /**
   * Names of the layers or model inputs that this layer reads. Default: the layer before it; for the first layer the dataset's input.
   *
   * @minItems 1
   * @maxItems 16
   */
  inputs?: string[];
  /**
   * Train the layer's weights; false keeps them as they are. Default: true.
   */
  trainable?: boolean;
  layer: RecurrentLayer;
  /**
   * How both outputs become one: concat doubles the features. Default: concat.
   */
  mergeMode?: "concat" | "sum" | "mul" | "ave";
}
/**
 * Long short-term memory over the timesteps (Hochreiter & Schmidhuber 1997).
 */
export interface WrappedLstmLayer {
  /**
   * Long short-term memory over the timesteps (Hochreiter & Schmidhuber 1997).
   */
  type: "lstm";
  /**
   * Number of units: the size of the layer's output. Unit: count.
   */
  units: number;
  activation?: Activation;
  recurrentActivation?: Activation;
  /**
   * Add a bias to the gates. Default: true.
   */
  useBias?: boolean;
  /**
   * Start the forget gate's bias at one (Jozefowicz et al. 2015). Default: true.
   */
  unitForgetBias?: boolean;
  kernelInitializer?: Initializer;
  recurrentInitializer?: Initializer;
  biasInitializer?: Initializer;
  kernelRegularizer?: Regularizer;
  recurrentRegularizer?: Regularizer;
  biasRegularizer?: Regularizer;
  kernelConstraint?: Constraint;
  recurrentConstraint?: Constraint;
  biasConstraint?: Constraint;
  /**
   * Share of the inputs set to zero while training, the same ones at every timestep; 0 ≤ rate < 1. Default: 0.
   */
  dropout?: number;
  /**
   * Share of the recurrent state set to zero while training, the same units at every timestep; 0 ≤ rate < 1. As in Keras each gate then has masks of its own, of the inputs, too. Default: 0.
   */
  recurrentDropout?: number;
  /**
   * Return the output of every timestep instead of the last one only. Default: false.
   */
  returnSequences?: boolean;
  /**
   * Read the timesteps from the last to the first; outputs come in that order. Default: false.
   */
  goBackwards?: boolean;
  /**
   * Start sample i of a batch from the state in which sample i of the batch before it ended, and from zeros at the start of an epoch; needs `shuffle: false`. Windows of csv and text datasets start one step after another: they continue the batch before only where `batchSize` is the number of timesteps. Default: false.
   */
  stateful?: boolean;
}
/**
 * Gated recurrent unit over the timesteps (Cho et al. 2014).
 */
export interface WrappedGruLayer {
  /**
   * Gated recurrent unit over the timesteps (Cho et al. 2014).
   */
  type: "gru";
  /**
   * Number of units: the size of the layer's output. Unit: count.
   */
  units: number;
  activation?: Activation;
  recurrentActivation?: Activation;
  /**
   * Add a bias to the gates. Default: true.
   */
  useBias?: boolean;
  /**
   * Apply the reset gate after the recurrent product, as Keras does, with a bias of its own. Default: true.
   */
  resetAfter?: boolean;
  kernelInitializer?: Initializer;
  recurrentInitializer?: Initializer;
  biasInitializer?: Initializer;
  kernelRegularizer?: Regularizer;
  recurrentRegularizer?: Regularizer;
  biasRegularizer?: Regularizer;
  kernelConstraint?: Constraint;
  recurrentConstraint?: Constraint;
  biasConstraint?: Constraint;
  /**
   * Share of the inputs set to zero while training, the same ones at every timestep; 0 ≤ rate < 1. Default: 0.
   */
  dropout?: number;
  /**
   * Share of the recurrent state set to zero while training, the same units at every timestep; 0 ≤ rate < 1. As in Keras each gate then has masks of its own, of the inputs, too. Default: 0.
   */
  recurrentDropout?: number;
  /**
   * Return the output of every timestep instead of the last one only. Default: false.
   */
  returnSequences?: boolean;
  /**
   * Read the timesteps from the last to the first; outputs come in that order. Default: false.
   */
  goBackwards?: boolean;
  /**
   * Start sample i of a batch from the state in which sample i of the batch before it ended, and from zeros at the start of an epoch; needs `shuffle: false`. Windows of csv and text datasets start one step after another: they continue the batch before only where `batchSize` is the number of timesteps. Default: false.
   */
  stateful?: boolean;
}
/**
 * Fully connected recurrent layer: the output is fed back (Elman 1990).
 */
export interface WrappedSimpleRnnLayer {
  /**
   * Fully connected recurrent layer: the output is fed back (Elman 1990).
   */
  type: "simpleRNN";
  /**
   * Number of units: the size of the layer's output. Unit: count.
   */
  units: number;
  activation?: Activation;
  /**
   * Add a bias. Default: true.
   */
  useBias?: boolean;
  kernelInitializer?: Initializer;
  recurrentInitializer?: Initializer;
  biasInitializer?: Initializer;
  kernelRegularizer?: Regularizer;
  recurrentRegularizer?: Regularizer;
  biasRegularizer?: Regularizer;
  kernelConstraint?: Constraint;
  recurrentConstraint?: Constraint;
  biasConstraint?: Constraint;
  /**
   * Share of the inputs set to zero while training, the same ones at every timestep; 0 ≤ rate < 1. Default: 0.
   */
  dropout?: number;
  /**
   * Share of the recurrent state set to zero while training, the same units at every timestep; 0 ≤ rate < 1. Default: 0.
   */
  recurrentDropout?: number;
  /**
   * Return the output of every timestep instead of the last one only. Default: false.
   */
  returnSequences?: boolean;
  /**
   * Read the timesteps from the last to the first; outputs come in that order. Default: false.
   */
  goBackwards?: boolean;
  /**
   * Start sample i of a batch from the state in which sample i of the batch before it ended, and from zeros at the start of an epoch; needs `shuffle: false`. Windows of csv and text datasets start one step after another: they continue the batch before only where `batchSize` is the number of timesteps. Default: false.
   */
  stateful?: boolean;
}
/**
 * Applies a layer to each timestep alike.
 */
export interface TimeDistributedLayer {
  /**
   * Applies a layer to each timestep alike.
   */
  type: "timeDistributed";
  /**
   * Name of the layer, an identifier in the generated code. Default: the type and a number, such as lstm1.
   */
  name?: string;
  /**
   * Names of the layers or model inputs that this layer reads. Default: the layer before it; for the first layer the dataset's input.
   *
   * @minItems 1
   * @maxItems 16
   */
  inputs?: string[];
  /**
   * Train the layer's weights; false keeps them as they are. Default: true.
   */
  trainable?: boolean;
  layer: TimestepLayer;
}
/**
 * A fully connected layer; on a sequence it is applied to each timestep alike, on frames to each place.
 */
export interface WrappedDenseLayer {
  /**
   * A fully connected layer; on a sequence it is applied to each timestep alike, on frames to each place.
   */
  type: "dense";
  /**
   * Number of units: the size of the layer's output. The last layer can leave them to the targets: one for each class, number or quantile. Unit: count.
   */
  units?: number;
  activation?: Activation;
  /**
   * Add a bias. Default: true.
   */
  useBias?: boolean;
  kernelInitializer?: Initializer;
  biasInitializer?: Initializer;
  kernelRegularizer?: Regularizer;
  biasRegularizer?: Regularizer;
  kernelConstraint?: Constraint;
  biasConstraint?: Constraint;
}
/**
 * Applies an activation.
 */
export interface WrappedActivationLayer {
  /**
   * Applies an activation.
   */
  type: "activation";
  activation: Activation;
}
/**
 * Sets inputs to zero at random while training and scales the others up (Srivastava et al. 2014).
 */
export interface WrappedDropoutLayer {
  /**
   * Sets inputs to zero at random while training and scales the others up (Srivastava et al. 2014).
   */
  type: "dropout";
  /**
   * Share of the inputs set to zero; 0 ≤ rate < 1.
   */
  rate: number;
}
/**
 * Adds normal noise while training.
 */
export interface WrappedGaussianNoiseLayer {
  /**
   * Adds normal noise while training.
   */
  type: "gaussianNoise";
  /**
   * Standard deviation of the noise.
   */
  stddev: number;
}
/**
 * Multiplies by normal noise of mean 1 and variance rate / (1 - rate) while training (Srivastava et al. 2014).
 */
export interface WrappedGaussianDropoutLayer {
  /**
   * Multiplies by normal noise of mean 1 and variance rate / (1 - rate) while training (Srivastava et al. 2014).
   */
  type: "gaussianDropout";
  /**
   * Share of the inputs set to zero; 0 ≤ rate < 1.
   */
  rate: number;
}
/**
 * Normalises each vector to mean 0 and variance 1, then scales and shifts (Ba et al. 2016).
 */
export interface WrappedLayerNormalizationLayer {
  /**
   * Normalises each vector to mean 0 and variance 1, then scales and shifts (Ba et al. 2016).
   */
  type: "layerNormalization";
  /**
   * The axis of the features, always the last. Default: -1.
   */
  axis?: -1;
  /**
   * Added to the variance. Default: 0.001.
   */
  epsilon?: number;
  /**
   * Add a trained offset, beta. Default: true.
   */
  center?: boolean;
  /**
   * Multiply by a trained factor, gamma. Default: true.
   */
  scale?: boolean;
  gammaInitializer?: Initializer;
  betaInitializer?: Initializer;
  gammaRegularizer?: Regularizer;
  betaRegularizer?: Regularizer;
  gammaConstraint?: Constraint;
  betaConstraint?: Constraint;
}
/**
 * Normalises each feature over the batch (and the timesteps); at inference with moving statistics (Ioffe & Szegedy 2015).
 */
export interface WrappedBatchNormalizationLayer {
  /**
   * Normalises each feature over the batch (and the timesteps); at inference with moving statistics (Ioffe & Szegedy 2015).
   */
  type: "batchNormalization";
  /**
   * The axis of the features, always the last. Default: -1.
   */
  axis?: -1;
  /**
   * Share of the moving statistics that stays at each step. Default: 0.99.
   */
  momentum?: number;
  /**
   * Added to the variance. Default: 0.001.
   */
  epsilon?: number;
  /**
   * Add a trained offset, beta. Default: true.
   */
  center?: boolean;
  /**
   * Multiply by a trained factor, gamma. Default: true.
   */
  scale?: boolean;
  gammaInitializer?: Initializer;
  betaInitializer?: Initializer;
  gammaRegularizer?: Regularizer;
  betaRegularizer?: Regularizer;
  gammaConstraint?: Constraint;
  betaConstraint?: Constraint;
  movingMeanInitializer?: Initializer;
  movingVarianceInitializer?: Initializer;
}
/**
 * A fully connected layer; on a sequence it is applied to each timestep alike, on frames to each place.
 */
export interface DenseLayer {
  /**
   * A fully connected layer; on a sequence it is applied to each timestep alike, on frames to each place.
   */
  type: "dense";
  /**
   * Name of the layer, an identifier in the generated code. Default: the type and a number, such as lstm1.
   */
  name?: string;
  /**
   * Names of the layers or model inputs that this layer reads. Default: the layer before it; for the first layer the dataset's input.
   *
   * @minItems 1
   * @maxItems 16
   */
  inputs?: string[];
  /**
   * Train the layer's weights; false keeps them as they are. Default: true.
   */
  trainable?: boolean;
  /**
   * Number of units: the size of the layer's output. The last layer can leave them to the targets: one for each class, number or quantile. Unit: count.
   */
  units?: number;
  activation?: Activation;
  /**
   * Add a bias. Default: true.
   */
  useBias?: boolean;
  kernelInitializer?: Initializer;
  biasInitializer?: Initializer;
  kernelRegularizer?: Regularizer;
  biasRegularizer?: Regularizer;
  kernelConstraint?: Constraint;
  biasConstraint?: Constraint;
}
/**
 * Turns token ids into vectors that are trained.
 */
export interface EmbeddingLayer {
  /**
   * Turns token ids into vectors that are trained.
   */
  type: "embedding";
  /**
   * Name of the layer, an identifier in the generated code. Default: the type and a number, such as lstm1.
   */
  name?: string;
  /**
   * Names of the layers or model inputs that this layer reads. Default: the layer before it; for the first layer the dataset's input.
   *
   * @minItems 1
   * @maxItems 16
   */
  inputs?: string[];
  /**
   * Train the layer's weights; false keeps them as they are. Default: true.
   */
  trainable?: boolean;
  /**
   * Number of different ids: they are 0..inputDim-1. Unit: count.
   */
  inputDim: number;
  /**
   * Length of a vector. Unit: count.
   */
  outputDim: number;
  /**
   * Id 0 is padding: later layers skip those timesteps. Default: false.
   */
  maskZero?: boolean;
  embeddingsInitializer?: Initializer;
  embeddingsRegularizer?: Regularizer;
  embeddingsConstraint?: Constraint;
}
/**
 * Later layers skip the timesteps whose features all equal a value.
 */
export interface MaskingLayer {
  /**
   * Later layers skip the timesteps whose features all equal a value.
   */
  type: "masking";
  /**
   * Name of the layer, an identifier in the generated code. Default: the type and a number, such as lstm1.
   */
  name?: string;
  /**
   * Names of the layers or model inputs that this layer reads. Default: the layer before it; for the first layer the dataset's input.
   *
   * @minItems 1
   * @maxItems 16
   */
  inputs?: string[];
  /**
   * The value that marks padding. Default: 0.
   */
  maskValue?: number;
}
/**
 * Sets inputs to zero at random while training and scales the others up (Srivastava et al. 2014).
 */
export interface DropoutLayer {
  /**
   * Sets inputs to zero at random while training and scales the others up (Srivastava et al. 2014).
   */
  type: "dropout";
  /**
   * Name of the layer, an identifier in the generated code. Default: the type and a number, such as lstm1.
   */
  name?: string;
  /**
   * Names of the layers or model inputs that this layer reads. Default: the layer before it; for the first layer the dataset's input.
   *
   * @minItems 1
   * @maxItems 16
   */
  inputs?: string[];
  /**
   * Share of the inputs set to zero; 0 ≤ rate < 1.
   */
  rate: number;
}
/**
 * Dropout of whole features: the same ones at every timestep (Tompson et al. 2015).
 */
export interface SpatialDropout1DLayer {
  /**
   * Dropout of whole features: the same ones at every timestep (Tompson et al. 2015).
   */
  type: "spatialDropout1d";
  /**
   * Name of the layer, an identifier in the generated code. Default: the type and a number, such as lstm1.
   */
  name?: string;
  /**
   * Names of the layers or model inputs that this layer reads. Default: the layer before it; for the first layer the dataset's input.
   *
   * @minItems 1
   * @maxItems 16
   */
  inputs?: string[];
  /**
   * Share of the inputs set to zero; 0 ≤ rate < 1.
   */
  rate: number;
}
/**
 * Adds normal noise while training.
 */
export interface GaussianNoiseLayer {
  /**
   * Adds normal noise while training.
   */
  type: "gaussianNoise";
  /**
   * Name of the layer, an identifier in the generated code. Default: the type and a number, such as lstm1.
   */
  name?: string;
  /**
   * Names of the layers or model inputs that this layer reads. Default: the layer before it; for the first layer the dataset's input.
   *
   * @minItems 1
   * @maxItems 16
   */
  inputs?: string[];
  /**
   * Standard deviation of the noise.
   */
  stddev: number;
}
/**
 * Multiplies by normal noise of mean 1 and variance rate / (1 - rate) while training (Srivastava et al. 2014).
 */
export interface GaussianDropoutLayer {
  /**
   * Multiplies by normal noise of mean 1 and variance rate / (1 - rate) while training (Srivastava et al. 2014).
   */
  type: "gaussianDropout";
  /**
   * Name of the layer, an identifier in the generated code. Default: the type and a number, such as lstm1.
   */
  name?: string;
  /**
   * Names of the layers or model inputs that this layer reads. Default: the layer before it; for the first layer the dataset's input.
   *
   * @minItems 1
   * @maxItems 16
   */
  inputs?: string[];
  /**
   * Share of the inputs set to zero; 0 ≤ rate < 1.
   */
  rate: number;
}
/**
 * Normalises each vector to mean 0 and variance 1, then scales and shifts (Ba et al. 2016).
 */
export interface LayerNormalizationLayer {
  /**
   * Normalises each vector to mean 0 and variance 1, then scales and shifts (Ba et al. 2016).
   */
  type: "layerNormalization";
  /**
   * Name of the layer, an identifier in the generated code. Default: the type and a number, such as lstm1.
   */
  name?: string;
  /**
   * Names of the layers or model inputs that this layer reads. Default: the layer before it; for the first layer the dataset's input.
   *
   * @minItems 1
   * @maxItems 16
   */
  inputs?: string[];
  /**
   * Train the layer's weights; false keeps them as they are. Default: true.
   */
  trainable?: boolean;
  /**
   * The axis of the features, always the last. Default: -1.
   */
  axis?: -1;
  /**
   * Added to the variance. Default: 0.001.
   */
  epsilon?: number;
  /**
   * Add a trained offset, beta. Default: true.
   */
  center?: boolean;
  /**
   * Multiply by a trained factor, gamma. Default: true.
   */
  scale?: boolean;
  gammaInitializer?: Initializer;
  betaInitializer?: Initializer;
  gammaRegularizer?: Regularizer;
  betaRegularizer?: Regularizer;
  gammaConstraint?: Constraint;
  betaConstraint?: Constraint;
}
/**
 * Normalises each feature over the batch (and the timesteps); at inference with moving statistics (Ioffe & Szegedy 2015).
 */
export interface BatchNormalizationLayer {
  /**
   * Normalises each feature over the batch (and the timesteps); at inference with moving statistics (Ioffe & Szegedy 2015).
   */
  type: "batchNormalization";
  /**
   * Name of the layer, an identifier in the generated code. Default: the type and a number, such as lstm1.
   */
  name?: string;
  /**
   * Names of the layers or model inputs that this layer reads. Default: the layer before it; for the first layer the dataset's input.
   *
   * @minItems 1
   * @maxItems 16
   */
  inputs?: string[];
  /**
   * Train the layer's weights; false keeps them as they are. Default: true.
   */
  trainable?: boolean;
  /**
   * The axis of the features, always the last. Default: -1.
   */
  axis?: -1;
  /**
   * Share of the moving statistics that stays at each step. Default: 0.99.
   */
  momentum?: number;
  /**
   * Added to the variance. Default: 0.001.
   */
  epsilon?: number;
  /**
   * Add a trained offset, beta. Default: true.
   */
  center?: boolean;
  /**
   * Multiply by a trained factor, gamma. Default: true.
   */
  scale?: boolean;
  gammaInitializer?: Initializer;
  betaInitializer?: Initializer;
  gammaRegularizer?: Regularizer;
  betaRegularizer?: Regularizer;
  gammaConstraint?: Constraint;
  betaConstraint?: Constraint;
  movingMeanInitializer?: Initializer;
  movingVarianceInitializer?: Initializer;
}
/**
 * Subtracts a given mean of each feature and divides by the root of its given variance.
 */
export interface NormalizationLayer {
  /**
   * Subtracts a given mean of each feature and divides by the root of its given variance.
   */
  type: "normalization";
  /**
   * Name of the layer, an identifier in the generated code. Default: the type and a number, such as lstm1.
   */
  name?: string;
  /**
   * Names of the layers or model inputs that this layer reads. Default: the layer before it; for the first layer the dataset's input.
   *
   * @minItems 1
   * @maxItems 16
   */
  inputs?: string[];
  /**
   * The axis of the features, always the last. Default: -1.
   */
  axis?: -1;
  /**
   * Mean of each feature in the training rows, or one for all of them.
   *
   * @minItems 1
   * @maxItems 65536
   */
  mean: number | number[];
  /**
   * Variance of each feature in the training rows, or one for all of them.
   *
   * @minItems 1
   * @maxItems 65536
   */
  variance: number | number[];
}
/**
 * Multiplies by a given number and adds another.
 */
export interface RescalingLayer {
  /**
   * Multiplies by a given number and adds another.
   */
  type: "rescaling";
  /**
   * Name of the layer, an identifier in the generated code. Default: the type and a number, such as lstm1.
   */
  name?: string;
  /**
   * Names of the layers or model inputs that this layer reads. Default: the layer before it; for the first layer the dataset's input.
   *
   * @minItems 1
   * @maxItems 16
   */
  inputs?: string[];
  /**
   * The factor.
   */
  scale: number;
  /**
   * What is added to the product. Default: 0.
   */
  offset?: number;
}
/**
 * An LSTM over frames: convolutions of the input and of the state take the place of its products (Shi et al. 2015).
 */
export interface ConvLstm2DLayer {
  /**
   * An LSTM over frames: convolutions of the input and of the state take the place of its products (Shi et al. 2015).
   */
  type: "convLstm2d";
  /**
   * Name of the layer, an identifier in the generated code. Default: the type and a number, such as lstm1.
   */
  name?: string;
  /**
   * Names of the layers or model inputs that this layer reads. Default: the layer before it; for the first layer the dataset's input.
   *
   * @minItems 1
   * @maxItems 16
   */
  inputs?: string[];
  /**
   * Train the layer's weights; false keeps them as they are. Default: true.
   */
  trainable?: boolean;
  /**
   * Number of filters: the channels of the output. Unit: count.
   */
  filters: number;
  /**
   * Places that a filter sees, of the input and of the state: one number, or one for the rows and one for the columns.
   *
   * @minItems 2
   * @maxItems 2
   */
  kernelSize: number | [number, number];
  /**
   * Places between two outputs: one number, or one for the rows and one for the columns. Default: 1.
   *
   * @minItems 2
   * @maxItems 2
   */
  strides?: number | [number, number];
  /**
   * valid: only whole windows; same: as many outputs as inputs (at stride 1). The windows of the state are always same. Default: valid.
   */
  padding?: "valid" | "same";
  /**
   * Places between two inputs of a filter; those of the state lie side by side: one number, or one for the rows and one for the columns. Default: 1.
   *
   * @minItems 2
   * @maxItems 2
   */
  dilationRate?: number | [number, number];
  activation?: Activation;
  recurrentActivation?: Activation;
  /**
   * Add a bias to the gates. Default: true.
   */
  useBias?: boolean;
  /**
   * Start the forget gate's bias at one (Jozefowicz et al. 2015). Default: true.
   */
  unitForgetBias?: boolean;
  kernelInitializer?: Initializer;
  recurrentInitializer?: Initializer;
  biasInitializer?: Initializer;
  kernelRegularizer?: Regularizer;
  recurrentRegularizer?: Regularizer;
  biasRegularizer?: Regularizer;
  kernelConstraint?: Constraint;
  recurrentConstraint?: Constraint;
  biasConstraint?: Constraint;
  /**
   * Share of the inputs set to zero while training, the same ones at every timestep; 0 ≤ rate < 1. Default: 0.
   */
  dropout?: number;
  /**
   * Share of the recurrent state set to zero while training, the same units at every timestep; 0 ≤ rate < 1. As in Keras each gate then has masks of its own, of the inputs, too. Default: 0.
   */
  recurrentDropout?: number;
  /**
   * Return the output of every timestep instead of the last one only. Default: false.
   */
  returnSequences?: boolean;
  /**
   * Read the timesteps from the last to the first; outputs come in that order. Default: false.
   */
  goBackwards?: boolean;
}
/**
 * A convolution over the timesteps.
 */
export interface Conv1DLayer {
  /**
   * A convolution over the timesteps.
   */
  type: "conv1d";
  /**
   * Name of the layer, an identifier in the generated code. Default: the type and a number, such as lstm1.
   */
  name?: string;
  /**
   * Names of the layers or model inputs that this layer reads. Default: the layer before it; for the first layer the dataset's input.
   *
   * @minItems 1
   * @maxItems 16
   */
  inputs?: string[];
  /**
   * Train the layer's weights; false keeps them as they are. Default: true.
   */
  trainable?: boolean;
  /**
   * Number of filters: the features of the output. Unit: count.
   */
  filters: number;
  /**
   * Timesteps that a filter sees. Unit: count.
   */
  kernelSize: number;
  /**
   * Timesteps between two outputs. Unit: count. Default: 1.
   */
  strides?: number;
  /**
   * valid: only whole windows; same: as many outputs as inputs (at stride 1); causal: an output sees no later input. Default: valid.
   */
  padding?: "valid" | "same" | "causal";
  /**
   * Timesteps between two inputs of a filter. Unit: count. Default: 1.
   */
  dilationRate?: number;
  activation?: Activation;
  /**
   * Add a bias. Default: true.
   */
  useBias?: boolean;
  kernelInitializer?: Initializer;
  biasInitializer?: Initializer;
  kernelRegularizer?: Regularizer;
  biasRegularizer?: Regularizer;
  kernelConstraint?: Constraint;
  biasConstraint?: Constraint;
}
/**
 * The largest value of each feature in windows of timesteps.
 */
export interface MaxPooling1DLayer {
  /**
   * The largest value of each feature in windows of timesteps.
   */
  type: "maxPooling1d";
  /**
   * Name of the layer, an identifier in the generated code. Default: the type and a number, such as lstm1.
   */
  name?: string;
  /**
   * Names of the layers or model inputs that this layer reads. Default: the layer before it; for the first layer the dataset's input.
   *
   * @minItems 1
   * @maxItems 16
   */
  inputs?: string[];
  /**
   * Timesteps in a window. Unit: count. Default: 2.
   */
  poolSize?: number;
  /**
   * Timesteps between two windows; default: poolSize. Unit: count.
   */
  strides?: number;
  /**
   * valid: only whole windows; same: windows at the ends may be shorter. Default: valid.
   */
  padding?: "valid" | "same";
}
/**
 * The mean value of each feature in windows of timesteps.
 */
export interface AveragePooling1DLayer {
  /**
   * The mean value of each feature in windows of timesteps.
   */
  type: "averagePooling1d";
  /**
   * Name of the layer, an identifier in the generated code. Default: the type and a number, such as lstm1.
   */
  name?: string;
  /**
   * Names of the layers or model inputs that this layer reads. Default: the layer before it; for the first layer the dataset's input.
   *
   * @minItems 1
   * @maxItems 16
   */
  inputs?: string[];
  /**
   * Timesteps in a window. Unit: count. Default: 2.
   */
  poolSize?: number;
  /**
   * Timesteps between two windows; default: poolSize. Unit: count.
   */
  strides?: number;
  /**
   * valid: only whole windows; same: windows at the ends may be shorter. Default: valid.
   */
  padding?: "valid" | "same";
}
/**
 * The largest value of each feature over all timesteps.
 */
export interface GlobalMaxPooling1DLayer {
  /**
   * The largest value of each feature over all timesteps.
   */
  type: "globalMaxPooling1d";
  /**
   * Name of the layer, an identifier in the generated code. Default: the type and a number, such as lstm1.
   */
  name?: string;
  /**
   * Names of the layers or model inputs that this layer reads. Default: the layer before it; for the first layer the dataset's input.
   *
   * @minItems 1
   * @maxItems 16
   */
  inputs?: string[];
}
/**
 * The mean of each feature over all timesteps.
 */
export interface GlobalAveragePooling1DLayer {
  /**
   * The mean of each feature over all timesteps.
   */
  type: "globalAveragePooling1d";
  /**
   * Name of the layer, an identifier in the generated code. Default: the type and a number, such as lstm1.
   */
  name?: string;
  /**
   * Names of the layers or model inputs that this layer reads. Default: the layer before it; for the first layer the dataset's input.
   *
   * @minItems 1
   * @maxItems 16
   */
  inputs?: string[];
}
/**
 * Joins all values of a sample to one vector, in the order of the timesteps, and of the rows and columns of frames.
 */
export interface FlattenLayer {
  /**
   * Joins all values of a sample to one vector, in the order of the timesteps, and of the rows and columns of frames.
   */
  type: "flatten";
  /**
   * Name of the layer, an identifier in the generated code. Default: the type and a number, such as lstm1.
   */
  name?: string;
  /**
   * Names of the layers or model inputs that this layer reads. Default: the layer before it; for the first layer the dataset's input.
   *
   * @minItems 1
   * @maxItems 16
   */
  inputs?: string[];
}
/**
 * Reads a sample's values in another shape: [features], [timesteps, features], or frames: [rows, columns, channels] or [timesteps, rows, columns, channels].
 */
export interface ReshapeLayer {
  /**
   * Reads a sample's values in another shape: [features], [timesteps, features], or frames: [rows, columns, channels] or [timesteps, rows, columns, channels].
   */
  type: "reshape";
  /**
   * Name of the layer, an identifier in the generated code. Default: the type and a number, such as lstm1.
   */
  name?: string;
  /**
   * Names of the layers or model inputs that this layer reads. Default: the layer before it; for the first layer the dataset's input.
   *
   * @minItems 1
   * @maxItems 16
   */
  inputs?: string[];
  /**
   * The shape per sample; its values are as many as those of the input.
   *
   * @minItems 1
   * @maxItems 4
   */
  targetShape: number[];
}
/**
 * Exchanges timesteps and features.
 */
export interface PermuteLayer {
  /**
   * Exchanges timesteps and features.
   */
  type: "permute";
  /**
   * Name of the layer, an identifier in the generated code. Default: the type and a number, such as lstm1.
   */
  name?: string;
  /**
   * Names of the layers or model inputs that this layer reads. Default: the layer before it; for the first layer the dataset's input.
   *
   * @minItems 1
   * @maxItems 16
   */
  inputs?: string[];
  /**
   * The axes of the input in the new order, counted from 1.
   *
   * @minItems 1
   * @maxItems 2
   */
  dims: number[];
}
/**
 * Repeats a vector as the timesteps of a sequence.
 */
export interface RepeatVectorLayer {
  /**
   * Repeats a vector as the timesteps of a sequence.
   */
  type: "repeatVector";
  /**
   * Name of the layer, an identifier in the generated code. Default: the type and a number, such as lstm1.
   */
  name?: string;
  /**
   * Names of the layers or model inputs that this layer reads. Default: the layer before it; for the first layer the dataset's input.
   *
   * @minItems 1
   * @maxItems 16
   */
  inputs?: string[];
  /**
   * Timesteps of the output. Unit: count.
   */
  n: number;
}
/**
 * Applies an activation.
 */
export interface ActivationLayer {
  /**
   * Applies an activation.
   */
  type: "activation";
  /**
   * Name of the layer, an identifier in the generated code. Default: the type and a number, such as lstm1.
   */
  name?: string;
  /**
   * Names of the layers or model inputs that this layer reads. Default: the layer before it; for the first layer the dataset's input.
   *
   * @minItems 1
   * @maxItems 16
   */
  inputs?: string[];
  activation: Activation;
}
/**
 * max(x, 0), and below 0 a small multiple of x (Maas et al. 2013).
 */
export interface LeakyReluLayer {
  /**
   * max(x, 0), and below 0 a small multiple of x (Maas et al. 2013).
   */
  type: "leakyRelu";
  /**
   * Name of the layer, an identifier in the generated code. Default: the type and a number, such as lstm1.
   */
  name?: string;
  /**
   * Names of the layers or model inputs that this layer reads. Default: the layer before it; for the first layer the dataset's input.
   *
   * @minItems 1
   * @maxItems 16
   */
  inputs?: string[];
  /**
   * What values below 0 are multiplied by. Default: 0.3.
   */
  negativeSlope?: number;
}
/**
 * max(x, 0), and below 0 a multiple of x that is trained (He et al. 2015).
 */
export interface PreluLayer {
  /**
   * max(x, 0), and below 0 a multiple of x that is trained (He et al. 2015).
   */
  type: "prelu";
  /**
   * Name of the layer, an identifier in the generated code. Default: the type and a number, such as lstm1.
   */
  name?: string;
  /**
   * Names of the layers or model inputs that this layer reads. Default: the layer before it; for the first layer the dataset's input.
   *
   * @minItems 1
   * @maxItems 16
   */
  inputs?: string[];
  /**
   * Train the layer's weights; false keeps them as they are. Default: true.
   */
  trainable?: boolean;
  alphaInitializer?: Initializer;
  alphaRegularizer?: Regularizer;
  alphaConstraint?: Constraint;
  /**
   * Axes of a sample, counted from 1, along which all values have one slope: [1] of a sequence for a slope per feature, [1, 2, 3] of a sequence of frames for one per channel. Default: [].
   *
   * @maxItems 4
   */
  sharedAxes?: number[];
}
/**
 * Joins its inputs along an axis.
 */
export interface ConcatenateLayer {
  /**
   * Joins its inputs along an axis.
   */
  type: "concatenate";
  /**
   * Name of the layer, an identifier in the generated code. Default: the type and a number, such as lstm1.
   */
  name?: string;
  /**
   * Names of the layers or model inputs that this layer reads. Default: the layer before it; for the first layer the dataset's input.
   *
   * @minItems 1
   * @maxItems 16
   */
  inputs: string[];
  /**
   * -1: the features, or the channels of frames; 2: the features of sequences; 1: the timesteps of sequences, or the features of vectors. Default: -1.
   */
  axis?: -1 | 1 | 2;
}
/**
 * The sum of its inputs.
 */
export interface AddLayer {
  /**
   * The sum of its inputs.
   */
  type: "add";
  /**
   * Name of the layer, an identifier in the generated code. Default: the type and a number, such as lstm1.
   */
  name?: string;
  /**
   * Names of the layers or model inputs that this layer reads. Default: the layer before it; for the first layer the dataset's input.
   *
   * @minItems 1
   * @maxItems 16
   */
  inputs: string[];
}
/**
 * The first of two inputs minus the second.
 */
export interface SubtractLayer {
  /**
   * The first of two inputs minus the second.
   */
  type: "subtract";
  /**
   * Name of the layer, an identifier in the generated code. Default: the type and a number, such as lstm1.
   */
  name?: string;
  /**
   * Names of the layers or model inputs that this layer reads. Default: the layer before it; for the first layer the dataset's input.
   *
   * @minItems 1
   * @maxItems 16
   */
  inputs: string[];
}
/**
 * The product of its inputs, element by element.
 */
export interface MultiplyLayer {
  /**
   * The product of its inputs, element by element.
   */
  type: "multiply";
  /**
   * Name of the layer, an identifier in the generated code. Default: the type and a number, such as lstm1.
   */
  name?: string;
  /**
   * Names of the layers or model inputs that this layer reads. Default: the layer before it; for the first layer the dataset's input.
   *
   * @minItems 1
   * @maxItems 16
   */
  inputs: string[];
}
/**
 * The mean of its inputs.
 */
export interface AverageLayer {
  /**
   * The mean of its inputs.
   */
  type: "average";
  /**
   * Name of the layer, an identifier in the generated code. Default: the type and a number, such as lstm1.
   */
  name?: string;
  /**
   * Names of the layers or model inputs that this layer reads. Default: the layer before it; for the first layer the dataset's input.
   *
   * @minItems 1
   * @maxItems 16
   */
  inputs: string[];
}
/**
 * The largest of its inputs, element by element.
 */
export interface MaximumLayer {
  /**
   * The largest of its inputs, element by element.
   */
  type: "maximum";
  /**
   * Name of the layer, an identifier in the generated code. Default: the type and a number, such as lstm1.
   */
  name?: string;
  /**
   * Names of the layers or model inputs that this layer reads. Default: the layer before it; for the first layer the dataset's input.
   *
   * @minItems 1
   * @maxItems 16
   */
  inputs: string[];
}
/**
 * The smallest of its inputs, element by element.
 */
export interface MinimumLayer {
  /**
   * The smallest of its inputs, element by element.
   */
  type: "minimum";
  /**
   * Name of the layer, an identifier in the generated code. Default: the type and a number, such as lstm1.
   */
  name?: string;
  /**
   * Names of the layers or model inputs that this layer reads. Default: the layer before it; for the first layer the dataset's input.
   *
   * @minItems 1
   * @maxItems 16
   */
  inputs: string[];
}
/**
 * Dot products of the vectors along an axis of each of its two inputs.
 */
export interface DotLayer {
  /**
   * Dot products of the vectors along an axis of each of its two inputs.
   */
  type: "dot";
  /**
   * Name of the layer, an identifier in the generated code. Default: the type and a number, such as lstm1.
   */
  name?: string;
  /**
   * Names of the layers or model inputs that this layer reads. Default: the layer before it; for the first layer the dataset's input.
   *
   * @minItems 1
   * @maxItems 16
   */
  inputs: string[];
  /**
   * The axis along which products are summed, or one for each input. -1: the features; of sequences 1 or -2: the timesteps, 2: the features; of vectors 1: the features. Default: -1.
   *
   * @minItems 2
   * @maxItems 2
   */
  axes?: number | [number, number];
  /**
   * Scale the vectors to length 1: the products are their cosines. Default: false.
   */
  normalize?: boolean;
}
/**
 * Dot-product attention (Luong et al. 2015) over the timesteps of [query, value] or [query, value, key].
 */
export interface AttentionLayer {
  /**
   * Dot-product attention (Luong et al. 2015) over the timesteps of [query, value] or [query, value, key].
   */
  type: "attention";
  /**
   * Name of the layer, an identifier in the generated code. Default: the type and a number, such as lstm1.
   */
  name?: string;
  /**
   * Names of the layers or model inputs that this layer reads. Default: the layer before it; for the first layer the dataset's input.
   *
   * @minItems 1
   * @maxItems 16
   */
  inputs: string[];
  /**
   * Train the layer's weights; false keeps them as they are. Default: true.
   */
  trainable?: boolean;
  /**
   * Multiply the scores by a trained factor. Default: false.
   */
  useScale?: boolean;
  /**
   * A timestep attends to itself and earlier ones only. Default: false.
   */
  useCausalMask?: boolean;
}
/**
 * Additive attention (Bahdanau et al. 2015) over the timesteps of [query, value] or [query, value, key].
 */
export interface AdditiveAttentionLayer {
  /**
   * Additive attention (Bahdanau et al. 2015) over the timesteps of [query, value] or [query, value, key].
   */
  type: "additiveAttention";
  /**
   * Name of the layer, an identifier in the generated code. Default: the type and a number, such as lstm1.
   */
  name?: string;
  /**
   * Names of the layers or model inputs that this layer reads. Default: the layer before it; for the first layer the dataset's input.
   *
   * @minItems 1
   * @maxItems 16
   */
  inputs: string[];
  /**
   * Train the layer's weights; false keeps them as they are. Default: true.
   */
  trainable?: boolean;
  /**
   * Multiply each feature of tanh(query + key) by a trained factor. Default: true.
   */
  useScale?: boolean;
  /**
   * A timestep attends to itself and earlier ones only. Default: false.
   */
  useCausalMask?: boolean;
}
/**
 * Stochastic gradient descent, with momentum if wanted.
 */
export interface SgdOptimizer {
  /**
   * Stochastic gradient descent, with momentum if wanted.
   */
  type: "sgd";
  learningRate?: LearningRate;
  /**
   * Share of the last update that is kept. Default: 0.
   */
  momentum?: number;
  /**
   * Look ahead along the momentum (Nesterov). Default: false.
   */
  nesterov?: boolean;
  /**
   * The learning rate of a step is learningRate / (1 + decay · steps before it). Unit: 1 / step. Default: 0.
   */
  decay?: number;
  /**
   * Before each update every weight shrinks by learningRate · weightDecay of itself (Loshchilov & Hutter 2019). Default: 0.
   */
  weightDecay?: number;
  /**
   * Each weight's gradient is scaled down to at most this L2 norm. Default: no clipping.
   */
  clipNorm?: number;
  /**
   * Each element of a gradient is limited to ± this value. Default: no clipping.
   */
  clipValue?: number;
  /**
   * All gradients together are scaled down to at most this L2 norm. Default: no clipping.
   */
  globalClipNorm?: number;
  ema?: WeightAverage;
}
/**
 * Exponential decay: initialLearningRate · decayRate^(step / decaySteps).
 */
export interface ExponentialDecaySchedule {
  /**
   * Exponential decay: initialLearningRate · decayRate^(step / decaySteps).
   */
  schedule: "exponentialDecay";
  /**
   * Learning rate of the first step.
   */
  initialLearningRate: number;
  /**
   * Steps in which the rate is multiplied by decayRate once. Unit: steps.
   */
  decaySteps: number;
  /**
   * Factor of decaySteps steps.
   */
  decayRate: number;
  /**
   * Lower the rate at every multiple of decaySteps instead of at every step. Default: false.
   */
  staircase?: boolean;
}
/**
 * Inverse time decay: initialLearningRate / (1 + decayRate · step / decaySteps).
 */
export interface InverseTimeDecaySchedule {
  /**
   * Inverse time decay: initialLearningRate / (1 + decayRate · step / decaySteps).
   */
  schedule: "inverseTimeDecay";
  /**
   * Learning rate of the first step.
   */
  initialLearningRate: number;
  /**
   * Steps in which the divisor grows by decayRate. Unit: steps.
   */
  decaySteps: number;
  /**
   * What the divisor grows by in decaySteps steps.
   */
  decayRate: number;
  /**
   * Lower the rate at every multiple of decaySteps instead of at every step. Default: false.
   */
  staircase?: boolean;
}
/**
 * Cosine decay: half a cosine from the initial rate (or warmupTarget) down to alpha times it (Loshchilov & Hutter 2017), after a linear warm-up if wanted.
 */
export interface CosineDecaySchedule {
  /**
   * Cosine decay: half a cosine from the initial rate (or warmupTarget) down to alpha times it (Loshchilov & Hutter 2017), after a linear warm-up if wanted.
   */
  schedule: "cosineDecay";
  /**
   * Learning rate of the first step; with a warm-up it may be 0.
   */
  initialLearningRate: number;
  /**
   * Steps from the highest to the lowest rate, after the warm-up. Unit: steps.
   */
  decaySteps: number;
  /**
   * The lowest rate, as a share of the highest. Default: 0.
   */
  alpha?: number;
  /**
   * Rate that the warm-up reaches, from where the cosine starts. Default: no warm-up.
   */
  warmupTarget?: number;
  /**
   * Steps of the warm-up. Unit: steps. Default: 0.
   */
  warmupSteps?: number;
}
/**
 * Cosine decay with restarts: the rate falls as in cosineDecay and jumps back, again and again (Loshchilov & Hutter 2017).
 */
export interface CosineDecayRestartsSchedule {
  /**
   * Cosine decay with restarts: the rate falls as in cosineDecay and jumps back, again and again (Loshchilov & Hutter 2017).
   */
  schedule: "cosineDecayRestarts";
  /**
   * Learning rate of the first step.
   */
  initialLearningRate: number;
  /**
   * Steps before the first restart. Unit: steps.
   */
  firstDecaySteps: number;
  /**
   * How much longer each period is than the one before. Default: 2.
   */
  tMul?: number;
  /**
   * Height of each restart, as a share of the one before. Default: 1.
   */
  mMul?: number;
  /**
   * The lowest rate, as a share of the highest. Default: 0.
   */
  alpha?: number;
}
/**
 * Polynomial decay: endLearningRate + (initialLearningRate - endLearningRate) · (1 - step / decaySteps)^power.
 */
export interface PolynomialDecaySchedule {
  /**
   * Polynomial decay: endLearningRate + (initialLearningRate - endLearningRate) · (1 - step / decaySteps)^power.
   */
  schedule: "polynomialDecay";
  /**
   * Learning rate of the first step.
   */
  initialLearningRate: number;
  /**
   * Steps down to endLearningRate. Unit: steps.
   */
  decaySteps: number;
  /**
   * The rate after decaySteps steps. Default: 0.0001.
   */
  endLearningRate?: number;
  /**
   * Power of the polynomial; 1 is a straight line. Default: 1.
   */
  power?: number;
  /**
   * After decaySteps steps begin anew, with a period that fits the step, instead of staying at endLearningRate. Default: false.
   */
  cycle?: boolean;
}
/**
 * Piecewise constant: values[i] until step boundaries[i], that step included, and the last value after them.
 */
export interface PiecewiseConstantSchedule {
  /**
   * Piecewise constant: values[i] until step boundaries[i], that step included, and the last value after them.
   */
  schedule: "piecewiseConstant";
  /**
   * Steps after which the rate changes, increasing. Unit: steps.
   *
   * @minItems 1
   * @maxItems 1000
   */
  boundaries: number[];
  /**
   * Rates before, between and after the boundaries: one more than these.
   *
   * @minItems 2
   * @maxItems 1001
   */
  values: number[];
}
/**
 * A running average of the weights (Polyak & Juditsky 1992), which is what is exported.
 */
export interface WeightAverage {
  /**
   * Share of the average that a step keeps. Default: 0.99.
   */
  momentum?: number;
  /**
   * Every so many steps the weights are set to their averages. Default: at the end of training only. Unit: steps.
   */
  overwriteFrequency?: number;
}
/**
 * Adam (Kingma & Ba 2015).
 */
export interface AdamOptimizer {
  /**
   * Adam (Kingma & Ba 2015).
   */
  type: "adam";
  learningRate?: LearningRate;
  /**
   * Decay of the running mean of gradients. Default: 0.9.
   */
  beta1?: number;
  /**
   * Decay of the running mean of squared gradients. Default: 0.999.
   */
  beta2?: number;
  /**
   * Added to the denominator, outside the bias correction. Default: 1e-7.
   */
  epsilon?: number;
  /**
   * Divide by the largest running mean so far (Reddi et al. 2018). Default: false.
   */
  amsgrad?: boolean;
  /**
   * The learning rate of a step is learningRate / (1 + decay · steps before it). Unit: 1 / step. Default: 0.
   */
  decay?: number;
  /**
   * Before each update every weight shrinks by learningRate · weightDecay of itself (Loshchilov & Hutter 2019). Default: 0.
   */
  weightDecay?: number;
  /**
   * Each weight's gradient is scaled down to at most this L2 norm. Default: no clipping.
   */
  clipNorm?: number;
  /**
   * Each element of a gradient is limited to ± this value. Default: no clipping.
   */
  clipValue?: number;
  /**
   * All gradients together are scaled down to at most this L2 norm. Default: no clipping.
   */
  globalClipNorm?: number;
  ema?: WeightAverage;
}
/**
 * Adam with decoupled weight decay (Loshchilov & Hutter 2019).
 */
export interface AdamwOptimizer {
  /**
   * Adam with decoupled weight decay (Loshchilov & Hutter 2019).
   */
  type: "adamw";
  learningRate?: LearningRate;
  /**
   * Decay of the running mean of gradients. Default: 0.9.
   */
  beta1?: number;
  /**
   * Decay of the running mean of squared gradients. Default: 0.999.
   */
  beta2?: number;
  /**
   * Added to the denominator, outside the bias correction. Default: 1e-7.
   */
  epsilon?: number;
  /**
   * Divide by the largest running mean so far (Reddi et al. 2018). Default: false.
   */
  amsgrad?: boolean;
  /**
   * The learning rate of a step is learningRate / (1 + decay · steps before it). Unit: 1 / step. Default: 0.
   */
  decay?: number;
  /**
   * Before each update every weight shrinks by learningRate · weightDecay of itself (Loshchilov & Hutter 2019). Default: 0.004.
   */
  weightDecay?: number;
  /**
   * Each weight's gradient is scaled down to at most this L2 norm. Default: no clipping.
   */
  clipNorm?: number;
  /**
   * Each element of a gradient is limited to ± this value. Default: no clipping.
   */
  clipValue?: number;
  /**
   * All gradients together are scaled down to at most this L2 norm. Default: no clipping.
   */
  globalClipNorm?: number;
  ema?: WeightAverage;
}
/**
 * Adam with Nesterov momentum (Dozat 2016).
 */
export interface NadamOptimizer {
  /**
   * Adam with Nesterov momentum (Dozat 2016).
   */
  type: "nadam";
  learningRate?: LearningRate;
  /**
   * Decay of the running mean of gradients. Default: 0.9.
   */
  beta1?: number;
  /**
   * Decay of the running mean of squared gradients. Default: 0.999.
   */
  beta2?: number;
  /**
   * Added to the denominator, outside the bias correction. Default: 1e-7.
   */
  epsilon?: number;
  /**
   * The learning rate of a step is learningRate / (1 + decay · steps before it). Unit: 1 / step. Default: 0.
   */
  decay?: number;
  /**
   * Before each update every weight shrinks by learningRate · weightDecay of itself (Loshchilov & Hutter 2019). Default: 0.
   */
  weightDecay?: number;
  /**
   * Each weight's gradient is scaled down to at most this L2 norm. Default: no clipping.
   */
  clipNorm?: number;
  /**
   * Each element of a gradient is limited to ± this value. Default: no clipping.
   */
  clipValue?: number;
  /**
   * All gradients together are scaled down to at most this L2 norm. Default: no clipping.
   */
  globalClipNorm?: number;
  ema?: WeightAverage;
}
/**
 * Adam with the infinity norm (Kingma & Ba 2015, section 7).
 */
export interface AdamaxOptimizer {
  /**
   * Adam with the infinity norm (Kingma & Ba 2015, section 7).
   */
  type: "adamax";
  learningRate?: LearningRate;
  /**
   * Decay of the running mean of gradients. Default: 0.9.
   */
  beta1?: number;
  /**
   * Decay of the running maximum of the gradients' sizes. Default: 0.999.
   */
  beta2?: number;
  /**
   * Added to the denominator. Default: 1e-7.
   */
  epsilon?: number;
  /**
   * The learning rate of a step is learningRate / (1 + decay · steps before it). Unit: 1 / step. Default: 0.
   */
  decay?: number;
  /**
   * Before each update every weight shrinks by learningRate · weightDecay of itself (Loshchilov & Hutter 2019). Default: 0.
   */
  weightDecay?: number;
  /**
   * Each weight's gradient is scaled down to at most this L2 norm. Default: no clipping.
   */
  clipNorm?: number;
  /**
   * Each element of a gradient is limited to ± this value. Default: no clipping.
   */
  clipValue?: number;
  /**
   * All gradients together are scaled down to at most this L2 norm. Default: no clipping.
   */
  globalClipNorm?: number;
  ema?: WeightAverage;
}
/**
 * RMSprop (Tieleman & Hinton 2012).
 */
export interface RmspropOptimizer {
  /**
   * RMSprop (Tieleman & Hinton 2012).
   */
  type: "rmsprop";
  learningRate?: LearningRate;
  /**
   * Decay of the running mean of squared gradients. Default: 0.9.
   */
  rho?: number;
  /**
   * Share of the last update that is kept. Default: 0.
   */
  momentum?: number;
  /**
   * Added inside the square root of the denominator. Default: 1e-7.
   */
  epsilon?: number;
  /**
   * Divide by the standard deviation of the gradients instead of their root mean square. Default: false.
   */
  centered?: boolean;
  /**
   * The learning rate of a step is learningRate / (1 + decay · steps before it). Unit: 1 / step. Default: 0.
   */
  decay?: number;
  /**
   * Before each update every weight shrinks by learningRate · weightDecay of itself (Loshchilov & Hutter 2019). Default: 0.
   */
  weightDecay?: number;
  /**
   * Each weight's gradient is scaled down to at most this L2 norm. Default: no clipping.
   */
  clipNorm?: number;
  /**
   * Each element of a gradient is limited to ± this value. Default: no clipping.
   */
  clipValue?: number;
  /**
   * All gradients together are scaled down to at most this L2 norm. Default: no clipping.
   */
  globalClipNorm?: number;
  ema?: WeightAverage;
}
/**
 * Adagrad (Duchi et al. 2011).
 */
export interface AdagradOptimizer {
  /**
   * Adagrad (Duchi et al. 2011).
   */
  type: "adagrad";
  learningRate?: LearningRate;
  /**
   * Where the sum of squared gradients starts. Default: 0.1.
   */
  initialAccumulatorValue?: number;
  /**
   * Added inside the square root of the denominator. Default: 1e-7.
   */
  epsilon?: number;
  /**
   * The learning rate of a step is learningRate / (1 + decay · steps before it). Unit: 1 / step. Default: 0.
   */
  decay?: number;
  /**
   * Before each update every weight shrinks by learningRate · weightDecay of itself (Loshchilov & Hutter 2019). Default: 0.
   */
  weightDecay?: number;
  /**
   * Each weight's gradient is scaled down to at most this L2 norm. Default: no clipping.
   */
  clipNorm?: number;
  /**
   * Each element of a gradient is limited to ± this value. Default: no clipping.
   */
  clipValue?: number;
  /**
   * All gradients together are scaled down to at most this L2 norm. Default: no clipping.
   */
  globalClipNorm?: number;
  ema?: WeightAverage;
}
/**
 * Adadelta (Zeiler 2012); the paper's own learning rate is 1.
 */
export interface AdadeltaOptimizer {
  /**
   * Adadelta (Zeiler 2012); the paper's own learning rate is 1.
   */
  type: "adadelta";
  learningRate?: LearningRate;
  /**
   * Decay of the running means of squared gradients and updates. Default: 0.95.
   */
  rho?: number;
  /**
   * Added inside both square roots. Default: 1e-7.
   */
  epsilon?: number;
  /**
   * The learning rate of a step is learningRate / (1 + decay · steps before it). Unit: 1 / step. Default: 0.
   */
  decay?: number;
  /**
   * Before each update every weight shrinks by learningRate · weightDecay of itself (Loshchilov & Hutter 2019). Default: 0.
   */
  weightDecay?: number;
  /**
   * Each weight's gradient is scaled down to at most this L2 norm. Default: no clipping.
   */
  clipNorm?: number;
  /**
   * Each element of a gradient is limited to ± this value. Default: no clipping.
   */
  clipValue?: number;
  /**
   * All gradients together are scaled down to at most this L2 norm. Default: no clipping.
   */
  globalClipNorm?: number;
  ema?: WeightAverage;
}
/**
 * How the model is trained.
 */
export interface Training {
  loss: Loss;
  /**
   * What is measured beside the loss: names, or maps such as {type: topKCategoricalAccuracy, k: 3}. Default: [].
   *
   * @maxItems 8
   */
  metrics?: Metric[];
  /**
   * How much the samples of a class, or their timesteps, count in the loss while training: class → weight. A class without one counts 1; `sampleWeights` multiply it. Default: {}.
   */
  classWeight?: Readonly<Record<string, number>>;
  /**
   * Passes over the training samples. Unit: epochs. Default: 1.
   */
  epochs?: number;
  /**
   * Samples per training step. Unit: samples. Default: 32.
   */
  batchSize?: number;
  /**
   * Shuffle the training samples in each epoch. Default: true.
   */
  shuffle?: boolean;
  /**
   * Root seed of weights, shuffling and dropout. Default: 42.
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
   * The last layer gives logits and has no activation; predictions are logits, too. Default: false.
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
   * The last layer gives logits and has no activation; predictions are logits, too. Default: false.
   */
  fromLogits?: boolean;
  /**
   * Moves this share of each target to all classes alike. Default: 0.
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
   * The last layer gives logits and has no activation; predictions are logits, too. Default: false.
   */
  fromLogits?: boolean;
  /**
   * Moves this share of each target to all classes alike. Default: 0.
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
   * Error up to which it is squared. Unit: that of the targets. Default: 1.
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
   * Quantile that every output estimates. Default: 0.5.
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
 * Connectionist temporal classification of a sequence of labels whose timesteps are not known (Graves et al. 2006). The output is logits for each timestep, class 0 the blank; the targets have `encoding: labelSequence`.
 */
export interface CtcLoss {
  /**
   * Connectionist temporal classification of a sequence of labels whose timesteps are not known (Graves et al. 2006). The output is logits for each timestep, class 0 the blank; the targets have `encoding: labelSequence`.
   */
  type: "ctc";
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
   * An output above it counts as 1. Default: 0.5.
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
   * Number of outputs that are looked at. Unit: count. Default: 5.
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
   * Number of outputs that are looked at. Unit: count. Default: 5.
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
   * An output above it counts as 1. Default: 0.5.
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
   * An output above it counts as 1. Default: 0.5.
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
   * Mean over classes (macro), weighted by their share (weighted), or of all counts together (micro). Default: macro.
   */
  average?: "macro" | "micro" | "weighted";
}
/**
 * Area under the ROC curve, or the precision-recall curve, approximated at thresholds.
 */
export interface AucMetric {
  /**
   * Area under the ROC curve, or the precision-recall curve, approximated at thresholds.
   */
  type: "auc";
  /**
   * ROC: true against false positives. PR: precision against recall, interpolated (Davis & Goadrich 2006), for classes of which one is rare. Default: ROC.
   */
  curve?: "ROC" | "PR";
  /**
   * Number of thresholds. Unit: count. Default: 200.
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
